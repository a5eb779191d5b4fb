import assert from "node:assert/strict";
import { nameOf, stackType, type StateResource } from "../../engine/state";
import { moveState, upParts, type PartResult } from "../../operations/parts";
import { preview, up } from "../../operations/stack";
import type { StandingMutualTls } from "../../topology";
import { paperCluster, PaperMesh, type PaperConfig } from "./paper/mesh";
import { describeEngine } from "./tools";

/** A primary, and what is told of it as a mesh in one stack, or in one for each part. */
const config: PaperConfig = { id: "mesh1", clusters: { east: paperCluster("east") } };
const inParts: PaperConfig = { ...config, stacks: "per-cluster" };
const joined: PaperConfig = { ...inParts, clusters: { ...config.clusters, west: paperCluster("west") } };

/** A policy's name in a state. */
const policyOf = (cluster: string): string => `mesh-${cluster}-mutual-tls-policy`;

/** Of the trust alone it is not known before whether its certificates are to be renewed. */
const untouched = ["trust updated", "east unchanged", "west unchanged"];

function outcomesOf(parts: readonly PartResult[]): string[] {
  return parts.map(({ outcome, part }) => `${part} ${outcome}`);
}

/** Each step begins where the last one ended. */
describeEngine("what a mesh has of mutual TLS where its configuration does not say", (tools) => {
  let mesh: PaperMesh;

  before(async () => {
    mesh = await PaperMesh.create(tools());
  });
  after(() => mesh.dispose());

  /** What a stack says, and the policies that it has, sorted. */
  async function standing(stack: string): Promise<{ mtls: unknown; policies: string[] }> {
    const { deployment } = JSON.parse(await mesh.pulumi("stack", "export", "--stack", stack)) as {
      readonly deployment: { readonly resources: readonly StateResource[] };
    };
    const said = deployment.resources.find(({ type }) => type === stackType)?.outputs?.["mesh"];
    const policies = deployment.resources.filter(({ type }) => type.endsWith(":PeerAuthentication"));
    return {
      mtls: (said as { readonly mtls?: unknown } | undefined)?.mtls,
      policies: policies.map(({ urn }) => nameOf(urn)).sort(),
    };
  }

  async function assertStanding(stack: string, mtls: StandingMutualTls, policies: readonly string[]): Promise<void> {
    assert.deepEqual(await standing(stack), { mtls, policies }, stack);
  }

  it("is strict in a mesh that is made now", async () => {
    await up(await mesh.options(config));
    await assertStanding("paper", "strict", [policyOf("east")]);
  });

  it("is nothing in one that a release made that knew no such setting: nothing changes", async () => {
    await mesh.edit((resources) => {
      const kept = resources.filter(({ urn }) => !String(urn).includes("mutual-tls"));
      for (const { outputs, type } of kept) {
        if (type === stackType) delete (outputs as { mesh: { mtls?: unknown } }).mesh.mtls;
      }
      resources.splice(0, resources.length, ...kept);
    });
    const policy = "kubernetes:security.istio.io/v1:PeerAuthentication";
    mesh.world.remove(mesh.urlOf("east"), policy, "istio-system/default");
    const options = await mesh.options(config);
    assert.deepEqual(Object.keys((await preview(options)).changes), ["same"]);
    await up(options);
    await assertStanding("paper", "none", []);
  });

  it("stays so in stacks of its parts, and in those of clusters that join", async () => {
    await moveState(await mesh.options(inParts));
    await upParts(await mesh.options(joined));
    await assertStanding("paper.trust", "none", []);
    for (const cluster of ["east", "west"]) await assertStanding(`paper.${cluster}`, "none", []);
  });

  it("is what the configuration said last, once it says nothing any more", async () => {
    await upParts(await mesh.options({ ...joined, mtls: "permissive" }));
    for (const cluster of ["east", "west"]) await assertStanding(`paper.${cluster}`, "permissive", [policyOf(cluster)]);
    const { parts } = await upParts(await mesh.options(joined));
    assert.deepEqual(outcomesOf(parts), untouched);
    await moveState(await mesh.options({ ...joined, stacks: "one" }));
    await up(await mesh.options({ ...joined, stacks: "one" }));
    await assertStanding("paper", "permissive", ["east", "west"].map(policyOf));
  });
});

describeEngine("a new mesh in stacks of its parts", (tools) => {
  let mesh: PaperMesh;

  before(async () => {
    mesh = await PaperMesh.create(tools());
  });
  after(() => mesh.dispose());

  it("is strict in every cluster, and nothing more is to do then", async () => {
    const { outputs } = await upParts(await mesh.options(joined));
    assert.equal((outputs["mesh"] as { mtls?: unknown }).mtls, "strict");
    const { parts } = await upParts(await mesh.options(joined));
    assert.deepEqual(outcomesOf(parts), untouched);
  });
});
