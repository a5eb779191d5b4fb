import { describeFound } from "../found";
import { configurationPath } from "../path";
import type { GlobalHome } from "../plan";
import { homesFound } from "../plan/global-placement";
import { joiningOf, type ControlPlaneJoining, type JoinedClusters } from "../plan/joining";
import type { Problem } from "../problem";
import { clusterCalled, clustersOf, controlPlaneOf, entriesOf, externalCalled } from "./draft";
import { homesOf, servicesOf, type GlobalServiceDraft, type HomeDraft } from "./global-drafts";
import type { MeshDraft } from "./rule";
import { called } from "./words";

const place = (service: string, ...keys: string[]): string =>
  configurationPath("globalServices", "services", service, ...keys);

/** An empty mapping would stand for nothing, or for every pod. */
export function globalMappingsFilled(mesh: MeshDraft): readonly Problem[] {
  return servicesOf(mesh).flatMap(([name, { clusters, ports, selector }]) =>
    [
      { keys: ["ports"], found: ports, expected: "ports by name", example: "{ http: { port: 80 } }" },
      { keys: ["selector"], found: selector, expected: "labels of the service's pods", example: "{ app: shop }" },
      { keys: ["clusters"], found: clusters, expected: "clusters by name", example: "{ west: {} }" },
      ...entriesOf(clusters).map(([cluster, home]) => ({
        keys: ["clusters", cluster, "selector"],
        found: home.selector,
        expected: "labels of the service's pods",
        example: "{ app: shop }",
      })),
    ]
      .filter(({ found }) => found !== undefined && Object.keys(found).length === 0)
      .map(({ example, expected, found, keys }) => ({
        path: place(name, ...keys),
        expected: `${expected}, one at least`,
        found: describeFound(found),
        fix: `Add one, for example \`${example}\`${keys[0] === "ports" ? "" : ", or remove it"}.`,
      })),
  );
}

/** By what the pods are found must be said, once for all clusters or for each. */
export function globalPodsFound(mesh: MeshDraft): readonly Problem[] {
  return servicesOf(mesh).flatMap(([name, service]) =>
    (["namespace", "selector"] as const).flatMap((key): Problem[] => {
      const lacking = homesOf(mesh, service).filter((home) => home[key] === undefined);
      const isForAll = service.clusters === undefined;
      if (isForAll ? service[key] !== undefined : lacking.length === 0) return [];
      const [first] = lacking;
      const example = key === "namespace" ? `namespace: ${called(name)}` : `selector: { app: ${called(name)} }`;
      return [
        {
          path: isForAll || first === undefined ? place(name, key) : place(name, "clusters", first.cluster, key),
          expected: key === "namespace" ? "the namespace of the service's pods" : "labels of the service's pods",
          found: "nothing",
          fix: isForAll ? `Add it, for example \`${example}\`.` : `Add it here, or for all clusters as \`${example}\`.`,
        },
      ];
    }),
  );
}

/** Its objects stand in the namespace of the pods, which must be there, and be known. */
export function globalNamespacesListed(mesh: MeshDraft): readonly Problem[] {
  return servicesOf(mesh).flatMap(([name, service]) => {
    const told = new Set<string>();
    return homesOf(mesh, service).flatMap(({ cluster, namespace }): Problem[] => {
      if (namespace === undefined || clusterCalled(mesh, cluster) === undefined) return [];
      if (hasNamespace(mesh, cluster, namespace)) return [];
      const isListed = Object.hasOwn(mesh.namespaces ?? {}, namespace);
      if (!isListed && told.has(namespace)) return [];
      told.add(namespace);
      const own = service.clusters?.[cluster]?.namespace !== undefined;
      return [
        {
          path: own ? place(name, "clusters", cluster, "namespace") : place(name, "namespace"),
          expected: isListed
            ? `a namespace that ${called(cluster)} has`
            : "one of the mesh's `namespaces`, whose pods get a sidecar",
          found: `\`${called(namespace)}\``,
          fix: isListed
            ? `Add ${called(cluster)} to \`namespaces.${called(namespace)}.clusters\`, or name the service's \`clusters\` without it.`
            : `Add \`${called(namespace)}: {}\` to \`namespaces\`: one that is there is kept as it is.`,
        },
      ];
    });
  });
}

/**
 * What an istiod does not find by labels is reached by the gateways of its network: calls within one network go through
 * none, and the gateways of an istiod's own clusters would find nothing behind them.
 */
