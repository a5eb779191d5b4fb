import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObjectsInput } from "../engine/programs/objects";
import { EngineStack, type StateResource } from "../engine/support";
import { describeEngine } from "../engine/tools";
import { changes, cleanCluster, defineCustomResource, failure, kubectl } from "./stand-in-support";
import { namespace, requireLab, startingPoint, writeChart } from "./stand-in-support";

interface Outputs {
  readonly address: string;
  readonly note: Record<string, string>;
  readonly token: Record<string, string>;
  readonly status: Record<string, unknown>;
}

/** What one change of the program makes of a preview; all else is the same. */
const table: { change: string; input: Partial<ObjectsInput>; steps: string[] }[] = [
  { change: "nothing", input: {}, steps: [] },
  { change: "the kubeconfig's words", input: { comment: "# the same\n" }, steps: [] },
  {
    change: "a namespace's label",
    input: { network: "west" },
    steps: ['update namespace, metadata.labels["topology.istio.io/network"] update'],
  },
  { change: "a Secret's value", input: { note: "bye" }, steps: ["update secret, data.note update"] },
  {
    change: "a ConfigMap's value",
    input: { setting: "off" },
    steps: ["replace named, data.setting update-replace", "replace unnamed, data.setting update-replace"],
  },
  { change: "a rule", input: { verbs: ["get"] }, steps: ["update role, rules[0].verbs[1] delete"] },
  { change: "replicas", input: { replicas: 2 }, steps: ["update deployment, spec.replicas update"] },
  { change: "a custom resource", input: { mode: "PERMISSIVE" }, steps: ["update policy, spec.mtls.mode update"] },
  { change: "a chart's value", input: { cpu: "20m" }, steps: ["update release, values.resources.requests.cpu update"] },
];

