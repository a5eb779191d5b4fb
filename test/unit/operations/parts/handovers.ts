import { trustPart, type MeshPlan } from "../../../../topology";

/** Something that one part of a mesh hands to another. */
export interface Handover {
  readonly from: string;
  readonly what: string;
  readonly to: string;
  readonly urgency: "first" | "later";
}

/** How a handover is written down by who takes it. */
export const keyOf = ({ from, what }: Handover): string => `${from}:${what}`;

/**
 * All that the parts of a mesh hand to each other, by what Istio needs: said here once more and in another way than by the
 * product, whose scheduler is tried with it.
 */
export function handoversOf({ clusters, controlPlanes }: MeshPlan): readonly Handover[] {
  const found: Handover[] = [];
  const add = (from: string, what: string, to: string, urgency: Handover["urgency"]): void => {
    found.push({ from, what, to, urgency });
  };
  for (const name of new Set([...clusters, ...controlPlanes].map((site) => site.name)))
    add(trustPart, "root", name, "first");
  for (const { name, kind, configCluster, reads } of controlPlanes) {
    add(trustPart, `intermediate.${name}`, name, "first");
    for (const read of reads) add(read, "reader", name, "later");
    if (kind === "external") add(configCluster, "istiod-account", name, "later");
  }
  for (const { name, controlPlane, eastWestGateway } of clusters) {
    if (controlPlane === name) continue;
    // Proxies and webhooks are told where their istiod is before anything else.
    add(controlPlane, "address", name, "first");
    const led = controlPlanes.filter((one) => one.kind === "external" && one.configCluster === name);
    // Where its configuration lies, an istiod judges what is written: gateways, and how workloads take calls.
    if (eastWestGateway === undefined && led.length === 0) continue;
    add(controlPlane, "istiod", name, "later");
    if (led.length === 0) add(controlPlane, `reads.${name}`, name, "later");
  }
  return found;
}
