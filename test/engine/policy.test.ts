import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import type { AnalyzerInfo } from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { preview } from "../../operations/stack";
import { rules } from "../../policy/rules";
import { parseMesh, planMesh, type MeshConfig } from "../../topology";
import { readRecording, recordingStack } from "../recorded/recordings";
import { EngineStack, PulumiError } from "./support";
import { TakenOverStack } from "./taken-over-stack";
import { describeEngine } from "./tools";

const repository = resolve(__dirname, "../..");
const packDirectory = join(repository, "policy");
const runPolicyPack = join(repository, "node_modules/@pulumi/pulumi/cmd/run-policy-pack");

/**
 * The pack for an engine whose language host is the lab's: that one is of a line which runs no packs, so the pack is a
 * program, which the engine starts by itself.
 * @returns The program's path; it stands in a directory of its own.
 */
function preparePack(): string {
  const directory = mkdtempSync(join(tmpdir(), "isthmus-policy-"));
  copyFileSync(join(packDirectory, "package.json"), join(directory, "package.json"));
  writeFileSync(join(directory, "PulumiPolicy.yaml"), "runtime: nodejs\n");
  writeFileSync(join(directory, "index.js"), `require(${JSON.stringify(packDirectory)});\n`);
  symlinkSync(join(repository, "node_modules"), join(directory, "node_modules"));
  const program = join(directory, "pack");
  const launcher = `#!/bin/sh\ncd '${directory}'\nexec '${process.execPath}' '${runPolicyPack}' "$1" .\n`;
  writeFileSync(program, launcher, { mode: 0o755 });
  return program;
}

/** What the engine's summary says of a pack: `[level] rule (type: name)`. */
function violationsIn(output: string): string[] {
  return [...output.matchAll(/^ +- \[(\w+)\] +(\S+) +\(\S+: (\S+)\)$/gm)]
    .map(([, level, rule, name]) => `${level ?? ""} ${rule ?? ""} ${name ?? ""}`)
    .sort();
}

async function outputOf(failing: Promise<unknown>): Promise<string> {
  let output = "";
  await assert.rejects(failing, (error: unknown) => {
    output = error instanceof PulumiError ? error.output : String(error);
    return true;
  });
  return output;
}

describe("the policy pack, started as Pulumi's language host does", () => {
  it("serves all rules, with the schema of their settings", async () => {
    const host = spawn(process.execPath, [runPolicyPack, "127.0.0.1:1", packDirectory], { cwd: packDirectory });
    try {
      const [port] = (await once(host.stdout, "data")) as [Buffer];
      const client = new AnalyzerClient(`127.0.0.1:${port.toString().trim()}`, credentials.createInsecure());
      const info = await new Promise<AnalyzerInfo>((fulfil, reject) => {
        client.getAnalyzerInfo(new Empty(), (error, answer) => {
          if (error === null) fulfil(answer);
          else reject(error);
        });
      });
      client.close();
      assert.equal(info.getName(), "isthmus");
      assert.deepEqual(
        info.getPoliciesList().map((policy) => policy.getName()),
        rules.map(({ name }) => name),
      );
      const [generatedRoot] = info.getPoliciesList();
      assert.deepEqual(Object.keys(generatedRoot?.getConfigschema()?.getProperties()?.toJavaScript() ?? {}), [
        "development",
        "production",
      ]);
    } finally {
      host.kill();
      await once(host, "exit");
    }
  });
});

