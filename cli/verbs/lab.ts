import type { MeshDeployment } from "../../operations/deployment";
import {
  labCertManager,
  labDown,
  labStatus,
  labUp,
  type AddressFamily,
  type LabCluster,
  type LabStatus,
} from "../../lab";
import { standardErrorProgress, type Progress } from "../../lab/progress";
import { checkPrerequisites, ensureTools } from "../../lab/tools";
import { ConfigurationError, parseRange, sitesOf, type MeshPlan } from "../../topology";
import { exitCodes } from "../failure";
import { statusLines } from "../lab-status";
import { interruptible } from "../interruption";
import type { OutputFlags, StackFlags } from "../options";
import { print, printJson } from "../output";
import { openMesh } from "../session";

/**
 * The clusters of a plan as the lab is to have them. One that only runs a control plane is on no network of the mesh: it
 * gets one of its own. A cluster is of the families of the ranges that the stack file gives for its pods, in their order.
 * Pure.
 */
export function labClusters(plan: MeshPlan): LabCluster[] {
  const members = new Map(plan.clusters.map((cluster) => [cluster.name, cluster]));
  const configClusters = new Map(plan.controlPlanes.map(({ name, configCluster }) => [name, configCluster]));
  return sitesOf(plan).map(({ name }) => {
    const { ranges } = members.get(name) ?? members.get(configClusters.get(name) ?? "") ?? {};
    const families = new Set((ranges?.pods ?? []).map(familyOf));
    return {
      name,
      network: members.get(name)?.network ?? name,
      ...(families.size === 0 ? {} : { families: [...families] }),
    };
  });
}

const familyOf = (range: string): AddressFamily => (parseRange(range)?.family === 6 ? "IPv6" : "IPv4");

/** Starts the lab for a stack, or mends it. */
export async function bringLabUp({ plan, projectDirectory, stack }: MeshDeployment): Promise<LabStatus> {
  return withProgress((progress) =>
    interruptible(({ signal }) => labUp({ clusters: labClusters(plan), projectDirectory, stack, progress, signal }), {
      onStop: "Stopping.",
      advice: "Run it again: it goes on from there. `isthmus lab down` removes what there is.",
    }),
  );
}

/** `isthmus lab up` */
export async function labUpVerb(flags: StackFlags): Promise<void> {
  const status = await bringLabUp(await openMesh(flags.stack));
  if (flags.output === "json") printJson(status);
  else
    print([
      ...statusLines(status),
      "",
      "  . .lab/env        # this shell then has its kubeconfig, kubectl, istioctl, helm and pulumi",
      ...status.clusters.map(({ context }) => `  kubectl --context ${context} get nodes`),
    ]);
}

/** `isthmus lab down` */
export async function labDownVerb(flags: OutputFlags): Promise<void> {
  await withProgress((progress) => labDown({ progress }));
  if (flags.output === "json") printJson(await labStatus());
  else print(["The lab is gone."]);
}

/** `isthmus lab status` */
export async function labStatusVerb(flags: OutputFlags): Promise<void> {
  const status = await labStatus();
  if (flags.output === "json") printJson(status);
  else print(statusLines(status));
  process.exitCode = status.ready ? exitCodes.fine : exitCodes.unhealthy;
}

/** `isthmus lab cert-manager` */
export async function labCertManagerVerb(flags: OutputFlags): Promise<void> {
  const contexts = await withProgress((progress) =>
    interruptible(({ signal }) => labCertManager({ progress, signal }), {
      onStop: "Stopping.",
      advice: "Run it again: it goes on from there.",
    }),
  );
  if (flags.output === "json") printJson({ contexts });
  else
    print(
      contexts.length === 0
        ? ["There is no lab: `isthmus lab up` first."]
        : [`cert-manager runs in ${contexts.join(", ")}`],
    );
  if (contexts.length === 0) process.exitCode = exitCodes.unhealthy;
}

/** `isthmus lab tools` */
export async function labToolsVerb(flags: OutputFlags): Promise<void> {
  const problems = await checkPrerequisites();
  if (problems.length > 0) throw new ConfigurationError(problems);
  const { bin } = await withProgress((progress) => ensureTools(progress));
  if (flags.output === "json") printJson({ bin });
  else print([`The lab's programs are in ${bin}`]);
}

async function withProgress<T>(action: (progress: Progress) => Promise<T>): Promise<T> {
  const progress = standardErrorProgress();
  try {
    return await action(progress);
  } finally {
    progress.close();
  }
}
