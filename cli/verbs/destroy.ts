import type { ForeignContents, MeshDeployment, RemovedLeftovers } from "../../operations/deployment";
import { listed } from "../../topology";
import { changesLine } from "../changes";
import { ensureAgreed, terminal } from "../confirm";
import { exitCodes } from "../failure";
import { updateInterruption } from "../interruption";
import type { OperationFlags } from "../options";
import { printResult } from "../output";
import { openMesh, operate } from "../session";

/** What `isthmus destroy` is told. */
export interface DestroyFlags extends OperationFlags {
  readonly crds?: boolean;
  readonly yes?: boolean;
}

/** `isthmus destroy` */
export async function destroyVerb(flags: DestroyFlags): Promise<void> {
  const mesh = await openMesh(flags.stack);
  await ensureAgreed(flags.yes, {
    command: "isthmus destroy",
    deed: deedOf(mesh, flags),
    answer: mesh.stack,
    answerIs: "the stack's name",
    // Clusters are looked at for somebody who decides; a refusal needs none of them.
    details: flags.yes !== true && terminal.canAsk ? await foreignIn(mesh, flags) : [],
  });
  const result = await operate(flags, updateInterruption("isthmus destroy"), (options) =>
    mesh.destroy({ ...options, customResourceDefinitions: flags.crds === true ? "remove" : "keep" }),
  );
  printResult(flags.output, result, () => [changesLine(result), ...result.leftovers.flatMap(leftoverLines)]);
  if (result.leftovers.some(({ trouble }) => trouble !== undefined)) process.exitCode = exitCodes.unhealthy;
}

/** What was removed from one cluster, in lines. Pure. */
export function leftoverLines({
  cluster,
  configMaps,
  customResourceDefinitions,
  namespaces,
  keptNamespaces,
  kept,
  trouble,
}: RemovedLeftovers): string[] {
  if (trouble !== undefined) return [`${cluster}: what istiod left may be there still: ${trouble}. Run it again.`];
  if (kept !== undefined) return [`${cluster}: nothing beside was removed: ${kept}`];
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

/** What others would lose in one cluster, in lines. Pure. */
export function foreignLines({ cluster, systemNamespace, istioResources }: ForeignContents): string[] {
  return [
    ...systemNamespace.map((name) => `${cluster}: goes with istio-system, and is not of this mesh: ${name}`),
    ...istioResources.map((name) => `${cluster}: goes with Istio's definitions, and is not of this mesh: ${name}`),
  ];
}

function deedOf({ stack, plan, clusters }: MeshDeployment, flags: DestroyFlags): string {
  const crds = flags.crds === true ? ", with every Istio resource in them" : "";
  return `remove mesh ${plan.id} (stack ${stack}) from ${clusters.join(", ")}${crds}`;
}

async function foreignIn(mesh: MeshDeployment, { crds }: DestroyFlags): Promise<string[]> {
  const lost = await mesh.foreignContents({ customResourceDefinitions: crds === true ? "remove" : "keep" });
  return lost.flatMap(foreignLines);
}
