import assert from "node:assert/strict";
import { pollUntil } from "../../lab/wait";
import { destroy, PulumiError, up, type StackOptions } from "../../operations/stack";
import { ConfigurationError } from "../../topology";
import { paperCluster, PaperMesh, type PaperConfig } from "./paper/mesh";
import { stallVariable, type PlacedObject } from "./paper/world";
import { describeEngine } from "./tools";

const config: PaperConfig = {
  id: "mesh1",
  istio: { imagePullSecrets: ["registry"] },
  clusters: { east: paperCluster("east") },
};
const system = "istio-system";
const namespaceType = "kubernetes:core/v1:Namespace";
const secretType = "kubernetes:core/v1:Secret";

describeEngine("a prepared istio-system", (tools) => {
  let mesh: PaperMesh;
  let options: StackOptions;
  let prepared: string;

  before(async () => {
    mesh = await PaperMesh.create(tools());
    options = await mesh.options(config);
  });
  after(() => mesh.dispose());
  afterEach(() => {
    Reflect.deleteProperty(process.env, stallVariable);
  });

  /** What a platform team has in the cluster. */
  const theirs = (): string =>
    JSON.stringify(
      mesh.world
        .at(mesh.urlOf("east"))
        .filter(isTheirs)
        .map(({ type, id, object }) => [type, id, object])
        .sort(),
    );
  const isTheirs = ({ type, id }: PlacedObject): boolean =>
    (type === namespaceType && id === system) || id === `${system}/registry`;
  const makeTheirs = (kind: "Namespace" | "Secret", name: string, more: object = {}): void => {
    const metadata = { name, ...(kind === "Secret" ? { namespace: system } : { labels: { team: "platform" } }) };
    const id = kind === "Secret" ? `${system}/${name}` : name;
    const type = kind === "Secret" ? secretType : namespaceType;
    mesh.world.add(mesh.urlOf("east"), type, id, { apiVersion: "v1", kind, metadata, ...more });
  };

  async function refusal(): Promise<string> {
    const error: unknown = await up(options).then(
      () => assert.fail("not refused"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ConfigurationError, String(error));
    return error.message;
  }

  it("is asked for before anything is made, with the pull secret that is to be in it", async () => {
    assert.match(
      await refusal(),
      /the Secret registry in istio-system, .* found no namespace istio-system yet\. Make both first/,
    );
    makeTheirs("Namespace", system);
    assert.match(await refusal(), /the Secret registry in istio-system, .* found none of the name\. Make it: /);
    makeTheirs("Secret", "registry", { type: "kubernetes.io/dockerconfigjson" });
    prepared = theirs();
  });

  it("is not taken with a CA that somebody else has put there", async () => {
    makeTheirs("Secret", "cacerts");
    assert.match(await refusal(), /without what the mesh itself makes there, found secret\/cacerts\./);
    mesh.world.remove(mesh.urlOf("east"), secretType, `${system}/cacerts`);
  });

  it("is taken by the next update after one that was killed when it was adopted and not yet noted", async () => {
    process.env[stallVariable] = "mesh-east-system-patch";
    const kill = new AbortController();
    const update = up({ ...options, kill: kill.signal });
    const adopted = pollUntil(
      () => Promise.resolve(mesh.world.find(mesh.urlOf("east"), `${namespaceType}Patch`, system) !== undefined),
      { what: "the namespace to be adopted", timeoutMs: 120_000 },
    );
    await Promise.all([adopted.finally(() => kill.abort()), assert.rejects(update, PulumiError)]);
    Reflect.deleteProperty(process.env, stallVariable);
    const { outputs } = await up(options);
    const { systemNamespace } = (outputs["clusters"] as Record<string, { systemNamespace?: string }>)["east"] ?? {};
    assert.equal(systemNamespace, "adopted");
    assert.equal(theirs(), prepared);
  });

  it("stays adopted: the next updates change nothing, also with a refresh", async () => {
    for (const refresh of [false, true]) {
      const { changes } = await up({ ...options, refresh });
      assert.deepEqual(Object.keys(changes), ["same"], JSON.stringify(changes));
    }
    assert.equal(theirs(), prepared);
  });

  it("stays when the mesh goes, with what is theirs and nothing that was ours", async () => {
    await destroy(options);
    assert.equal(theirs(), prepared);
    assert.deepEqual(
      mesh.world.at(mesh.urlOf("east")).filter((object) => !isTheirs(object)),
      [],
    );
  });

  it("is taken again by a mesh that comes back", async () => {
    await up(options);
    assert.equal(theirs(), prepared);
  });
});
