import { identityAnnotations, trustPart, type MeshPlan } from "../../topology";
import type { StateResource } from "../../engine/state";
import { clustersIn } from "../stack/cluster-state";
import { othersThan, partsOfResources } from "./part-of-resource";
import type { State } from "./state-in-stack";

/**
 * What a state holds where the outputs say nothing, as after a kill before the first of them: nothing, a part of this mesh,
 * or something else, in words.
 */
export type StateProof =
  { readonly kind: "empty" } | { readonly kind: "own" } | { readonly kind: "foreign"; readonly is: string };

/**
 * Whether a state is that of one part of a mesh. All that is in it must be this part's: what nobody knows is somebody's.
 * Pure.
 */
export function proofInState(state: State, plan: MeshPlan, part: string): StateProof {
  const { resources = [] } = state;
  const own = partsOfResources(resources, part === trustPart ? [] : [part]);
  const others = othersThan(part, resources);
  const clusters = clustersIn(state).filter((cluster) => cluster !== part);
  if (others.length > 0 || clusters.length > 0) {
    const mesh = resources.some(({ type }) => type === "isthmus:index:Mesh");
    const words = mesh ? `a mesh${clusters.length === 0 ? "" : ` of ${clusters.join(", ")}`}` : "no part of a mesh";
    return { kind: "foreign", is: `${words}, which does not say whose it is` };
  }
  const named = meshesIn(resources).find((mesh) => mesh !== plan.id && mesh !== plan.replaces.id);
  if (named !== undefined) return { kind: "foreign", is: `a part of mesh ${named}` };
  return { kind: resources.some(({ urn }) => own.get(urn) === part) ? "own" : "empty" };
}

/** The meshes whose name the objects in a state bear. */
function meshesIn(resources: readonly StateResource[]): string[] {
  return resources.flatMap((resource) => annotationsOf(resource)[identityAnnotations.mesh] ?? []);
}

/** The names by which the clusters of a state know themselves. Pure. */
export function clusterNamesIn({ resources = [] }: State): readonly string[] {
  return resources.flatMap((resource) => annotationsOf(resource)[identityAnnotations.cluster] ?? []);
}

function annotationsOf({ inputs }: StateResource): Readonly<Record<string, string>> {
  const { annotations } = (inputs?.["metadata"] ?? {}) as { readonly annotations?: Readonly<Record<string, string>> };
  return annotations ?? {};
}
