import { destroy, findClusters, removeMeshLeftovers, type RemovedLeftovers } from "../../operations";
import { listed, sitesOf } from "../../topology";
import { changesLine } from "../changes";
import { confirmed } from "../confirm";
import type { StackFlags } from "../options";
import { print, printJson } from "../output";
import { interruptible, loadMesh, toStandardError, updateInterruption, type MeshOfStack } from "../session";

/** What `isthmus destroy` is told. */
export interface DestroyFlags extends StackFlags {
  readonly crds?: boolean;
  readonly yes?: boolean;
}

/** `isthmus destroy` */
export async function destroyVerb(flags: DestroyFlags): Promise<void> {
  const mesh = await loadMesh(flags.stack);
  if (flags.yes !== true) await confirm(mesh, flags);
  const result = await interruptible(async (interruption) => {
    const options = { ...mesh, ...interruption, ...toStandardError() };
    const clusters = await findClusters(options);
    const destroyed = await destroy(options, clusters);
    const leftovers = await removeMeshLeftovers(clusters, flags.crds === true ? "istiod-and-crds" : "istiod");
    return { stack: flags.stack, changes: destroyed?.changes ?? {}, leftovers };
  }, updateInterruption("isthmus destroy"));
  if (flags.output === "json") printJson(result);
  else print([changesLine(result), ...result.leftovers.flatMap(leftoverLines)]);
}

/** What was removed from one cluster, in lines. Pure. */
export function leftoverLines({
  cluster,
  configMaps,
  customResourceDefinitions,
  namespaces,
  keptNamespaces,
  kept,
}: RemovedLeftovers): string[] {
  if (kept !== undefined) return [`${cluster}: kept what istiod wrote into namespaces: ${kept}`];
  return [
    ...(configMaps.length === 0 ? [] : [`${cluster}: removed istiod's ConfigMaps ${configMaps.join(", ")}`]),
    ...(customResourceDefinitions.length === 0
      ? []
      : [`${cluster}: removed ${customResourceDefinitions.length} of Istio's custom resource definitions`]),
    ...(namespaces.length === 0 ? [] : [`${cluster}: removed the empty ${namespacesWord(namespaces)}`]),
    ...Object.entries(keptNamespaces).map(
      ([name, holds]) => `${cluster}: kept namespace ${name}, which holds ${listed(holds, longestList)}`,
    ),
  ];
}

const longestList = 5;

function namespacesWord(names: readonly string[]): string {
  return `${names.length === 1 ? "namespace" : "namespaces"} ${names.join(", ")}`;
}

async function confirm({ stack, plan }: MeshOfStack, flags: DestroyFlags): Promise<void> {
  const clusters = sitesOf(plan)
    .map(({ name }) => name)
    .join(", ");
  const crds = flags.crds === true ? ", with every Istio resource in them" : "";
  await confirmed(
    `This removes mesh ${plan.id} (stack ${stack}) from ${clusters}${crds}. Type the stack's name to go on: `,
    stack,
  );
}
