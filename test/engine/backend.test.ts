import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { stringify } from "yaml";
import { preview, up, type StackOptions } from "../../operations/stack";
import { ConfigurationError } from "../../topology";
import { planOf, twoPrimaries } from "../support/plans";
import { commandLine } from "../support/program";
import { describeEngine, engineVariables } from "./tools";

const repository = resolve(__dirname, "../..");

/** Variables by which AWS's libraries find nothing of this machine, and do not look for long. */
const awsVariables = {
  AWS_ACCESS_KEY_ID: "key-of-the-test",
  AWS_SECRET_ACCESS_KEY: "secret-key-of-the-test",
  AWS_REGION: "eu-west-1",
  AWS_EC2_METADATA_DISABLED: "true",
};

describeEngine("a backend that cannot be used", (tools) => {
  let directory: string;
  let savedVariables: NodeJS.ProcessEnv;
  let variables: NodeJS.ProcessEnv;
  const servers: Server[] = [];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-backend-"));
    savedVariables = { ...process.env };
    variables = {
      ...process.env,
      ...awsVariables,
      PATH: [tools().bin, process.env["PATH"]].join(delimiter),
      HOME: directory,
      ...engineVariables(directory),
    };
    delete variables["PULUMI_CONFIG_PASSPHRASE_FILE"];
    delete variables["PULUMI_ACCESS_TOKEN"];
    await mkdir(join(directory, "state"));
    await symlink(join(repository, "node_modules"), join(directory, "node_modules"));
    await writeFile(join(directory, "Pulumi.yaml"), "name: backend-test\nruntime: nodejs\nmain: index.js\n");
    await writeFile(join(directory, "package.json"), "{}");
    await writeFile(join(directory, "index.js"), "exports.answer = 42;");
    for (const chart of ["base", "istiod", "gateway"]) {
      await mkdir(join(directory, "charts", chart), { recursive: true });
      await writeFile(join(directory, "charts", chart, "Chart.yaml"), `name: ${chart}\n`);
    }
    process.env = { ...variables };
    await up(options("test"));
  });

  beforeEach(() => {
    process.env = { ...variables };
  });

  after(async () => {
    process.env = savedVariables;
    for (const server of servers) server.close();
    await rm(directory, { recursive: true });
  });

  /** A mesh without clusters: nothing is reached, and the program is ours. */
  const options = (stack: string): StackOptions => ({
    projectDirectory: directory,
    stack,
    plan: { ...planOf(twoPrimaries), clusters: [] },
  });

  /** A server on loopback that answers everything alike. */
  async function answering(status: number, body: string): Promise<string> {
    const server = createServer((_request, response) => {
      response.writeHead(status, { "content-type": body.startsWith("<") ? "application/xml" : "application/json" });
      response.end(body);
    });
    servers.push(server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** The state's files, in the backend that works. */
  async function stateFiles(): Promise<Record<string, string>> {
    const root = join(directory, "state");
    const entries = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    return Object.fromEntries(
      await Promise.all(
        entries.map(async ({ parentPath, name }) => {
          const file = join(parentPath, name);
          return [file, await readFile(file, "utf8")] as const;
        }),
      ),
    );
  }

  /** What an update and a preview say: one problem, the same from both, and no state was touched. */
  async function refusal(stack: string): Promise<string> {
    const before = await stateFiles();
    const messages: string[] = [];
    for (const operation of [up, preview]) {
      await assert.rejects(operation(options(stack)), (error: unknown) => {
        assert.ok(error instanceof ConfigurationError, String(error));
        assert.equal(error.problems.length, 1);
        messages.push(error.message);
        return true;
      });
    }
    assert.deepEqual(await stateFiles(), before);
    assert.equal(messages[0], messages[1]);
    const [message = ""] = messages;
    for (const secret of ["secret-key-of-the-test", "pul-token", "of no worth"]) assert.ok(!message.includes(secret));
    return message;
  }

  it("for want of the passphrase, or by a wrong one", async () => {
    delete process.env["PULUMI_CONFIG_PASSPHRASE"];
    assert.match(
      await refusal("test"),
      /^PULUMI_CONFIG_PASSPHRASE: expected the passphrase of stack test, found none\./,
    );
    process.env["PULUMI_CONFIG_PASSPHRASE"] = "wrong";
    assert.match(
      await refusal("test"),
      /^PULUMI_CONFIG_PASSPHRASE: expected the passphrase of stack test, found another\./,
    );
  });

  it("for want of its directory", async () => {
    process.env["PULUMI_BACKEND_URL"] = `file://${directory}/stat`;
    const expected = `backend file://${directory}/stat: expected a directory, found none at ${directory}/stat. `;
    assert.ok((await refusal("test")).startsWith(expected));
  });

  it("for a store from before Pulumi knew projects", async () => {
    const old = join(directory, "old");
    await mkdir(join(old, ".pulumi/stacks"), { recursive: true });
    await writeFile(join(old, ".pulumi/stacks/test.json"), JSON.stringify({ version: 3 }));
    process.env["PULUMI_BACKEND_URL"] = `file://${old}`;
    assert.match(
      await refusal("test"),
      /^backend file:\/\/.*\/old: expected states that are kept by project, .*`pulumi state upgrade`/,
    );
  });

  it("by a URL of nothing, or nobody logged in", async () => {
    process.env["PULUMI_BACKEND_URL"] = "flie:///srv";
    assert.match(
      await refusal("test"),
      /^PULUMI_BACKEND_URL: expected the URL of a backend: .*, found "flie:\/\/\/srv"\./,
    );
    delete process.env["PULUMI_BACKEND_URL"];
    assert.match(await refusal("test"), /^backend: expected an access token, or another backend, found none\./);
  });

  it("by Pulumi Cloud, for a wrong token or out of reach", async () => {
    process.env["PULUMI_ACCESS_TOKEN"] = "pul-token";
    const url = await answering(
      401,
      JSON.stringify({ code: 401, message: "Unauthorized: No credentials provided or are invalid." }),
    );
    process.env["PULUMI_BACKEND_URL"] = url;
    const expected = `backend ${url}: expected an access token that it accepts, found another (401 Unauthorized). `;
    assert.ok((await refusal("test")).startsWith(expected));
    process.env["PULUMI_BACKEND_URL"] = "http://127.0.0.1:1";
    assert.match(
      await refusal("test"),
      /expected an answer from http:\/\/127\.0\.0\.1:1, found a refused connection\./,
    );
  });

  it("by a bucket, for wrong credentials or out of reach", async () => {
    const bucketAt = (endpoint: string): string => `s3://states?endpoint=${endpoint}&s3ForcePathStyle=true`;
    const refusing = await answering(403, "<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error>");
    process.env["PULUMI_BACKEND_URL"] = bucketAt(refusing);
    assert.match(
      await refusal("test"),
      /^backend s3:\/\/states: expected credentials that may read and write it, found others \(SignatureDoesNotMatch\)\./,
    );
    process.env["PULUMI_BACKEND_URL"] = bucketAt("http://127.0.0.1:1");
    assert.match(
      await refusal("test"),
      /^backend s3:\/\/states: expected an answer from http:\/\/127\.0\.0\.1:1, found a refused connection\./,
    );
  });

  it("by the service that keeps its key, which refuses or is out of reach", async () => {
    process.env["AWS_ENDPOINT_URL_KMS"] = "http://127.0.0.1:1";
    await writeFile(
      join(directory, "Pulumi.kms.yaml"),
      stringify({
        secretsprovider: "awskms:///alias/states?region=eu-west-1",
        encryptedkey: Buffer.from("no key").toString("base64"),
        config: { "isthmus:kubeconfig": { secure: `v1:${"A".repeat(16)}:${"A".repeat(64)}` } },
      }),
    );
    // A new stack is made before anything is to be decrypted, and stays empty.
    await assert.rejects(up(options("kms")), ConfigurationError);
    assert.match(
      await refusal("kms"),
      /^Pulumi\.kms\.yaml: secretsprovider: expected an answer from http:\/\/127\.0\.0\.1:1, which keeps the key, found a refused connection\./,
    );
    process.env["AWS_ENDPOINT_URL_KMS"] = await answering(400, JSON.stringify({ __type: "AccessDeniedException" }));
    // Pulumi by itself would take a passphrase for a new stack, and the line out of the file.
    assert.match(await readFile(join(directory, "Pulumi.kms.yaml"), "utf8"), /^secretsprovider: awskms:/m);
    assert.match(await refusal("kms"), /found a refusal \(AccessDeniedException\)\. Give this user kms:Decrypt/);
  });

  it("is one problem in JSON, with the exit code of a wrong configuration", async () => {
    await writeFile(join(directory, "Pulumi.cli.yaml"), stringify({ config: { "isthmus:mesh": withoutAccess } }));
    process.env["PULUMI_BACKEND_URL"] = `file://${directory}/stat`;
    const { status, stdout } = spawnSync(process.execPath, [commandLine, "preview", "--stack", "cli", "-o", "json"], {
      cwd: directory,
      encoding: "utf8",
    });
    assert.equal(status, 2);
    const { error } = JSON.parse(stdout) as { error: { problems: { path: string }[] } };
    assert.deepEqual(
      error.problems.map(({ path }) => path),
      [`backend file://${directory}/stat`],
    );
  });
});

/** A mesh whose one cluster nobody asks before the backend. */
const withoutAccess = {
  ...twoPrimaries,
  clusters: { east: { network: "east", access: { kubeconfigSecret: "eastKubeconfig" } } },
};