describeEngine("the policy pack, through the engine", (tools) => {
  let pack: string;

  before(() => {
    pack = preparePack();
  });
  after(() => rmSync(dirname(pack), { recursive: true }));

  function settings(content: object): string {
    const file = join(dirname(pack), "settings.json");
    writeFileSync(file, JSON.stringify(content));
    return file;
  }

  describe("and a mesh that stands", () => {
    let stack: TakenOverStack;
    const mesh = (recorded: MeshConfig): MeshConfig => {
      const { east, west } = recorded.clusters;
      assert.ok(east && west);
      return {
        ...recorded,
        clusters: { east, west: { ...west, apiServer: { url: "https://8.8.8.8:6443" } } },
      };
    };

    before(async () => {
      stack = await TakenOverStack.create("0.2.0", "dev", tools(), mesh);
    });
    after(() => stack.dispose());

    it("fails a preview for what is mandatory, and says all that it found, without a secret", async () => {
      const output = await outputOf(stack.preview("--policy-pack", pack));
      assert.deepEqual(violationsIn(output), [
        "mandatory no-generated-root mesh-root-certificate",
        "mandatory no-public-api-server mesh-east-remote-clusters-secret",
      ]);
      assert.match(output, /west: expected an API server at a private address, found the public address 8\.8\.8\.8\./);
      assert.doesNotMatch(output, /token-of-no-cluster|PRIVATE KEY|can't run/);
    });

    it("goes by the levels and settings that it is given", async () => {
      const file = settings({
        "no-generated-root": { development: [recordingStack] },
        "no-public-api-server": "advisory",
        "strict-mtls": { production: [recordingStack] },
        "key-size": { enforcementLevel: "advisory", ecdsaBits: 384 },
        "pinned-images": { enforcementLevel: "disabled", by: "digest" },
      });
      const output = await stack.preview("--policy-pack", pack, "--policy-pack-config", file);
      const found = violationsIn(output);
      assert.deepEqual(
        found.filter((violation) => !violation.includes("key-size")),
        ["advisory no-public-api-server mesh-east-remote-clusters-secret", "advisory strict-mtls isthmus-bench"],
      );
      assert.ok(found.includes("advisory key-size mesh-root-key"));
      assert.ok(found.includes("advisory key-size mesh-east-system-cacerts"));
    });

    it("refuses settings that its rules do not have", async () => {
      const file = settings({ "key-size": { rsaBits: "many" } });
      const output = await outputOf(stack.preview("--policy-pack", pack, "--policy-pack-config", file));
      assert.match(output, /rsaBits.*integer/);
    });

    it("is asked by the operations too, which say what it found", async () => {
      const options = {
        projectDirectory: stack.projectDirectory,
        stack: recordingStack,
        plan: planMesh(parseMesh(mesh(readRecording("0.2.0", "dev").mesh))),
        variables: stack.environment,
        policyPacks: [{ path: pack }],
      };
      await assert.rejects(preview(options), /policy no-generated-root: expected a root CA from elsewhere/);
    });
  });

  describe("and a mesh that is new", () => {
    let stack: EngineStack;

    before(async () => {
      stack = await EngineStack.create("trust", tools());
      await stack.configure({
        meshId: "mesh1",
        clusters: ["east"],
        keyAlgorithm: "ecdsa-p256",
        rootLifetimeDays: 1825,
        intermediateLifetimeDays: 800,
        renewBeforeDays: 90,
      });
    });
    after(() => stack.dispose());

    it("stops an update before what it refuses is made", async () => {
      const output = await outputOf(stack.up("--policy-pack", pack));
      assert.deepEqual(violationsIn(output), ["mandatory certificate-lifetime east-certificate"]);
      assert.match(
        output,
        /validityPeriodHours: expected an intermediate that is valid for at most 730 days, found 800/,
      );
      const made = (await stack.resources()).map(({ urn }) => urn.split("::").at(-1));
      assert.ok(!made.includes("east-certificate"), made.join(", "));
    });

    it("lets through what it has nothing against", async () => {
      const file = settings({ "certificate-lifetime": { intermediateDays: 800 } });
      await stack.up("--policy-pack", pack, "--policy-pack-config", file);
      const made = (await stack.resources()).map(({ urn }) => urn.split("::").at(-1));
      assert.ok(made.includes("east-certificate"));
    });
  });
});
