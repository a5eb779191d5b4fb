import type { ForeignContents, MeshDeployment, RemovedLeftovers } from "../../operations/deployment";
import { listed } from "../../topology";
import { changesLine } from "../changes";
import { confirmed } from "../confirm";
import type { OperationFlags } from "../options";
import { printResult } from "../output";
import { openMesh, operate, updateInterruption } from "../session";

/** What `isthmus destroy` is told. */
export interface DestroyFlags extends OperationFlags {
  readonly crds?: boolean;
  readonly yes?: boolean;
}

/** `isthmus destroy` */
export async function destroyVerb(flags: DestroyFlags): Promise<void> {
  const mesh = await openMesh(flags.stack);
  if (flags.yes !== true) await confirm(mesh, flags);
  const result = await operate(flags, updateInterruption("isthmus destroy"), (options) =>
    mesh.destroy({ ...options, customResourceDefinitions: flags.crds === true ? "remove" : "keep" }),
  );
  printResult(flags.output, result, () => [changesLine(result), ...result.leftovers.flatMap(leftoverLines)]);
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

async function confirm(mesh: MeshDeployment, flags: DestroyFlags): Promise<void> {
  const { stack, plan, clusters } = mesh;
  const lost = await mesh.foreignContents({ customResourceDefinitions: flags.crds === true ? "remove" : "keep" });
  for (const line of lost.flatMap(foreignLines)) process.stderr.write(`${line}\n`);
  const crds = flags.crds === true ? ", with every Istio resource in them" : "";
  await confirmed(
    `This removes mesh ${plan.id} (stack ${stack}) from ${clusters.join(", ")}${crds}. Type the stack's name to go on: `,
    stack,
  );
}
