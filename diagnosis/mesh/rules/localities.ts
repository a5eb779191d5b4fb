import { regionLabel, zoneLabel } from "../../../topology";
import { seenClusters, seenOf } from "../clusters";
import type { MeshFinding } from "../finding";
import { configsOf } from "../mesh-configs";
import type { ClusterSnapshot, MeshSnapshot } from "../snapshot";
import type { DistributionSeen, LocalityRuleSeen } from "../surroundings";
import { isOfMesh } from "./service-rules";

/** Rules by which the clients of a cluster never call what another cluster has, whatever becomes of their own. */
export function hidingRules(snapshot: MeshSnapshot): MeshFinding[] {
  return configurationsIn(snapshot).flatMap(({ clients, name, rules }) =>
    rules.flatMap(({ distribute, edit, what }) => {
      const hidden = clients.flatMap((client) => {
        const others = hiddenFrom(snapshot, client, distribute ?? []);
        return others.length === 0 ? [] : [{ client, others }];
      });
      const [first] = hidden;
      if (first === undefined) return [];
      return [
        {
          clusters: [name],
          found: `by a locality rule no call from ${first.client} goes to ${first.others.join(", ")}, even when nothing answers in ${first.client}`,
          proof: [
            ...(distribute ?? []).map(({ from, to }) => `${what}: from ${from} to ${to.join(", ")} alone`),
            ...[...new Set(hidden.flatMap(({ client, others }) => [client, ...others]))].map((cluster) =>
              localityWords(snapshot, cluster),
            ),
          ],
          fix: `Name the localities of the others as well in its distribute, or take it out: ${edit}.`,
        },
      ];
    }),
  );
}

/** Orders of localities that nobody follows: nothing counts as failing, or nobody knows where its nodes are. */
export function idleOrders(snapshot: MeshSnapshot): MeshFinding[] {
  return configurationsIn(snapshot).flatMap(({ clients, name, rules }) =>
    rules.flatMap(({ distribute, edit, hasOutlierDetection, orderedBy = [], what }) => {
      if (distribute !== undefined || orderedBy.length === 0) return [];
      const isByNodes = orderedBy.some((label) => [regionLabel, zoneLabel].includes(label));
      const unlabelled = isByNodes
        ? clients.filter(
            (client) => seenOf(snapshot, client)?.localities?.every((locality) => locality === "") === true,
          )
        : [];
      if (hasOutlierDetection && unlabelled.length === 0) return [];
      return [
        {
          clusters: [name],
          found: hasOutlierDetection
            ? `calls are to go by region, and no node of ${unlabelled.join(", ")} says its own: near and far are called alike`
            : "calls are to go by an order of localities, and without outlier detection Istio passes over it: near and far are called alike",
          proof: [
            `${what}: ordered by ${orderedBy.join(", ")}, ${hasOutlierDetection ? "with" : "without"} outlierDetection`,
            ...unlabelled.map((cluster) => localityWords(snapshot, cluster)),
          ],
          fix: hasOutlierDetection
            ? `Label the nodes there with ${regionLabel} and ${zoneLabel}.`
            : `Add trafficPolicy.outlierDetection to it: ${edit}.`,
        },
      ];
    }),
  );
}

/** A rule, with the words for it and the command that changes it. */
interface SaidRule extends Pick<LocalityRuleSeen, "distribute" | "orderedBy" | "hasOutlierDetection"> {
  readonly what: string;
  readonly edit: string;
}

interface Configuration {
  /** The cluster that it stands in. */
  readonly name: string;
  /** Clusters whose proxies go by it. */
  readonly clients: readonly string[];
  readonly rules: readonly SaidRule[];
}

/** What clusters that hold a configuration say of the mesh's Services. */
function configurationsIn(snapshot: MeshSnapshot): Configuration[] {
  const services = snapshot.clusters.flatMap((one) => one.services ?? []);
  return seenClusters(snapshot).flatMap(({ facts: { configCluster, controlPlane, name }, seen: { policies } }) => {
    if (configCluster !== name) return [];
    const clients = snapshot.mesh.clusters.filter((one) => one.configCluster === name).map((one) => one.name);
    const own = (policies?.localityRules ?? [])
      .filter(({ host, namespace }) => host.startsWith("*.") || isOfMesh(services, host, namespace))
      .map((rule) => ({
        ...rule,
        what: `DestinationRule ${rule.name} in ${rule.namespace} for ${rule.host}`,
        edit: `\`kubectl --namespace ${rule.namespace} edit destinationrule ${rule.name}\``,
      }));
    const serving = snapshot.mesh.controlPlanes.find((one) => one.name === controlPlane);
    const ofAll = (serving === undefined ? [] : configsOf(snapshot, serving)).flatMap(({ config, configMap }) =>
      config.distribute === undefined
        ? []
        : [
            {
              distribute: config.distribute,
              hasOutlierDetection: false,
              what: `ConfigMap ${configMap}`,
              edit: "`meshConfig.localityLbSetting` of istiod's values",
            },
          ],
    );
    return [{ name, clients, rules: [...ofAll, ...own] }];
  });
}

/** The other clusters, where a client in one sees nothing of any: every locality of theirs is left out for one of its own. */
function hiddenFrom(snapshot: MeshSnapshot, client: string, distribute: readonly DistributionSeen[]): string[] {
  const own = seenOf(snapshot, client)?.localities ?? [];
  const { reaches = [] } = snapshot.mesh.clusters.find(({ name }) => name === client) ?? {};
  const others = reaches.flatMap((name) => {
    const { localities = [] }: Partial<ClusterSnapshot> = seenOf(snapshot, name) ?? {};
    return name === client || localities.length === 0 ? [] : [{ name, localities }];
  });
  // Of several for one locality the first counts.
  const applied = own.flatMap((locality) => distribute.find(({ from }) => covers(from, locality)) ?? []);
  const isAlone = applied.some(({ to }) =>
    others.every(({ localities }) => !localities.some((locality) => to.some((pattern) => covers(pattern, locality)))),
  );
  return isAlone ? others.map(({ name }) => name) : [];
}

/** Whether a locality of a rule is that of a node, or has it within (istio, pilot/pkg/networking/util, LocalityMatch). */
function covers(pattern: string, locality: string): boolean {
  const [region = "", zone = ""] = locality.split("/");
  const [ofRegion = "", ofZone = ""] = pattern.split("/");
  return (ofRegion === "*" || ofRegion === region) && (ofZone === "*" || ofZone === "" || ofZone === zone);
}

function localityWords(snapshot: MeshSnapshot, cluster: string): string {
  const { localities = [] }: Partial<ClusterSnapshot> = seenOf(snapshot, cluster) ?? {};
  const said = localities.filter((locality) => locality !== "");
  return said.length === 0 ? `${cluster}: no node says its region` : `${cluster}: nodes in ${said.join(", ")}`;
}