export function globalPodsAlike(mesh: MeshDraft): readonly Problem[] {
  return eachPlane(mesh, (name, service, seen) => {
    const { all, found, plane } = seen;
    const near = nearIn(mesh, seen);
    const [like] = found.length > 0 ? found : all;
    if (near === undefined || like === undefined) return [];
    const { configCluster } = plane;
    const isMissing = found.length === 0 && !hasNamespace(mesh, configCluster, like.namespace);
    if (isMissing)
      return [
        {
          path: configurationPath("namespaces", like.namespace, "clusters"),
          expected: `${called(configCluster)} among them, which holds what tells its istiod of the global service ${called(name)}`,
          found: "a list without it",
          fix: `Add ${called(configCluster)}.`,
        },
      ];
    return [
      {
        path: service.clusters === undefined ? place(name) : place(name, "clusters", near.cluster),
        expected: `the namespace and labels of the pods in ${called(like.cluster)}, because no gateway is between them or one istiod serves both`,
        found: `namespace \`${called(near.namespace)}\` and other pods`,
        fix: "Give it one namespace and the same labels in clusters of one network and of one istiod: only through gateways can they differ.",
      },
    ];
  });
}

/** Who is behind a gateway is known by the account alone, and a caller that does not know it would take anybody. */
export function globalAccountsNamed(mesh: MeshDraft): readonly Problem[] {
  return eachPlane(mesh, (name, service, seen) => {
    const { all, elsewhere } = seen;
    if (elsewhere.length === 0 || nearIn(mesh, seen) !== undefined) return [];
    return all
      .filter(({ serviceAccount }) => serviceAccount === undefined)
      .map(({ cluster }) => ({
        path:
          service.clusters === undefined
            ? place(name, "serviceAccount")
            : place(name, "clusters", cluster, "serviceAccount"),
        expected: `the service account of the pods in ${called(cluster)}, because callers elsewhere know them by it alone`,
        found: "nothing",
        fix: "Add it, for example `serviceAccount: default`, the one of pods that name none.",
      }));
  });
}

/** A home that the istiod does not find by labels and that no gateway leads to from its clusters. */
function nearIn(mesh: MeshDraft, { elsewhere, plane }: SeenHomes): GlobalHome | undefined {
  const network = (cluster: string): string | undefined => clusterCalled(mesh, cluster)?.network;
  return elsewhere.find((home) => plane.serves.some((one) => network(one) === network(home.cluster)));
}

interface SeenHomes {
  readonly plane: ControlPlaneJoining;
  /** Homes in clusters that the istiod knows. */
  readonly all: readonly GlobalHome[];
  /** Those that it finds by labels. */
  readonly found: readonly GlobalHome[];
  readonly elsewhere: readonly GlobalHome[];
}

/**
 * What is wrong with a service for the first istiod for which anything is. Nothing where it is not known who serves whom, or
 * where its namespaces are not there: that is a mistake of its own.
 */
function eachPlane(
  mesh: MeshDraft,
  check: (name: string, service: GlobalServiceDraft, seen: SeenHomes) => readonly Problem[],
): readonly Problem[] {
  const isKnown = (name: string): boolean =>
    clusterCalled(mesh, name) !== undefined || externalCalled(mesh, name) !== undefined;
  if (!clustersOf(mesh).every(([name, cluster]) => isKnown(controlPlaneOf(name, cluster)))) return [];
  // What a rule is about is not in doubt, and so as whole as in a valid mesh.
  const { controlPlanes } = joiningOf({ externalControlPlanes: {}, machines: {}, ...mesh } as JoinedClusters);
  return servicesOf(mesh).flatMap(([name, service]) => {
    const homes = homesOf(mesh, service);
    if (!homes.every((home) => isWhole(home) && hasNamespace(mesh, home.cluster, home.namespace))) return [];
    const wrong = controlPlanes.map((plane) => {
      const known = [...plane.serves, ...plane.reads];
      const all = homes.filter((home): home is GlobalHome => isWhole(home) && known.includes(home.cluster));
      const found = homesFound(plane, all, all, (cluster, namespace) => hasNamespace(mesh, cluster, namespace));
      return check(name, service, { plane, all, found, elsewhere: all.filter((home) => !found.includes(home)) });
    });
    return wrong.find((problems) => problems.length > 0) ?? [];
  });
}

function isWhole(home: HomeDraft): home is GlobalHome {
  return home.namespace !== undefined && home.selector !== undefined;
}

function hasNamespace({ namespaces = {} }: MeshDraft, cluster: string, namespace: string): boolean {
  if (!Object.hasOwn(namespaces, namespace)) return false;
  const { clusters } = namespaces[namespace] ?? {};
  return clusters === undefined || clusters.includes(cluster);
}
