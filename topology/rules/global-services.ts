import { describeFound } from "../found";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import { isGlobalHost, nameFrom } from "../schema/global-services";
import { clusterDomainOf, defaultClusterDomain } from "../cluster-domain";
import { clusterCalled, clustersOf, entriesOf, externalsOf } from "./draft";
import { defaultTemplate, namesIn, servicesOf, type GlobalServiceDraft, type WrittenName } from "./global-drafts";
import type { MeshDraft } from "./rule";
import { called, calledAll, didYouMean } from "./words";

const place = (service: string, ...keys: string[]): string =>
  configurationPath("globalServices", "services", service, ...keys);

/** Clusters that a service names, each with the path. */
function namedClusters(
  name: string,
  { clusters, first, pinned, preferring, weights }: GlobalServiceDraft,
): [string, string][] {
  const ofNames = (key: "pinned" | "preferring", names: typeof pinned): [string, string][] =>
    entriesOf(names).map(([host, cluster]) => [place(name, key, host), cluster]);
  const ofClusters = (key: "clusters" | "weights", named: object | undefined): [string, string][] =>
    Object.keys(named ?? {})
      .sort()
      .map((cluster) => [place(name, key, cluster), cluster]);
  return [
    ...ofClusters("clusters", clusters),
    ...(first === undefined ? [] : [[place(name, "first"), first] as [string, string]]),
    ...ofNames("pinned", pinned),
    ...ofNames("preferring", preferring),
    ...ofClusters("weights", weights),
  ];
}

export function knownGlobalClusters(mesh: MeshDraft): readonly Problem[] {
  const clusters = clustersOf(mesh).map(([name]) => name);
  return servicesOf(mesh).flatMap(([name, service]) =>
    namedClusters(name, service)
      .filter(([, cluster]) => clusterCalled(mesh, cluster) === undefined)
      .map(([path, cluster]) => ({
        path,
        expected: `a cluster of the mesh: ${calledAll(clusters)}`,
        found: describeFound(cluster),
        fix: didYouMean(cluster, clusters, "Name a cluster that is described here, or remove it."),
      })),
  );
}

/** A name that is about a cluster in which the service does not run would answer nobody. */
export function globalClustersHost(mesh: MeshDraft): readonly Problem[] {
  return servicesOf(mesh).flatMap(([name, service]) => {
    const { clusters, namespace = "" } = service;
    const listed = Object.hasOwn(mesh.namespaces ?? {}, namespace) ? mesh.namespaces?.[namespace]?.clusters : undefined;
    const hosts = clusters === undefined ? (listed ?? clustersOf(mesh).map(([one]) => one)) : Object.keys(clusters);
    return (
      namedClusters(name, { ...service, clusters: undefined })
        .filter(([, cluster]) => clusterCalled(mesh, cluster) !== undefined && !hosts.includes(cluster))
        // Without any, that is the mistake.
        .filter(() => hosts.length > 0)
        .map(([path, cluster]) => ({
          path,
          expected: `a cluster in which the service runs: ${calledAll(hosts.flatMap((host) => host ?? []).sort())}`,
          found: describeFound(cluster),
          fix: `Name one of those, or add ${called(cluster)} to the service's \`clusters\`, or to those of its namespace.`,
        }))
    );
  });
}

export function globalNamesOnce(mesh: MeshDraft): readonly Problem[] {
  const taken = new Map<string, WrittenName>();
  return namesIn(mesh).flatMap((written): Problem[] => {
    const former = taken.get(written.host);
    if (former === undefined) {
      taken.set(written.host, written);
      return [];
    }
    return [
      {
        path: written.path,
        expected: "a name of its own",
        found: `${describeFound(written.host)}, the name at ${former.path}`,
        fix: "Give one of the two another name: one name is one service everywhere.",
      },
    ];
  });
}

/** Of Services that Kubernetes' Multi-Cluster Services API exports (KEP-1645), which Istio knows too. */
const clusterSetDomain = "clusterset.local";

