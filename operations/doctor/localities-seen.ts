import type { V1Node } from "@kubernetes/client-node";
import { asMapping, below, type ClusterClient } from "../../access";
import { asText } from "../../access/mapping";
import type { DistributionSeen, LocalityRuleSeen } from "../../diagnosis";
import { regionLabel, zoneLabel } from "../../topology";

/** Enough to know the zones of a cluster: those of a thousand nodes are as many, and take ten times as long. */
const nodesAskedFor = 100;

/** Where the nodes of a cluster are, each `<region>/<zone>` once; nothing for those that do not say it. */
export async function localitiesSeen(client: Pick<ClusterClient, "list">): Promise<string[]> {
  const nodes = await client.list<V1Node>("/api/v1/nodes", { limit: String(nodesAskedFor) });
  const found = nodes.map(({ metadata }) => {
    const { [regionLabel]: region, [zoneLabel]: zone } = metadata?.labels ?? {};
    return region === undefined ? "" : [region, ...(zone === undefined ? [] : [zone])].join("/");
  });
  return [...new Set(found)].sort();
}

/** What a DestinationRule says of localities; nothing where it says nothing of them. Pure. */
export function localityRuleIn(namespace: string, name: string, spec: unknown): LocalityRuleSeen[] {
  const policy = below(spec, "trafficPolicy");
  const setting = below(policy, "loadBalancer", "localityLbSetting");
  if (asMapping(setting) === undefined || below(setting, "enabled") === false) return [];
  const labels = below(setting, "failoverPriority");
  const regions = below(setting, "failover");
  const orderedBy = [
    ...(Array.isArray(regions) && regions.length > 0 ? [regionLabel] : []),
    ...(Array.isArray(labels) ? labels : []).flatMap((label) => asText(label)?.split("=")[0] ?? []),
  ];
  return [
    {
      namespace,
      name,
      host: asText(below(spec, "host")) ?? "",
      ...distributionIn(setting),
      ...(orderedBy.length === 0 ? {} : { orderedBy: [...new Set(orderedBy)] }),
      hasOutlierDetection: asMapping(below(policy, "outlierDetection")) !== undefined,
    },
  ];
}

/** Who sends to which localities alone, by a setting of Istio; nothing where it does not say so. Pure. */
export function distributionIn(setting: unknown): { readonly distribute?: readonly DistributionSeen[] } {
  const distribute = below(setting, "distribute");
  if (!Array.isArray(distribute) || distribute.length === 0 || below(setting, "enabled") === false) return {};
  return {
    distribute: distribute.map((one) => ({
      from: asText(below(one, "from")) ?? "",
      to: Object.keys(asMapping(below(one, "to")) ?? {}).sort(),
    })),
  };
}
