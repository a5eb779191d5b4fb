import { PulumiError, stackEnvironment } from "../stack";
import { helmOnPath, summarisePreview, type Listen, type MeshSummary, type Previewing } from "../summary";
import { operate } from "./mesh-operation";
import type { OpenedMesh } from "./opened-mesh";
import type { OperationOptions, SummariseOptions } from "./options";
import { stacksOf } from "./stacks";

/** Says what a preview means for the mesh, one that fails as far as it came, and what an update would refuse. */
export async function summariseMesh(mesh: OpenedMesh, options: SummariseOptions): Promise<MeshSummary> {
  const { plan, projectDirectory, settings } = mesh;
  const { onEngineEvent, manifests } = options;
  const listened = (listen: Listen): OperationOptions => ({
    ...options,
    onEngineEvent: (stack, event) => {
      listen(stack, event);
      onEngineEvent?.(stack, event);
    },
  });
  const preview: Previewing = (listen, examined) =>
    operate(mesh, "preview", listened(listen), async (run) => {
      const stacks = stacksOf(plan);
      const [previewed] = await Promise.allSettled([stacks.preview(run)]);
      const isExaminable = previewed.status === "fulfilled" || previewed.reason instanceof PulumiError;
      if (isExaminable && run.stop?.aborted !== true) examined(await stacks.fitness(run));
      if (previewed.status === "rejected") throw previewed.reason;
    });
  if (manifests !== "render") return summarisePreview(mesh, preview);
  const variables = await stackEnvironment(plan, projectDirectory, settings.variables);
  return summarisePreview(mesh, preview, helmOnPath(projectDirectory, { ...settings.variables, ...variables }));
}
