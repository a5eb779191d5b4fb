import { orderSigns } from "../../graph";
import { markup, type Markup } from "../../markup";
import type { ClusterOfReport } from "../clusters";
import type { MeshReport } from "../report";
import { section, table, type Section } from "./section";

/** A row for each cluster: where it is, who serves it, and how that stands. */
export function clustersSection({ clusters }: MeshReport): Section {
  const columns = ["Cluster", "State", "Network", "Control plane", "istiod", "Reads", "East-west gateway"];
  return section(
    "clusters",
    "Clusters",
    table(
      "Every cluster, and how it stands",
      columns,
      clusters.map((one) => [
        one.cluster,
        stateOf(one),
        one.network ?? "none",
        controlPlaneWords(one),
        istiodWords(one),
        readWords(one),
        gatewayWords(one),
      ]),
    ),
  );
}

function stateOf({ order }: ClusterOfReport): Markup {
  const { sign, words } = orderSigns[order];
  return markup`<span class="${order}"><span class="sign" aria-hidden="true">${sign}</span> ${words}</span>`;
}

function controlPlaneWords({ cluster, controlPlane, role }: ClusterOfReport): string {
  if (role === "external") return "runs one for others";
  return controlPlane === undefined || controlPlane === cluster ? "its own" : `of ${controlPlane}`;
}

function istiodWords({ cluster, controlPlane, istiod, role }: ClusterOfReport): string {
  if (istiod === undefined) return role === "remote" && controlPlane !== cluster ? "none" : "not known";
  const { pods, readyPods, versions } = istiod;
  return [`${readyPods} of ${pods} ready`, ...versions].join(", ");
}

function readWords({ reads }: ClusterOfReport): string {
  if (reads === undefined || reads.length === 0) return "none";
  const late = reads.filter(({ isSynced }) => !isSynced).map(({ cluster }) => cluster);
  const read = reads.length > 3 ? `${reads.length} clusters` : reads.map(({ cluster }) => cluster).join(", ");
  return late.length === 0 ? `${read}: synced` : `${read}; not synced: ${late.join(", ")}`;
}

function gatewayWords({ gateway }: ClusterOfReport): string {
  if (gateway === undefined) return "none";
  const { addresses, port } = gateway;
  return `${addresses.length === 0 ? "no address is known" : addresses.join(", ")}, port ${port}`;
}
