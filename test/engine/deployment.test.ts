import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { stringify } from "yaml";
import {
  EventListenerError,
  EventStreamError,
  MeshDeployment,
  OperationInterrupted,
  type MeshDeploymentOptions,
} from "../../operations/deployment";
import type { MeshEvent } from "../../operations/events";
import { ConfigurationError, meshNamespaceLabels, ownedLabels, type MeshConfig } from "../../topology";
import { TestAuthority } from "../unit/access/certificates";
import { accessTo, fakeApiServer, type Listening } from "../unit/access/fake-api-server";
import { forEachBackend } from "./backends";
import type { Done, Task } from "./programs/embedder";
import { describeEngine } from "./tools";

const repository = resolve(__dirname, "../..");
const execute = promisify(execFile);

/** Makes as many keys as KEYS says, one after the other, called as those of a mesh; and says what a mesh says. */
const program = `
const pulumi = require("@pulumi/pulumi");
const tls = require("@pulumi/tls");
module.exports = async () => {
  if (process.env.FAIL) throw new pulumi.RunError("no such luck");
  const mesh = new pulumi.ComponentResource("isthmus:index:Mesh", "mesh");
  let last;
  for (let number = 0; number < Number(process.env.KEYS); number++) {
    const cluster = "c" + number;
    const options = { parent: mesh, dependsOn: last ? [last] : [] };
    const authority = new pulumi.ComponentResource("isthmus:index:IntermediateCa", "mesh-" + cluster + "-intermediate", {}, options);
    last = new tls.PrivateKey("mesh-" + cluster + "-intermediate-key", { algorithm: "ED25519" }, { parent: authority });
  }
  return { mesh: { id: process.env.MESH_ID }, key: last && last.privateKeyPem };
};
`;

const token = "token-of-a-test";
const nothing = { items: [] };
const selecting = (labelSelector: string): string => new URLSearchParams({ labelSelector }).toString();
const ownNamespaces = Object.entries(meshNamespaceLabels)
  .map(([label, value]) => `${label}=${value}`)
  .join(",");

