import { partStack, trustPart } from "../../topology";
import { stackType, type StateResource } from "../../engine/state";
import { inStack, type State } from "./state-in-stack";

/**
 * Puts the states of the stacks of a mesh's parts together into that of a mesh in one stack: the other way round of
 * `splitState`. Pure.
 */
export function joinStates<T extends State>(
  states: ReadonlyMap<string, T>,
  { project, stack }: { readonly project: string; readonly stack: string },
): T {
  const parts = [...states].sort(trustFirst);
  const [first] = parts;
  if (first === undefined) throw new RangeError("no states to join");
  const resources = new Map<string, StateResource>();
  for (const [part, { resources: own = [] }] of parts) {
    const urns = new Set(own.map(({ urn }) => urn));
    for (const [index, resource] of own.entries()) {
      const moved = inStack(resource, project, partStack(stack, part), stack, (urn) => urns.has(urn));
      const unprotected = moved.protect === true ? { ...moved, protect: false } : moved;
      // One that was replaced, and waits for its deletion, has the URN of the one in its place.
      const key = moved.delete === true ? `${part} ${index}` : moved.urn;
      resources.set(key, merged(resources.get(key), unprotected));
    }
  }
  return { ...first[1], resources: [...resources.values()] };
}

/** What every stack has is there once; the stack's own outputs are put together. */
function merged(known: StateResource | undefined, resource: StateResource): StateResource {
  if (resource.type !== stackType) return known ?? resource;
  const { mesh, clusters, controlPlanes } = resource.outputs ?? {};
  const outputs = known?.outputs ?? {};
  return {
    ...(known ?? resource),
    outputs: {
      mesh: outputs["mesh"] ?? mesh,
      clusters: { ...(outputs["clusters"] as object), ...(clusters as object) },
      controlPlanes: { ...(outputs["controlPlanes"] as object), ...(controlPlanes as object) },
    },
  };
}

function trustFirst([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  if (left === trustPart || right === trustPart) return left === right ? 0 : left === trustPart ? -1 : 1;
  return left < right ? -1 : 1;
}
