import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { labEnvironment } from "../../lab";
import type { MeshConfig, Problem } from "../../topology";
import { isthmus, repository } from "../support/isthmus";
import { allPairs, kubectl, leftIn, WrittenStack } from "./lab-stack";
import { appliedByPlatform, meshMarks, ofPlatform, platform } from "./platform-team";
import { describeInTurn } from "./turns";

const execute = promisify(execFile);
const stack = new WrittenStack("test-leftovers");
const role = "istio-reader-clusterrole-istio-system";

/** A pull secret in one of the two clusters: in the other nothing needs it. */
const withPullSecrets: Partial<MeshConfig> = {
  clusters: {
    east: { network: "east", access: { context: "lab-east" }, imagePullSecrets: ["registry"] },
    west: { network: "west", access: { context: "lab-west" } },
  },
};

/** The commands in what is to be done. */
function commandsIn(fix: string): string[] {
  return [...fix.matchAll(/`(kubectl [^`]+)`/g)].map(([, command = ""]) => command);
}

interface PreviewDocument {
  readonly refusals: readonly Problem[];
  readonly warnings: readonly string[];
}

/** What a preview says, which must end with this exit code. */
async function preview(code: number): Promise<PreviewDocument> {
  const run = await isthmus("preview", "--stack", stack.name, "-o", "json");
  assert.equal(run.code, code, run.stderr);
  return JSON.parse(run.stdout) as PreviewDocument;
}

/** Runs helm against a cluster of the lab. */
async function helm(cluster: string, ...args: string[]): Promise<void> {
  const env = { ...process.env, ...labEnvironment() };
  await execute("helm", ["--kube-context", `lab-${cluster}`, ...args], { env });
}

/** Installs an istiod beside ours, which takes no room: it has no pods. */
async function installOther(cluster: string, namespace: string, ...more: string[]): Promise<void> {
  const values = [`global.istioNamespace=${namespace}`, "replicaCount=0", "autoscaleEnabled=false", ...more].join(",");
  const chart = join(repository, ".lab/charts/istiod");
  await helm(cluster, "install", "istiod", chart, "--namespace", namespace, "--create-namespace", "--set", values);
}

async function created(cluster: string, object: object): Promise<void> {
  const file = join(tmpdir(), `isthmus-leftovers-${String(process.pid)}.json`);
  writeFileSync(file, JSON.stringify(object));
  try {
    await kubectl(cluster, "create", "--filename", file);
  } finally {
    rmSync(file);
  }
}

/** Runs a command as it was printed, in the shell that a reader of it has. */
async function pasted(command: string): Promise<void> {
  await execute("sh", ["-c", command], { cwd: repository, env: { ...process.env, ...labEnvironment() } });
}

/** CRDs as `kubectl create` made them of Istio's release, and a role that an uninstallation passed over. */
async function leaveBehind(cluster: string): Promise<void> {
  await kubectl(cluster, "create", "--filename", join(repository, ".lab/charts/base/files/crd-all.gen.yaml"));
  await kubectl(cluster, "create", "clusterrole", role, "--verb=get", "--resource=pods");
}

async function definitions(cluster: string): Promise<string[]> {
  const names = (await kubectl(cluster, "get", "crd", "-o", "name")).split("\n");
  return names.filter((name) => name.endsWith(".istio.io")).map((name) => name.replace(/^[^/]+\//, "crd/"));
}

describeInTurn("leftovers", "a cluster in which Istio was before", function () {
  this.timeout(10 * 60_000);
  let refusal: Problem;

  before(async () => {
    stack.write({});
    await stack.labUp();
    await leaveBehind("west");
  });

  after(() => {
    stack.remove();
  });

  it("is refused by a preview, which names all that Helm would not take over at once", async () => {
    const { refusals } = await preview(2);
    assert.equal(refusals.length, 1, JSON.stringify(refusals));
    [refusal] = refusals as [Problem];
    assert.equal(refusal.path, "isthmus:mesh.clusters.west");
    const left = [...(await definitions("west")), `clusterrole/${role}`];
    assert.equal(left.length, 16);
    assert.deepEqual(refusal.found.replace(" (without Helm's owner)", "").split(", ").sort(), left.sort());
  });

  it("is refused by an update, which changes nothing in any cluster", async () => {
    const run = await stack.tryUp();
    assert.equal(run.code, 2, run.stderr);
    assert.ok(run.stderr.includes(refusal.found), run.stderr);
    assert.deepEqual(await leftIn("east"), []);
    assert.deepEqual(await leftIn("west"), [`clusterrole.rbac.authorization.k8s.io/${role}`]);
  });

  it("is refused beside another control plane, of whatever namespace", async () => {
    await installOther("east", "mesh-system");
    const { refusals } = await preview(2);
    assert.deepEqual(
      refusals.map(({ path, found }) => [path, found]),
      [
        [
          "isthmus:mesh.clusters.east",
          "a webhook istio-sidecar-injector-mesh-system of the namespace mesh-system, an istiod mesh-system/istiod of the revision default",
        ],
        ["isthmus:mesh.clusters.west", refusal.found],
      ],
    );
    await helm("east", "uninstall", "istiod", "--namespace", "mesh-system");
    await kubectl("east", "delete", "namespace", "mesh-system");
  });

  it("is refused while istio-system is being deleted, with what that waits for", async () => {
    const kept = ["--namespace", "istio-system", "configmap", "kept"];
    const finalizers = (names: readonly string[]): string => JSON.stringify({ metadata: { finalizers: names } });
    await kubectl("east", "create", "namespace", "istio-system");
    await kubectl("east", "create", ...kept);
    await kubectl("east", "patch", ...kept, "--type=merge", "--patch", finalizers(["example.com/kept"]));
    await kubectl("east", "delete", "namespace", "istio-system", "--wait=false");
    const condition = "--for=condition=NamespaceFinalizersRemaining";
    await kubectl("east", "wait", condition, "namespace/istio-system", "--timeout=60s");
    const { refusals } = await preview(2);
    assert.match(
      refusals[0]?.found ?? "",
      /^one that is being deleted, which waits: .*configmaps.*; .*example\.com\/kept in 1 resource instances$/,
    );
    await kubectl("east", "patch", ...kept, "--type=merge", "--patch", finalizers([]));
    await kubectl("east", "wait", "--for=delete", "namespace/istio-system", "--timeout=60s");
  });

  it("is refused without the pull secrets that are named, with the commands that make them", async () => {
    stack.write({
      ...withPullSecrets,
      sample: { clientImage: "lab.local/curl:lab", pullSecrets: "copied" },
    });
    const { refusals } = await preview(2);
    assert.deepEqual(
      refusals.map(({ found }) => found),
      ["no namespace istio-system yet", refusal.found],
    );
    const directory = mkdtempSync(join(tmpdir(), "isthmus-registry-"));
    const credentials = join(directory, "config.json");
    writeFileSync(credentials, JSON.stringify({ auths: { "lab.local": { auth: "bm9ib2R5Om5vdGhpbmc=" } } }));
    try {
      for (const command of commandsIn(refusals[0]?.fix ?? "")) {
        await pasted(command.replace("=config.json", `=${credentials}`));
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
    assert.deepEqual(
      (await preview(2)).refusals.map(({ found }) => found),
      [refusal.found],
    );
  });

  it("is refused with a label of ours that another manager keeps to another value", async () => {
    const label = (network: string): object => ({
      ...platform.namespace,
      metadata: {
        ...platform.namespace.metadata,
        labels: { ...platform.namespace.metadata.labels, "topology.istio.io/network": network },
      },
    });
    await appliedByPlatform("east", label("elsewhere"));
    assert.match(
      (await preview(2)).refusals[0]?.found ?? "",
      /^platform keeps it, as "elsewhere", and it is to be "east"$/,
    );
    await appliedByPlatform("east", platform.namespace, ...platform.objects);
  });

  let prepared: readonly unknown[];

  it("is installed into after the commands that were said, and is nothing to speak of then", async () => {
    const commands = commandsIn(refusal.fix.split(" Or, ")[0] ?? "");
    assert.equal(commands.length, 3, refusal.fix);
    for (const command of commands) await pasted(command);
    prepared = await ofPlatform("east");
    await stack.up();
    await stack.settled();
    const { warnings } = await preview(0);
    assert.deepEqual(warnings, []);
  });

  it("keeps what a platform team has prepared, and pulls by its Secret", async () => {
    assert.deepEqual(await ofPlatform("east"), prepared);
    assert.deepEqual(await meshMarks("east"), [
      "isthmus.dev/cluster",
      "isthmus.dev/mesh",
      "isthmus.dev/trust-domain",
      "topology.istio.io/network",
    ]);
    const pods = JSON.parse(await kubectl("east", "--namespace", "istio-system", "get", "pods", "-o", "json")) as {
      readonly items: readonly { readonly spec: { readonly imagePullSecrets?: readonly object[] } }[];
    };
    assert.equal(pods.items.length, 2);
    for (const { spec } of pods.items) assert.deepEqual(spec.imagePullSecrets, [{ name: "registry" }]);
    assert.deepEqual(await stack.verified(), allPairs(["east", "west"]));
  });

  it("is warned of, where the mesh stands, for what comes beside it and stops calls", async () => {
    await installOther("east", "istio-canary", "revision=canary");
    await created("east", {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: "closed", namespace: "istio-system" },
      spec: {},
    });
    const warnings = (await preview(0)).warnings.join("\n");
    assert.match(
      warnings,
      /a webhook istio-sidecar-injector-canary-istio-canary of the namespace istio-canary, an istiod istio-canary\/istiod-canary of the revision canary, for namespaces of other labels/,
    );
    assert.match(warnings, /authorizationpolicy\/closed, which allows nothing/);
  });

  it("leaves what was prepared when the mesh goes, and nothing of the mesh in it", async () => {
    await helm("east", "uninstall", "istiod", "--namespace", "istio-canary");
    await kubectl("east", "delete", "namespace", "istio-canary");
    await kubectl("east", "--namespace", "istio-system", "delete", "authorizationpolicy", "closed");
    await stack.destroy();
    assert.deepEqual(await ofPlatform("east"), prepared);
    assert.deepEqual(await meshMarks("east"), []);
    const rest = await kubectl("east", "--namespace", "istio-system", "get", "all,secrets,configmaps", "-o", "name");
    assert.deepEqual(rest.trim().split("\n").sort(), ["configmap/kube-root-ca.crt", "secret/registry"]);
    assert.deepEqual(await leftIn("east"), ["namespace/istio-system"]);
    assert.deepEqual(await leftIn("west"), []);
  });
});