/** Names below which Kubernetes' own DNS answers, or the machines' of one link: no sidecar would get to say what they mean. */
export function globalNamesFree(mesh: MeshDraft): readonly Problem[] {
  const own = [
    mesh.istio?.values?.istiod,
    ...clustersOf(mesh).map(([, { values }]) => values?.istiod),
    ...externalsOf(mesh).map(([, { values }]) => values?.istiod),
  ].map((istiod) => clusterDomainOf(istiod ?? {}));
  const domains = [...new Set([defaultClusterDomain, ...own, clusterSetDomain, "local", "localhost"])];
  return namesIn(mesh).flatMap(({ host, path }): Problem[] => {
    const domain = domains.find((one) => host === one || host.endsWith(`.${one}`));
    if (domain === undefined && !host.endsWith(".svc")) return [];
    const whose =
      domain === "local"
        ? "of machines on one link"
        : domain === "localhost"
          ? "of each machine"
          : domain === clusterSetDomain
            ? "of the Services that a set of clusters exports"
            : "of the clusters' Services";
    return [
      {
        path,
        expected: "a name below a domain in which nobody else answers",
        found: `${describeFound(host)}, which is below one ${whose}`,
        fix: "Take another domain, such as `mesh.internal`.",
      },
    ];
  });
}

/** What the template gives must be a name too. */
export function globalNamesMade(mesh: MeshDraft): readonly Problem[] {
  const template = mesh.globalServices?.names ?? defaultTemplate;
  return servicesOf(mesh).flatMap(([service, { clusters, name, namespace }]): Problem[] => {
    if (name !== undefined) return [];
    const namespaces = [...new Set(entriesOf(clusters).map(([, home]) => home.namespace ?? namespace))];
    const [only] = clusters === undefined ? [namespace] : namespaces.length === 1 ? namespaces : [];
    if (template.includes("{namespace}") && only === undefined) {
      return [
        {
          path: place(service, "name"),
          expected: "a name, because the one that `names` makes has the namespace in it, of which there are several",
          found: "nothing",
          fix: `Add it, for example \`name: ${nameFrom(template, { service, namespace: "" }).replace(/\.\.|^\./, ".")}\`.`,
        },
      ];
    }
    const made = nameFrom(template, { service, namespace: only ?? "" });
    if (isGlobalHost(made)) return [];
    return [
      {
        path: place(service, "name"),
        expected: "a DNS name of at most 180 characters",
        found: `one of ${made.length}, made from \`names\``,
        fix: "Give it a shorter `name`.",
      },
    ];
  });
}

/** Of regions, those that lead somewhere else, where an order of servers is kept at all. */
export function globalRegionsOrdered(mesh: MeshDraft): readonly Problem[] {
  return servicesOf(mesh).flatMap(([service, { first, nextRegion, order, preferring }]): Problem[] => {
    const regions = entriesOf(nextRegion);
    if (regions.length > 0 && order === "even" && first === undefined && entriesOf(preferring).length === 0) {
      return [
        {
          path: place(service, "nextRegion"),
          expected: "nothing, because all pods are called alike by `order: even`",
          found: "a mapping of regions",
          fix: "Remove it, or write `order: local-first` or `order: nearest`.",
        },
      ];
    }
    return regions
      .filter(([from, to]) => from === to)
      .map(([from, to]) => ({
        path: place(service, "nextRegion", from),
        expected: "another region than the one that calls come from",
        found: describeFound(to),
        fix: "Name the region that is to be called next, or remove it: the caller's own comes first in any case.",
      }));
  });
}

export function globalPortsOnce(mesh: MeshDraft): readonly Problem[] {
  return servicesOf(mesh).flatMap(([service, { ports }]) => {
    const taken = new Map<number, string>();
    return entriesOf(ports).flatMap(([name, { port }]): Problem[] => {
      const former = port === undefined ? undefined : taken.get(port);
      if (port !== undefined && former === undefined) taken.set(port, name);
      if (former === undefined) return [];
      return [
        {
          path: place(service, "ports", name, "port"),
          expected: "a port of its own",
          found: `${describeFound(port)}, that of ${called(former)}`,
          fix: "Give one of the two another number, or remove it.",
        },
      ];
    });
  });
}

/** Who gives up a try and makes no other one only loses the request. Istio refuses the pair as well. */
export function globalTriesRepeated(mesh: MeshDraft): readonly Problem[] {
  return servicesOf(mesh).flatMap(([service, { failover }]): Problem[] => {
    if (failover?.retries !== 0 || failover.perTryTimeoutSeconds === undefined) return [];
    return [
      {
        path: place(service, "failover", "perTryTimeoutSeconds"),
        expected: "`retries` above 0, because a try that is given up is followed by another one",
        found: `${describeFound(failover.perTryTimeoutSeconds)} with \`retries: 0\``,
        fix: "Remove one of the two.",
      },
    ];
  });
}
