import { configurationPath } from "../path";
import type { Mesh } from "../schema";

/** How a cluster is reached, as the user named it. */
export type AccessPlan = FileAccess | SecretAccess | OutputAccess;

interface AccessBase {
  /** Where the configuration says how the cluster is reached, for problems with it. */
  readonly path: string;
}

/** By a context of a kubeconfig file. */
export interface FileAccess extends AccessBase {
  readonly source: "file";
  readonly context: string;
  /** Default: what kubectl takes. */
  readonly kubeconfig?: string;
  /** Where the configuration names the file, for problems with it. */
  readonly kubeconfigPath?: string;
}

/** By a kubeconfig that is a secret in the stack's configuration. */
export interface SecretAccess extends AccessBase {
  readonly source: "secret";
  /** Its key, without the namespace `isthmus:`, and the keys below that. */
  readonly key: string;
  /** Default: the kubeconfig's current context. */
  readonly context?: string;
}

/** By a kubeconfig among the outputs of another stack. */
export interface OutputAccess extends AccessBase {
  readonly source: "output";
  /** As the user wrote it: of this project, or in full. */
  readonly stack: string;
  /** Its name, and the keys below that. */
  readonly output: string;
  /** Default: the kubeconfig's current context. */
  readonly context?: string;
  /** Where the configuration names the stack, for problems with it. */
  readonly stackPath: string;
}

/** Plans how a cluster is reached. */
export function planAccess(
  mesh: Mesh,
  access: Mesh["clusters"][string]["access"],
  keys: readonly [string, string],
): AccessPlan {
  const pathOf = (key: string): string => configurationPath(...keys, "access", key);
  if ("kubeconfigSecret" in access) {
    const { kubeconfigSecret: key, context } = access;
    return { source: "secret", path: pathOf("kubeconfigSecret"), key, ...(context === undefined ? {} : { context }) };
  }
  if ("output" in access) {
    const { stack, output, context } = access;
    return {
      source: "output",
      path: pathOf("output"),
      stack,
      stackPath: pathOf("stack"),
      output,
      ...(context === undefined ? {} : { context }),
    };
  }
  const { context, kubeconfig } = access;
  const plan: FileAccess = { source: "file", path: pathOf("context"), context };
  if (kubeconfig !== undefined) return { ...plan, kubeconfig, kubeconfigPath: pathOf("kubeconfig") };
  if (mesh.kubeconfig === undefined) return plan;
  return { ...plan, kubeconfig: mesh.kubeconfig, kubeconfigPath: configurationPath("kubeconfig") };
}
