import fc from "fast-check";
import type { MeshConfig } from "../../../topology";
import type { ClusterConfig } from "./meshes";

const mutualTls = fc.constantFrom("strict" as const, "permissive" as const);

/** Names that are DNS labels, short ones and the longest, JavaScript's own words among them. */
const dnsLabel = fc.oneof(
  fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,10}[a-z0-9])?$/),
  fc.stringMatching(/^[a-z0-9][-a-z0-9]{61}[a-z0-9]$/),
  fc.constantFrom("constructor", "prototype", "1", "007", "east", "west"),
);

const helmValues = fc.dictionary(
  fc.constantFrom("replicaCount", "resources", "nodeSelector", "podLabels"),
  fc.jsonValue(),
  { maxKeys: 3 },
);

const lifetimes = fc
  .tuple(fc.integer({ min: 1, max: 3649 }), fc.integer({ min: 1, max: 3650 }), fc.nat(3649))
  .filter(([intermediate, root, renewBefore]) => root > intermediate && renewBefore < intermediate)
  .map(([intermediateLifetimeDays, rootLifetimeDays, renewBeforeDays]) => ({
    intermediateLifetimeDays,
    rootLifetimeDays,
    renewBeforeDays,
  }));

type MachineConfig = NonNullable<MeshConfig["machines"]>[string];

type NamespaceCallsConfig = NonNullable<NonNullable<MeshConfig["namespaces"]>[string]["calls"]>;

type ExternalConfig = NonNullable<MeshConfig["externalControlPlanes"]>[string];

const strings = fc.dictionary(fc.constantFrom("example.org/a", "b", "C.d_e"), fc.constantFrom("", "x", "a-b"));

const chartValues = fc.record({ base: helmValues, istiod: helmValues, gateway: helmValues }, { requiredKeys: [] });

const ifUnreachable = fc.constantFrom("fail" as const, "skip" as const);

/** Settings of a Service with a load balancer. */
const balanced = {
  annotations: strings,
  loadBalancerClass: fc.constantFrom("internal", "example.org/internal"),
  ipFamily: fc.constantFrom("IPv4" as const, "IPv6" as const),
  timeoutSeconds: fc.integer({ min: 10, max: 3600 }),
};

function gateway(index: number): fc.Arbitrary<NonNullable<ClusterConfig["eastWestGateway"]>> {
  const addresses = fc.constantFrom<string[]>(
    [`203.0.113.${index}`],
    [`gateway-${index}.example.org`, `fd00::${index}:1`],
  );
  return fc.oneof(
    fc.record(
      {
        type: fc.constant("LoadBalancer" as const),
        addresses,
        port: fc.constantFrom(1, 443, 15443, 65535),
        ...balanced,
      },
      { requiredKeys: [] },
    ),
    fc.record({
      type: fc.constant("NodePort" as const),
      addresses,
      port: fc.integer({ min: 30000, max: 32767 }),
      annotations: strings,
    }),
  );
}

function exposedIstiod(index: number): fc.Arbitrary<NonNullable<ClusterConfig["exposedIstiod"]>> {
  const address = fc.constantFrom(`198.51.100.${index}`, `istiod-${index}.example.org`);
  return fc.record({ address, ...balanced }, { requiredKeys: [] });
}

/** Settings of the cluster with this number, by which none is in another's way. */
function settings(index: number): fc.Arbitrary<Partial<ClusterConfig>> {
  return fc.record(
    {
      apiServer: fc.record(
        {
          url: fc.constantFrom(`https://api-${index}.example.org:6443`, `https://10.0.0.${index}`),
          tlsServerName: fc.constantFrom("kubernetes.default.svc", `api-${index}.example.org`),
          certificateAuthority: fc.constant("./ca.pem"),
        },
        { requiredKeys: [] },
      ),
      ranges: fc.record(
        {
          pods: fc.constantFrom([`10.${index}.0.0/16`], [`10.${index}.0.0/17`, `fd00:${index + 1}::/48`]),
          services: fc.constant([`10.${100 + index}.0.0/16`]),
        },
        { requiredKeys: [] },
      ),
      eastWestGateway: gateway(index),
      exposedIstiod: exposedIstiod(index),
      values: chartValues,
      ifUnreachable,
      replaces: fc.constant(`former-name-of-${index}`),
    },
    { requiredKeys: [] },
  );
}

/** A part of a list; fast-check keeps the order. */
const partOf = (names: readonly string[], least = 0): fc.Arbitrary<string[]> =>
  fc.subarray([...names], { minLength: Math.min(least, names.length) });

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

