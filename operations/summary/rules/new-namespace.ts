import type { ClusterView } from "../comparison";

/** Whether a namespace of workloads is made with the cluster or by itself, so that nothing runs there yet. Pure. */
export function isNewNamespace({ mesh, name, steps }: ClusterView, namespace: string): boolean {
  if (mesh.joining.includes(name)) return true;
  return steps.some(
    ({ op, subject, type }) =>
      op === "create" && type.endsWith(":Namespace") && subject.component === "namespace" && subject.part === namespace,
  );
}
