import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObjectInput } from "../engine/programs/object";
import { EngineStack } from "../engine/support";
import { describeEngine } from "../engine/tools";
import { changes, context, failure, kubeconfig, kubectl, requireLab, writeChart } from "./stand-in-support";

const unreachable =
  /unreachable: unable to load (schema information from the API server|Kubernetes client configuration)/;

const defaults = { object: "secret", name: "provider-test", chart: "./nowhere", image: "lab.local/pause:lab" } as const;

/** What fails, where the official plugin says so too: in a preview already, or only in an update. */
const table: {
  what: string;
  input: Partial<ObjectInput>;
  access?: (kubeconfig: string) => string;
  inPreview: boolean;
  error: RegExp;
}[] = [
  {
    what: "an object that exists",
    input: { object: "namespace", name: "default" },
    inPreview: false,
    error: /was not successfully created by the Kubernetes API server: namespaces "default" already exists/,
  },
  {
    what: "a chart that is not there",
    input: { object: "release" },
    inPreview: true,
    error:
      /property chart value \{\.\/nowhere\} has a problem: path \\?"\.\/nowhere\\?" not found; check the chart name/,
  },
  {
    what: "a server that refuses connections",
    input: {},
    access: (text) => text.replace(/server: .*/g, "server: https://127.0.0.1:1"),
    inPreview: false,
    error: unreachable,
  },
  {
    what: "an address that nobody has",
    input: {},
    access: (text) => text.replace(/server: .*/g, "server: https://172.18.255.250:6443"),
    inPreview: false,
    error: unreachable,
  },
  {
    what: "wrong credentials",
    input: {},
    access: (text) => text.replace(/client-(certificate|key)-data: .*/g, "").replace(/token: .*/g, "token: wrong"),
    inPreview: false,
    error: unreachable,
  },
  { what: "a context that is not there", input: { context: "nowhere" }, inPreview: false, error: unreachable },
  {
    what: "a kind that the cluster does not know",
    input: { object: "custom" },
    inPreview: false,
    error: /no matches for kind "Nothing" in version "nowhere\.isthmus\.test\/v1"/,
  },
];

describeEngine("the kubernetes provider on the lab, when something is wrong", (tools) => {
  let stack: EngineStack;
  let access: string;

  before(async function () {
    this.timeout(10 * 60_000);
    await requireLab();
    access = await kubeconfig();
  });

  beforeEach(async () => {
    stack = await EngineStack.create("object", tools());
  });

  afterEach(() => stack.dispose());

  for (const { what, input, access: change, inPreview, error } of table) {
    it(`${what}: ${inPreview ? "the preview and the update fail" : "the preview passes, the update fails"}`, async () => {
      const text = change === undefined ? access : change(access);
      await stack.configure({ kubeconfig: text, context, ...defaults, ...input });
      if (inPreview) assert.match(await failure(stack.preview()), error);
      else
        assert.deepEqual(
          (await stack.preview()).map(({ op }) => op),
          ["create"],
        );
      const said = await failure(stack.up());
      assert.match(said, error);
      assert.ok(!said.includes("open-sesame"));
    });
  }

  it("refuses a type that the stand-in does not know, and says what to install", async function () {
    if (!tools().plugins.some(({ name, source }) => name === "kubernetes" && source === "stand-in")) this.skip();
    await stack.configure({ kubeconfig: access, context, ...defaults, object: "job" });
    const said = await failure(stack.preview());
    assert.match(said, /the lab's stand-in .* does not know the resource type kubernetes:batch\/v1:Job/);
    assert.match(said, /pulumi plugin install resource kubernetes 4\.34\.2/);
  });

  it("patches an object that it does not own, and gives it back", async () => {
    const label = (): Promise<string> =>
      kubectl("get", "namespace", "default", "-o", "jsonpath={.metadata.labels.isthmus\\.test/patched}");
    // Left by a run that failed.
    await kubectl("label", "namespace", "default", "isthmus.test/patched-");
    await stack.configure({ kubeconfig: access, context, ...defaults, object: "patch", name: "default" });
    await stack.up();
    assert.equal(await label(), "yes");
    assert.deepEqual(await changes(stack), []);
    await stack.destroy();
    assert.equal(await label(), "");
  });

  it("keeps a release whose installation failed, and upgrades it the next time", async () => {
    const directory = await mkdtemp(join(tmpdir(), "isthmus-provider-"));
    try {
      const input = { kubeconfig: access, context, ...defaults, object: "release", chart: await writeChart(directory) };
      await stack.configure({ ...input, image: "lab.local/no-such-image:lab" });
      const said = await failure(stack.up());
      assert.match(said, /Helm release "default\/provider-test" was created, but failed to initialize completely/);
      const { outputs } = (await stack.resources()).find(({ id }) => id === "default/provider-test") ?? assert.fail();
      assert.equal((outputs["status"] as { status: string }).status, "failed");
      await stack.configure(input);
      assert.deepEqual(await changes(stack), ["update object, values.image update"]);
      await stack.up();
      assert.deepEqual(await changes(stack), []);
      assert.equal(await kubectl("get", "deployment", "demo", "-o", "jsonpath={.status.readyReplicas}"), "1");
    } finally {
      await stack.destroy();
      await rm(directory, { recursive: true });
    }
    assert.equal(await kubectl("get", "deployment,configmap", "demo", "--ignore-not-found", "-o", "name"), "");
  });
});