/** Which clusters there are, and where istiod runs for each: the first of `names` has its own or an external one. */
const joined = fc
  .record({
    names: fc.uniqueArray(dnsLabel, { minLength: 1, maxLength: 6 }),
    externalNames: fc.uniqueArray(
      dnsLabel.map((name) => (name.length > 61 ? name : `x-${name}`)),
      { maxLength: 2 },
    ),
    roles: fc.array(fc.nat(5), { minLength: 6, maxLength: 6 }),
    hosts: fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
  })
  .map(({ names, externalNames, roles, hosts }) => {
    const externals = externalNames.filter((name) => !names.includes(name));
    const primaries = names.filter((_, index) => (roles[index] ?? 0) > 2 || (index === 0 && externals.length === 0));
    const places = [...primaries, ...externals];
    const hostOf = new Map(
      names.map((name, index) => {
        const chosen = places[(hosts[index] ?? 0) % places.length] ?? name;
        return [name, primaries.includes(name) ? name : chosen] as const;
      }),
    );
    const serving = new Set(hostOf.values());
    return { names, hostOf, externals: externals.filter((name) => serving.has(name)) };
  });

/** How a cluster is reached, from each of the places where its kubeconfig may be kept. */
function accessOf(name: string): fc.Arbitrary<ClusterConfig["access"]> {
  const context = `context-${name}`;
  return fc.constantFrom<ClusterConfig["access"]>(
    { context },
    { context, kubeconfig: "config" },
    { kubeconfigSecret: `kubeconfigs.${name}` },
    { kubeconfigSecret: "kubeconfigs", context },
    { stack: "organization/clusters/production", output: `kubeconfigs["${name}"]` },
    { stack: "clusters", output: "kubeconfig", context },
  );
}

/** The clusters and external control planes of a mesh, every reference between them right. */
const sites = joined.chain(({ names, hostOf, externals }) => {
  const peersOf = (name: string): fc.Arbitrary<string[] | undefined> =>
    maybe(partOf(names.filter((other) => other !== name)));
  const clusters = names.map((name, index) => {
    const host = hostOf.get(name) ?? name;
    const controlPlane = host === name ? maybe(fc.constant(name)) : fc.constant(host);
    return fc
      .tuple(fc.constantFrom("a", "b", "network-3"), accessOf(name), controlPlane, peersOf(name), settings(index))
      .map(([network, access, chosen, peers, more]): [string, ClusterConfig] => [
        name,
        {
          network,
          access,
          ...more,
          ...(chosen === undefined ? {} : { controlPlane: chosen }),
          ...(peers === undefined || host !== name ? {} : { peers }),
        },
      ]);
  });
  const controlPlanes = externals.map((name, index) => {
    const served = names.filter((other) => hostOf.get(other) === name);
    return fc
      .tuple(
        maybe(fc.constantFrom(...served)),
        accessOf(name),
        peersOf(name),
        fc.record(
          {
            exposedIstiod: exposedIstiod(index + 100),
            values: fc.record({ istiod: helmValues }, { requiredKeys: [] }),
            ifUnreachable,
          },
          { requiredKeys: [] },
        ),
      )
      .map(([configCluster, access, peers, more]): [string, ExternalConfig] => [
        name,
        {
          access,
          ...more,
          ...(configCluster === undefined ? {} : { configCluster }),
          ...(peers === undefined ? {} : { peers }),
        },
      ]);
  });
  const namespace = fc
    .record(
      {
        injection: fc.constantFrom("enabled" as const, "disabled" as const),
        revision: fc.constantFrom("default", "stable"),
        labels: strings,
        clusters: partOf(names, 1),
        mtls: mutualTls,
        calls: fc.constantFrom<NamespaceCallsConfig>({}, { namespaces: ["default", "databases"] }),
        dnsCapture: fc.constantFrom("all-pods" as const, "annotated-pods" as const),
      },
      { requiredKeys: [] },
    )
    .map(({ calls, dnsCapture, mtls, revision, ...rest }) => ({
      ...rest,
      ...(revision === undefined || rest.injection === "disabled" ? {} : { revision }),
      // In every cluster there is also the one that holds the configuration.
      ...(mtls === undefined || rest.clusters !== undefined ? {} : { mtls }),
      ...(calls === undefined || rest.clusters !== undefined ? {} : { calls }),
      ...(dnsCapture === undefined || rest.clusters !== undefined || rest.injection === "disabled"
        ? {}
        : { dnsCapture }),
    }));
  const machine = (index: number, cluster: string): fc.Arbitrary<MachineConfig> =>
    fc.record(
      {
        cluster: fc.constant(cluster),
        namespace: fc.constant("machines"),
        serviceAccount: fc.constantFrom("billing", "a.b"),
        address: fc.constantFrom(`10.9.0.${index}`, `fd09::${index}`),
        network: fc.constantFrom("machines", "1", "network1"),
        ports: fc.dictionary(fc.constantFrom("http", "grpc"), fc.integer({ min: 1, max: 65535 })),
        labels: strings,
        locality: fc.constantFrom("r", "r/z", "r/z/s"),
      },
      { requiredKeys: ["cluster", "namespace", "serviceAccount", "address"] },
    );
  const primaries = names.filter((name) => hostOf.get(name) === name);
  const machines = partOf(primaries).chain((joined) =>
    fc.tuple(...joined.map((cluster, index) => machine(index, cluster).map((one) => [`m-${index}`, one] as const))),
  );
  return fc.record({
    machines: machines.map((entries): Record<string, MachineConfig> => Object.fromEntries(entries)),
    clusters: fc.tuple(...clusters).map((entries) => Object.fromEntries(entries)),
    externalControlPlanes: fc.tuple(...controlPlanes).map((entries) => Object.fromEntries(entries)),
    namespaces: fc.dictionary(fc.constantFrom("default", "shop", "pay"), namespace, { noNullPrototype: true }),
  });
});

