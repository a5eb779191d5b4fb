/** Labels by which it is decided whether pods get a sidecar. */
export const injectionLabels = ["istio-injection", "istio.io/rev"] as const;

/** Whether the pods of a namespace with these labels get one. */
export function isInjecting(labels: Readonly<Record<string, string>>): boolean {
  return labels["istio-injection"] === "enabled" || labels["istio.io/rev"] !== undefined;
}