describeEngine("a mesh that a program embeds", (tools) => {
  let directory: string;
  let apiServer: Listening;
  let variables: Record<string, string>;

  const mesh: MeshConfig = {
    id: "mesh1",
    kubeconfig: "kubeconfig",
    istio: { version: "1.31.1", charts: { directory: "charts" } },
    clusters: {
      east: { network: "east", access: { context: "east" }, apiServer: { url: "https://east.example.org" } },
    },
  };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-deployment-"));
    const authority = await TestAuthority.create("ca");
    apiServer = await fakeApiServer(await authority.issue(["127.0.0.1"]), {
      token,
      objects: {
        [`/apis/apps/v1/deployments?${selecting("app=istiod")}`]: nothing,
        [`/api/v1/configmaps?${selecting("istio.io/config=true")}`]: nothing,
        [`/api/v1/namespaces?${selecting(ownNamespaces)}`]: nothing,
        "/api/v1/namespaces": nothing,
        "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations": nothing,
        "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations": nothing,
        "/api/v1/services": nothing,
        "/api/v1/secrets": { items: [{ metadata: { name: "forgotten", namespace: "shop", labels: ownedLabels } }] },
        "/api/v1/namespaces/istio-system/secrets": nothing,
      },
    });
    variables = {
      PATH: [tools().bin, process.env["PATH"]].join(delimiter),
      PULUMI_HOME: join(directory, "home"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      MESH_ID: "mesh1",
      KEYS: "2",
    };
    for (const one of ["state", "other-state", "temporary"]) await mkdir(join(directory, one));
    await symlink(join(repository, "node_modules"), join(directory, "node_modules"));
    await writeFile(join(directory, "Pulumi.yaml"), "name: embedded\nruntime: nodejs\nmain: index.js\n");
    await writeFile(join(directory, "package.json"), "{}");
    await writeFile(join(directory, "index.js"), program);
    const { kubeconfig } = accessTo("east", apiServer.url, authority.certificate, { token });
    await writeFile(join(directory, "kubeconfig"), kubeconfig);
    for (const stack of ["test", "other", "interrupted"]) {
      await writeFile(join(directory, `Pulumi.${stack}.yaml`), stringify({ config: { "isthmus:mesh": mesh } }));
    }
    for (const chart of ["base", "istiod", "gateway"]) {
      await mkdir(join(directory, "charts", chart), { recursive: true });
      await writeFile(join(directory, "charts", chart, "Chart.yaml"), `name: ${chart}\n`);
    }
  });
  after(async () => {
    await apiServer.close();
    await rm(directory, { recursive: true });
  });

  const options = (more: Readonly<Record<string, string>> = {}): MeshDeploymentOptions => ({
    project: directory,
    stack: "test",
    backend: `file://${directory}/state`,
    passphrase: "of no worth",
    variables: { ...variables, ...more },
  });

  /** A \`pulumi\` whose events go to a port that nobody listens on. */
  async function withoutEvents(): Promise<Record<string, string>> {
    const bin = join(directory, "without-events");
    await mkdir(bin, { recursive: true });
    const script = `#!/bin/bash\nexec "${tools().bin}/pulumi" "\${@/tcp:*/tcp://127.0.0.1:1}"\n`;
    await writeFile(join(bin, "pulumi"), script, { mode: 0o755 });
    return { PATH: [bin, variables["PATH"]].join(delimiter) };
  }

  it("is brought up, and tells of every step in order", async () => {
    const events: MeshEvent[] = [];
    const deployment = await MeshDeployment.open(options());
    const { changes, outputs } = await deployment.up({ onEvent: (event) => events.push(event) });
    assert.deepEqual(changes, { create: 6 });
    // The private key is a secret, which outputs leave out.
    assert.deepEqual(outputs, { mesh: { id: "mesh1" } });
    assert.deepEqual(
      events.flatMap((event) => {
        const { type, stack } = event;
        if (type === "diagnostic") return [];
        return [[type, stack, ...("cluster" in event ? [event.cluster, event.component, event.part] : [])].join(" ")];
      }),
      [
        "operation-started test",
        "stack-started test",
        "step-started test c0 intermediate CA key",
        "step-ended test c0 intermediate CA key",
        "step-started test c1 intermediate CA key",
        "step-ended test c1 intermediate CA key",
        "stack-ended test",
        "operation-ended test",
      ],
    );
    assert.deepEqual(
      events.map(({ seconds }) => seconds),
      events.map(({ seconds }) => seconds).sort((left, right) => left - right),
    );
    assert.doesNotMatch(JSON.stringify(events), /PRIVATE KEY/);
  });

  it("says what an update would change, and what the last one said, and changes nothing by it", async () => {
    const events: MeshEvent[] = [];
    const deployment = await MeshDeployment.open(options({ KEYS: "3" }));
    const { changes } = await deployment.preview({ onEvent: (event) => events.push(event) });
    assert.deepEqual(changes, { create: 2, same: 6 });
    assert.deepEqual(
      events.flatMap((event) => (event.type === "step-planned" ? [[event.cluster, event.change]] : [])),
      [["c2", "create"]],
    );
    assert.deepEqual(await deployment.outputs(), { mesh: { id: "mesh1" } });
    const absent = await MeshDeployment.open({ ...options(), backend: `file://${directory}/other-state` });
    assert.equal(await absent.outputs(), undefined);
  });

  it("is compared with what was applied, and what nobody applied is told", async () => {
    const events: MeshEvent[] = [];
    const deployment = await MeshDeployment.open(options());
    const report = await deployment.drift({ onEvent: (event) => events.push(event) });
    assert.deepEqual(
      report.findings.map(({ kind, object }) => `${kind} ${object?.kind ?? ""} ${object?.name ?? ""}`),
      ["stray Secret forgotten"],
    );
    assert.deepEqual(report.clusters, [{ cluster: "east", status: "drifted", objects: 0 }]);
    assert.ok(events.some((event) => event.type === "notice" && event.message === "east: 0 objects, 1 differences"));
    // What was never applied is not put back, nor taken away.
    assert.deepEqual(await deployment.drift({ repairs: () => true }), report);
    assert.deepEqual(
      apiServer.requests.filter((request) => !request.startsWith("GET ") && !request.includes("selfsubject")),
      [],
    );
    const absent = await MeshDeployment.open({ ...options(), backend: `file://${directory}/other-state` });
    await assert.rejects(absent.drift(), ConfigurationError);
  });

  it("goes on without a listener that throws, and says so when all is done", async () => {
    let calls = 0;
    const deployment = await MeshDeployment.open(options());
    const failing = deployment.up({
      onEvent: () => {
        calls++;
        throw new Error("no room for more");
      },
    });
    await assert.rejects(failing, (error: unknown) => {
      assert.ok(error instanceof EventListenerError);
      assert.match(error.message, /^up succeeded, but the listener .*no room for more/);
      assert.deepEqual((error.result as { changes: unknown }).changes, { same: 6 });
      return true;
    });
    assert.equal(calls, 1);
  });

  it("is brought up also when Pulumi's events break off, which is said; a preview then knows nothing", async () => {
    const events: MeshEvent[] = [];
    const deployment = await MeshDeployment.open(options(await withoutEvents()));
    const { changes } = await deployment.up({ onEvent: (event) => events.push(event) });
    assert.deepEqual(changes, { same: 6 });
    const warnings = events.flatMap((event) => (event.type === "diagnostic" ? [event.message] : []));
    assert.ok(warnings.some((message) => message.startsWith("Pulumi's events broke off")));
    await assert.rejects(deployment.preview(), EventStreamError);
  });

  it("tells why it failed, in the error and in its events", async () => {
    const events: MeshEvent[] = [];
    const deployment = await MeshDeployment.open(options({ FAIL: "yes" }));
    await assert.rejects(deployment.up({ onEvent: (event) => events.push(event) }), /no such luck/);
    const [last] = events.slice(-1);
    assert.ok(last?.type === "operation-ended" && last.outcome === "failed");
    assert.match(last.reason ?? "", /no such luck/);
    assert.ok(events.some((event) => event.type === "diagnostic" && event.severity === "error"));
  });

  it("refuses a wrong passphrase and a backend that is not there, in a line", async () => {
    const wrong = await MeshDeployment.open({ ...options(), passphrase: "another" });
    await assert.rejects(wrong.up(), (error: unknown) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, /^PULUMI_CONFIG_PASSPHRASE: expected the passphrase of stack test, found another/);
      return true;
    });
    const nowhere = await MeshDeployment.open({ ...options(), backend: `file://${directory}/nowhere` });
    await assert.rejects(nowhere.up(), /expected a directory, found none at .*nowhere/);
  });

  it("does nothing when it was ended before it began", async () => {
    const deployment = await MeshDeployment.open(options());
    await assert.rejects(deployment.up({ signal: AbortSignal.abort() }), OperationInterrupted);
  });

  forEachBackend((backend) => {
    it("is interrupted anywhere, and the next update goes on from there", async () => {
      const keys = 12;
      const { variables: ofBackend, url } = backend();
      const deployment = await MeshDeployment.open({
        ...options({ KEYS: String(keys), ...ofBackend }),
        backend: url,
        stack: "interrupted",
      });
      // Anything from the first event to the last step.
      const places = fc.sample(fc.noBias(fc.integer({ min: 1, max: 2 * keys })), 3);
      for (const [index, by] of (["signal", "signal", "killSignal"] as const).entries()) {
        const end = new AbortController();
        let left = places[index] ?? 1;
        const where = `by ${by} at event ${left}`;
        const events: MeshEvent[] = [];
        const onEvent = (event: MeshEvent): void => {
          events.push(event);
          if (--left === 0) end.abort();
        };
        await deployment.up({ onEvent, [by]: end.signal }).then(
          // Nothing was left to do when it was asked to end.
          () => assert.equal(events.at(-1)?.type, "operation-ended", where),
          (error: unknown) => assert.ok(error instanceof OperationInterrupted, `${where}: ${String(error)}`),
        );
      }
      const { outputs } = await deployment.up();
      assert.deepEqual(outputs, { mesh: { id: "mesh1" } });
      assert.deepEqual((await deployment.preview()).changes, { same: 2 + 2 * keys });
    });
  });

  it("is taken down, with what else is in its clusters", async () => {
    const deployment = await MeshDeployment.open(options());
    const { changes, leftovers } = await deployment.destroy();
    assert.ok((changes["delete"] ?? 0) >= 6);
    assert.deepEqual(
      leftovers.map(({ cluster, configMaps }) => [cluster, configMaps]),
      [["east", []]],
    );
    assert.deepEqual(await deployment.outputs(), {});
  });

  /** Runs tasks in one process, and looks that nobody but the process itself writes or leaves anything. */
  async function embedded(...tasks: readonly Task[]): Promise<Done[]> {
    const file = join(directory, "done.json");
    const temporary = join(directory, "temporary");
    const { stdout, stderr } = await execute(
      process.execPath,
      ["-r", "tsx/cjs", join(__dirname, "programs/embedder.ts"), JSON.stringify(tasks), file],
      { cwd: repository, env: { ...process.env, TMPDIR: temporary } },
    );
    assert.deepEqual({ stdout, stderr }, { stdout: "", stderr: "" });
    assert.deepEqual(
      (await readdir(temporary)).filter((name) => name.startsWith("isthmus-")),
      [],
    );
    return JSON.parse(await readFile(file, "utf8")) as Done[];
  }

  it("does not disturb another one in the same process, and writes nothing", async () => {
    const other = {
      ...options({ MESH_ID: "mesh2", KEYS: "1" }),
      stack: "other",
      backend: `file://${directory}/other-state`,
      passphrase: "another one",
    };
    const [first, second] = await embedded({ open: options(), operation: "up" }, { open: other, operation: "up" });
    const told = (done: Done | undefined): unknown => ({
      result: done?.result,
      stacks: [...new Set(done?.events.map(({ stack }) => stack))],
    });
    assert.deepEqual(told(first), {
      result: { stack: "test", changes: { create: 6 }, outputs: { mesh: { id: "mesh1" } } },
      stacks: ["test"],
    });
    assert.deepEqual(told(second), {
      result: { stack: "other", changes: { create: 4 }, outputs: { mesh: { id: "mesh2" } } },
      stacks: ["other"],
    });
  });

  it("needs no project of its own: a configuration is enough, and secrets stay encrypted", async () => {
    const { backend, passphrase } = options();
    const configuration = {
      ...mesh,
      clusters: { east: { ...mesh.clusters["east"], network: "east", access: { kubeconfigSecret: "east" } } },
    };
    const open = {
      configuration,
      secrets: { east: await readFile(join(directory, "kubeconfig"), "utf8") },
      directory,
      stack: "object",
      variables,
      ...(backend === undefined ? {} : { backend }),
      ...(passphrase === undefined ? {} : { passphrase }),
    };
    const [done] = await embedded({ open, operation: "preview" });
    const planned = done?.events.flatMap((event) =>
      event.type === "step-planned" ? [`${event.cluster ?? "mesh"} ${event.component}`] : [],
    );
    for (const step of ["mesh root CA", "east intermediate CA", "east istiod"]) {
      assert.ok(planned?.includes(step), `${step} in ${planned?.join(", ") ?? ""}`);
    }
    const files = done?.files.join("\n") ?? "";
    assert.match(files, /kubeconfigSecret: east/);
    assert.match(files, /isthmus:east:\s+secure: /);
    assert.ok(!files.includes(token) && !files.includes(Buffer.from(token).toString("base64")));
    await assert.rejects(
      MeshDeployment.open({ ...open, configuration: { ...mesh, id: "No Label" } }),
      (error: unknown) => error instanceof ConfigurationError && /isthmus:mesh.id: expected/.test(error.message),
    );
  });

  it("may be cut into stacks without a project of its own as well", async () => {
    const { backend, passphrase } = options();
    const configuration = { ...mesh, stacks: "per-cluster" as const };
    const open = {
      configuration,
      directory,
      stack: "cut",
      variables,
      ...(backend === undefined ? {} : { backend }),
      ...(passphrase === undefined ? {} : { passphrase }),
    };
    const [done] = await embedded({ open, operation: "preview" });
    const planned = done?.events.flatMap((event) =>
      event.type === "step-planned" ? [`${event.stack} ${event.component}`] : [],
    );
    for (const step of ["cut.trust root CA", "cut.east istiod"]) {
      assert.ok(planned?.includes(step), `${step} in ${planned?.join(", ") ?? ""}`);
    }
    assert.match(done?.files.join("\n") ?? "", /encryptionsalt: /);
  });
});