type GlobalServiceConfig = NonNullable<NonNullable<MeshConfig["globalServices"]>["services"]>[string];

/** Services with one name each, in namespaces that every cluster has: so any cluster may be one of theirs. */
function globalServicesOf({ clusters, namespaces = {} }: Pick<MeshConfig, "clusters" | "namespaces">): fc.Arbitrary<{
  readonly globalServices?: MeshConfig["globalServices"];
}> {
  const everywhere = Object.keys(namespaces).filter((name) => namespaces[name]?.clusters === undefined);
  if (everywhere.length === 0) return fc.constant({});
  const service = fc
    .record({
      namespace: fc.constantFrom(...everywhere),
      listed: maybe(partOf(Object.keys(clusters), 1)),
      protocol: maybe(fc.constantFrom("HTTP", "HTTP2", "GRPC", "TCP")),
      order: fc.constantFrom("local-first", "nearest", "even"),
      isLed: fc.boolean(),
      hasNextRegion: fc.boolean(),
      exportTo: maybe(fc.constant<string[]>(["web", "orders"])),
      retries: fc.integer({ min: 0, max: 10 }),
    })
    .map(({ exportTo, hasNextRegion, isLed, listed, namespace, order, protocol, retries }): GlobalServiceConfig => {
      const homes = listed ?? Object.keys(clusters);
      const [first = ""] = homes;
      return {
        namespace,
        selector: { app: "a" },
        ports: { main: { port: 80, ...(protocol === undefined ? {} : { protocol }) } },
        order,
        ...(listed === undefined ? {} : { clusters: Object.fromEntries(listed.map((name) => [name, {}])) }),
        ...(isLed ? { first } : {}),
        ...(hasNextRegion && (isLed || order !== "even") ? { nextRegion: { "us-west-2": "us-east-2" } } : {}),
        ...(exportTo === undefined ? {} : { exportTo }),
        failover: { retries },
      };
    });
  return fc
    .dictionary(fc.constantFrom("shop", "stall"), service, { noNullPrototype: true })
    .map((services) => (Object.keys(services).length === 0 ? {} : { globalServices: { services } }));
}

/** Configurations that are right, with and without what may be left out. Of everything that may be different there is one of each: contexts, addresses, ranges, former names. */
export const validConfig: fc.Arbitrary<MeshConfig> = fc
  .record(
    {
      id: dnsLabel,
      trustDomain: fc.constantFrom("mesh1.internal", "example.org", "a"),
      kubeconfig: fc.constantFrom(".lab/kubeconfig", "~/.kube/config"),
      istio: fc.record(
        {
          version: fc.constantFrom("1.30.4", "1.31.0", "1.31.1", "1.32.0-rc.0"),
          charts: fc.constantFrom(
            { directory: "./charts" },
            { archives: "./charts" },
            { oci: "oci://charts.example.org/istio" },
            { repository: "https://charts.example.org/istio" },
          ),
          hub: fc.constantFrom("docker.io/istio", "lab.local/istio"),
          tag: fc.constantFrom("lab", "1.31.1-distroless"),
          values: chartValues,
          transforms: fc.constant("./transforms.ts"),
        },
        { requiredKeys: ["version"] },
      ),
      trust: lifetimes,
      mtls: mutualTls,
      sameness: fc.constantFrom<NonNullable<MeshConfig["sameness"]>>(
        { plainServices: "cluster-local" },
        { plainServices: "cluster-local", clusterLocal: ["redis.shop"], shared: ["shop"] },
        { clusterLocal: ["monitoring"], shared: ["alerts.monitoring"] },
      ),
      replaces: fc.record(
        { id: fc.constant("former-id"), trustDomain: fc.constant("former.example.org") },
        { requiredKeys: [] },
      ),
      sites,
    },
    { requiredKeys: ["id", "istio", "sites"] },
  )
  .map(({ sites: { clusters, externalControlPlanes, machines, namespaces }, ...config }) => {
    const hasMachines = Object.keys(machines).length > 0;
    const all = hasMachines ? { ...namespaces, machines: {} } : namespaces;
    return {
      ...config,
      clusters,
      ...(Object.keys(externalControlPlanes).length === 0 ? {} : { externalControlPlanes }),
      ...(Object.keys(all).length === 0 ? {} : { namespaces: all }),
      ...(hasMachines ? { machines } : {}),
    };
  })
  .chain((config: MeshConfig) => globalServicesOf(config).map((services) => ({ ...config, ...services })));
