import { labDown, labStatus, labUp } from "../../lab";
import { standardErrorProgress, type Progress } from "../../lab/progress";
import type { OutputFlags, StackFlags } from "../options";
import { print, printJson } from "../output";
import { interruptible, loadMesh, type MeshOfStack } from "../session";

/** Starts the lab for a stack, or mends it. */
export async function bringLabUp({ plan, projectDirectory, stack }: MeshOfStack): Promise<void> {
  const clusters = plan.clusters.map(({ name, network }) => ({ name, network }));
  await withProgress((progress) =>
    interruptible(({ stop: signal }) => labUp({ clusters, projectDirectory, stack, progress, signal }), {
      onStop: "Stopping.",
      advice: "Run it again: it goes on from there. `isthmus lab down` removes what there is.",
    }),
  );
}

/** `isthmus lab up` */
export async function labUpVerb(flags: StackFlags): Promise<void> {
  const mesh = await loadMesh(flags.stack);
  await bringLabUp(mesh);
  const clusters = mesh.plan.clusters.map(({ name, access }) => ({ name, context: access.context }));
  if (flags.output === "json") printJson({ clusters });
  else
    print([
      `The lab is up: ${clusters.map(({ name }) => name).join(", ")}`,
      "  . .lab/env        # this shell then has its kubeconfig, kubectl, istioctl, helm and pulumi",
      ...clusters.map(({ context }) => `  kubectl --context ${context} get nodes`),
    ]);
}

/** `isthmus lab down` */
export async function labDownVerb(flags: OutputFlags): Promise<void> {
  await withProgress((progress) => labDown({ progress }));
  if (flags.output === "json") printJson({ clusters: [] });
  else print(["The lab is gone."]);
}

/** `isthmus lab status` */
export async function labStatusVerb(flags: OutputFlags): Promise<void> {
  const status = await labStatus();
  if (flags.output === "json") printJson(status);
  else print([JSON.stringify(status)]);
}

/** `isthmus lab tools` */
export async function labToolsVerb(flags: OutputFlags): Promise<void> {
  if (flags.output === "json") printJson({});
  await Promise.resolve();
}

async function withProgress<T>(action: (progress: Progress) => Promise<T>): Promise<T> {
  const progress = standardErrorProgress();
  try {
    return await action(progress);
  } finally {
    progress.close();
  }
}