describeEngine("the kubernetes provider on the lab, step by step", function (tools) {
  let directory: string;
  let stack: EngineStack;
  let input: ObjectsInput;

  before(async function () {
    this.timeout(10 * 60_000);
    await requireLab();
    await cleanCluster();
    await defineCustomResource();
    directory = await mkdtemp(join(tmpdir(), "isthmus-provider-"));
    input = startingPoint(await writeChart(directory));
    stack = await EngineStack.create("objects", tools());
    await stack.configure(input);
  });

  after(async () => {
    await stack.dispose();
    await rm(directory, { recursive: true });
    await cleanCluster();
  });

  const resource = async (name: string): Promise<StateResource> => {
    const found = (await stack.resources()).find(({ urn }) => urn.endsWith(`::${name}`));
    assert.ok(found);
    return found;
  };

  it("creates everything and waits for tokens, pods and addresses", async () => {
    await stack.up();
    const { address, note, token, status } = await stack.outputs<Outputs>();
    assert.match(address, /^172\.18\.11\.\d+$/);
    assert.equal(Buffer.from(note["note"] ?? "", "base64").toString(), "hello");
    assert.deepEqual(Object.keys(token).sort(), ["ca.crt", "namespace", "token"]);
    assert.deepEqual(status, {
      appVersion: "4",
      chart: "demo",
      name: "demo",
      namespace,
      revision: 1,
      status: "deployed",
      version: "1.2.3",
    });
    assert.equal(
      await kubectl("-n", namespace, "get", "deployment", "-o", "jsonpath={.items[*].status.readyReplicas}"),
      "1 1",
    );
  });

  it("keeps the live object, the inputs and the field manager in the state", async () => {
    const { id, outputs } = await resource("namespace");
    assert.equal(id, namespace);
    assert.equal((outputs["status"] as { phase: string }).phase, "Active");
    assert.match(String(outputs["__fieldManager"]), /^pulumi-kubernetes-[0-9a-f]{8}$/);
    assert.equal(outputs["__initialApiVersion"], "v1");
    assert.deepEqual(outputs["__inputs"], (await resource("namespace")).inputs);
    const unnamed = await resource("unnamed");
    assert.match(String(unnamed.id), new RegExp(`^${namespace}/unnamed-[0-9a-f]{8}$`));
    const { metadata } = unnamed.inputs as { metadata: { annotations: object } };
    assert.deepEqual(metadata.annotations, { "pulumi.com/autonamed": "true" });
  });

  it("fills a release's inputs in and names its objects", async () => {
    const { id, inputs, outputs } = await resource("release");
    assert.equal(id, `${namespace}/demo`);
    const { version, atomic, skipAwait, timeout, dependencyUpdate } = inputs;
    assert.deepEqual(
      { version, atomic, skipAwait, timeout, dependencyUpdate },
      { version: "1.2.3", atomic: false, skipAwait: false, timeout: 120, dependencyUpdate: false },
    );
    assert.deepEqual(outputs["resourceNames"], {
      "ConfigMap/v1": ["demo"],
      "Deployment.apps/apps/v1": ["demo"],
    });
  });

  it("has no secret in plain text anywhere", async () => {
    const { note, token } = await stack.outputs<Outputs>();
    for (const [file, content] of await stack.files()) {
      for (const secret of ["open-sesame", note["note"], token["token"]]) {
        assert.ok(secret);
        assert.ok(!content.includes(secret), `${file} has ${secret.slice(0, 4)}… in it`);
      }
    }
  });

  for (const { change, input: changed, steps } of table) {
    it(`plans for a change of ${change}: ${steps.join("; ") || "nothing"}`, async () => {
      await stack.configure({ ...input, ...changed });
      assert.deepEqual(await changes(stack), steps);
    });
  }

  it("updates the provider when the kubeconfig's words change, and replaces nothing", async () => {
    await stack.configure({ ...input, comment: "# the same\n" });
    const { steps } = JSON.parse(await stack.previewText()) as {
      steps: { op: string; urn: string; diffReasons?: string[] }[];
    };
    const provider = steps.find(({ urn }) => urn.endsWith("pulumi:providers:kubernetes::cluster"));
    assert.deepEqual([provider?.op, provider?.diffReasons], ["update", ["kubeconfig"]]);
    assert.deepEqual([...new Set(steps.map(({ op }) => op))].sort(), ["read", "same", "update"]);
  });

  it("lets the API server judge a custom resource in the preview", async () => {
    await stack.configure({ ...input, mode: "NOPE" });
    assert.match(await failure(stack.preview()), /Unsupported value: \\"NOPE\\": supported values/);
  });

  it("does what it planned, all at once, and then has nothing left to do", async () => {
    input = Object.assign({}, input, ...table.map((row) => row.input)) as ObjectsInput;
    await stack.configure(input);
    await stack.up();
    assert.deepEqual(await changes(stack), []);
    const live = ["get", "deployment,configmap,secret,policies", "-o", "name"];
    assert.equal(
      await kubectl("-n", namespace, "get", "deployment", "pause", "-o", "jsonpath={.status.readyReplicas}"),
      "2",
    );
    const names = (await kubectl("-n", namespace, ...live)).split("\n");
    assert.equal(names.filter((name) => name.startsWith("configmap/unnamed-")).length, 1);
    assert.equal(
      await kubectl("get", "namespace", namespace, "-o", "jsonpath={.metadata.labels.topology\\.istio\\.io/network}"),
      "west",
    );
  });

  it("sees drift only when it refreshes, only of what it set, and puts it back", async () => {
    await kubectl("label", "namespace", namespace, "topology.istio.io/network=drifted", "--overwrite");
    await kubectl("-n", namespace, "patch", "deployment", "pause", "-p", '{"spec":{"replicas":3}}');
    await kubectl("-n", namespace, "patch", "deployment", "demo", "-p", '{"spec":{"replicas":2}}');
    await kubectl("-n", namespace, "annotate", "service", "pause", "somebody=else");
    await kubectl("-n", namespace, "delete", "serviceaccount", "reader");
    await kubectl("-n", namespace, "wait", "--for=delete", "secret/reader-token", "--timeout=30s");
    assert.deepEqual(await changes(stack), []);
    await stack.up("--refresh");
    const replicas = "jsonpath={.items[*].spec.replicas}";
    assert.equal(await kubectl("-n", namespace, "get", "deployment", "-o", replicas), "2 2");
    const label = "jsonpath={.metadata.labels.topology\\.istio\\.io/network}";
    assert.equal(await kubectl("get", "namespace", namespace, "-o", label), "west");
    assert.notEqual(
      await kubectl("-n", namespace, "get", "secret", "reader-token", "-o", "jsonpath={.data.token}"),
      "",
    );
    assert.equal(
      await kubectl("-n", namespace, "get", "service", "pause", "-o", "jsonpath={.metadata.annotations.somebody}"),
      "else",
    );
    assert.deepEqual(await changes(stack), []);
  });

  it("keeps what did not get ready, says why, and goes on from there", async () => {
    await stack.configure({ ...input, image: "lab.local/no-such-image:lab", timeoutSeconds: 8 });
    const said = await failure(stack.up());
    assert.match(said, /'pause' timed out waiting to be Ready/);
    assert.match(said, /\[Pod provider-test\/pause-\S+\]: containers with unready status: \[pause\]/);
    assert.match(said, /Helm release "provider-test\/demo" failed to initialize completely/);
    await stack.configure(input);
    await stack.up();
    assert.deepEqual(await changes(stack), []);
  });

  it("removes everything", async () => {
    await stack.destroy();
    assert.equal(await kubectl("get", "namespace", namespace, "--ignore-not-found", "-o", "name"), "");
    assert.equal(await kubectl("get", "clusterrole", `${namespace}-reader`, "--ignore-not-found", "-o", "name"), "");
  });
});
