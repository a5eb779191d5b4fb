import assert from "node:assert/strict";
import { pollUntil } from "../../lab/wait";
import { destroy, PulumiError, up, type StackOptions } from "../../operations/stack";
import { ConfigurationError } from "../../topology";
import { paperCluster, PaperMesh, type PaperConfig } from "./paper/mesh";
import { stallVariable } from "./paper/world";
import { describeEngine } from "./tools";

const config: PaperConfig = { id: "mesh1", clusters: { east: paperCluster("east") } };

describeEngine("who is who", (tools) => {
  let mesh: PaperMesh;
  let options: StackOptions;

  before(async () => {
    mesh = await PaperMesh.create(tools());
    options = await mesh.options(config);
  });
  after(() => mesh.dispose());
  afterEach(() => {
    Reflect.deleteProperty(process.env, stallVariable);
  });

  /** What an update is refused with, before anything is changed. */
  async function refusal(action: Promise<unknown>): Promise<string> {
    const error = await action.then(
      () => assert.fail("not refused"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ConfigurationError, String(error));
    return error.message;
  }

  /** The same by Pulumi alone, from the program. */
  async function refusalByPulumi(words: RegExp): Promise<void> {
    await assert.rejects(mesh.pulumiUp(), (error: unknown) => {
      assert.match(String(error).replace(/\s+/g, " "), words);
      return true;
    });
  }

  const uidOf = (outputs: Readonly<Record<string, unknown>>): unknown =>
    (outputs["clusters"] as Record<string, { uid?: string }>)["east"]?.uid;

  it("goes on after a first update that was killed when istio-system was made and not yet noted", async () => {
    process.env[stallVariable] = "mesh-east-system-namespace";
    const kill = new AbortController();
    const update = up({ ...options, kill: kill.signal });
    const made = pollUntil(() => Promise.resolve(mesh.hasSystemNamespace("east")), {
      what: "the namespace to be made",
      timeoutMs: 120_000,
    });
    await Promise.all([made.finally(() => kill.abort()), assert.rejects(update, PulumiError)]);
    Reflect.deleteProperty(process.env, stallVariable);
    assert.ok(mesh.hasSystemNamespace("east"));
    assert.equal(uidOf((await up(options)).outputs), "uid-of-east");
  });

  it("refuses a cluster that was made anew, and brings it back by a refresh", async () => {
    mesh.makeAnew("east");
    assert.match(
      await refusal(up(options)),
      /knows as east \(UID of kube-system: uid-of-east\).*uid-of-east-2 without istio-system/,
    );
    await refusalByPulumi(/east was made anew under its old name/);
    assert.match(await refusal(destroy(options)), /uid-of-east-2/);
    assert.ok(!mesh.hasSystemNamespace("east"));
    const said: string[] = [];
    const { changes, outputs } = await up({ ...options, refresh: true, onProgress: (words) => void said.push(words) });
    assert.match(said.join("\n"), /^warning: .*It is taken for made anew/m);
    // The namespace, the intermediate CA's Secret, Istio's charts, and the policy of mutual TLS.
    assert.equal(changes["create"], 5, JSON.stringify(changes));
    assert.ok(mesh.hasSystemNamespace("east"));
    assert.equal(uidOf(outputs), "uid-of-east-2");
    assert.equal((await up(options)).changes["create"], undefined);
  });

  it("refuses a stack that has lost its state, for a mesh that stands", async () => {
    await mesh.loseState();
    assert.match(
      await refusal(up(options)),
      /^isthmus:mesh\.id: expected the stack that has the mesh mesh1, which stands in east/,
    );
    await refusalByPulumi(/expected the stack that has the mesh mesh1, which stands in east/);
  });
});
