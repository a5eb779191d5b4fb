import type { MeshConfig } from "../../../topology";
import { externals, mesh, meshOf } from "./meshes";

/** For every rule a configuration that breaks it and no other, and the problem as the user reads it. */
export type RuleCases = Readonly<Record<string, readonly [config: MeshConfig, problem: string]>>;

const nodePort = { type: "NodePort" as const, addresses: ["203.0.113.10"], port: 31443 };

/** A global service with the same pods everywhere. */
const shop = { namespace: "shop", selector: { app: "shop" }, ports: { http: { port: 80 } } };
/** With a name to take the share of each cluster. */
const weighted = { ...shop, preferring: { "shop-near-east.global": "east", "shop-near-west.global": "west" } };

/** One whose pods are in other namespaces, and that has no name of its own. */
const nameless = {
  selector: { app: "foo" },
  ports: { http: { port: 80 } },
  clusters: {
    west: { namespace: "uswest2", serviceAccount: "foo" },
    east: { namespace: "useast2", serviceAccount: "foo" },
  },
};

/** Rules about how clusters are joined. */
export const joiningCases: RuleCases = {
  "at-least-one-cluster": [
    mesh({ clusters: {} }),
    "isthmus:mesh.clusters: expected at least one cluster, found none. Add one, for example `east: { network: network1, access: { context: my-context } }`.",
  ],
  "one-context-a-cluster": [
    mesh({
      kubeconfig: "./config",
      clusters: {
        west: { network: "a", access: { context: "one" } },
        east: { network: "a", access: { context: "one", kubeconfig: "config" } },
      },
    }),
    'isthmus:mesh.clusters.west.access.context: expected a context of its own, found the context of cluster east, "one". Name the context of west, or remove one of the two: one cluster can join a mesh only once.',
  ],
  "known-control-plane": [
    meshOf({ east: {}, west: { controlPlane: "eats" } }),
    'isthmus:mesh.clusters.west.controlPlane: expected a cluster or an external control plane that runs istiod: east, found "eats". Did you mean `east`?',
  ],
  "control-plane-of-its-own": [
    meshOf({ east: {}, west: { controlPlane: "east" }, edge: { controlPlane: "west" } }),
    "isthmus:mesh.clusters.edge.controlPlane: expected a cluster that runs istiod itself, found cluster west, which is served by east. Name `east`, or remove `controlPlane` of west.",
  ],
  "external-name-of-its-own": [
    meshOf(
      { east: {}, west: { controlPlane: "east" } },
      { externalControlPlanes: externals({ east: { access: { context: "other" } } }) },
    ),
    "isthmus:mesh.externalControlPlanes.east: expected a name that no cluster of the mesh has, found the name of a cluster. Rename one of them; if they are the same cluster, remove this one: a cluster of the mesh can serve others as it is.",
  ],
  "external-serves": [
    meshOf({ east: {} }, { externalControlPlanes: externals({ control: {} }) }),
    "isthmus:mesh.externalControlPlanes.control: expected a control plane that serves a cluster, found none that names it. Write `controlPlane: control` in the clusters that it is to serve, or remove it.",
  ],
  "config-cluster-served": [
    meshOf(
      { east: { controlPlane: "control" }, west: {} },
      { externalControlPlanes: externals({ control: { configCluster: "west" } }) },
    ),
    'isthmus:mesh.externalControlPlanes.control.configCluster: expected a cluster that it serves: east, found "west", which is served by west. Name one of those, or remove it to take the first by name.',
  ],
  "peers-at-control-planes": [
    meshOf({ east: {}, west: { controlPlane: "east", peers: ["east"] } }),
    "isthmus:mesh.clusters.west.peers: expected nothing, because west runs no istiod, found a list. Write it as isthmus:mesh.clusters.east.peers: that istiod serves west.",
  ],
  "known-peers": [
    meshOf({ east: {}, west: { peers: ["east", "eest"] } }),
    'isthmus:mesh.clusters.west.peers[1]: expected a cluster of the mesh: east, west, found "eest". Did you mean `east`?',
  ],
  "peers-once": [
    meshOf({ east: {}, west: { peers: ["east", "east"] } }),
    'isthmus:mesh.clusters.west.peers[1]: expected every cluster once, found "east" again. Remove it.',
  ],
  "peers-are-others": [
    meshOf({ east: {}, west: { peers: ["west", "east"] } }),
    "isthmus:mesh.clusters.west.peers[0]: expected another cluster, found the cluster itself. Remove it: an istiod always knows its own cluster.",
  ],
  "node-port-addresses": [
    meshOf({ east: { eastWestGateway: { type: "NodePort", port: 31443 } } }),
    "isthmus:mesh.clusters.east.eastWestGateway.addresses: expected addresses of nodes at which the other clusters reach the gateway, found nothing. Add it, for example `addresses: [203.0.113.10]`: a Service of type NodePort gets no address of its own.",
  ],
  "node-port-range": [
    meshOf({ east: { eastWestGateway: { type: "NodePort", addresses: ["203.0.113.10"] } } }),
    "isthmus:mesh.clusters.east.eastWestGateway.port: expected a port from 30000 to 32767, where Kubernetes has the ports of nodes, found nothing, which means 15443. Write one that no other Service of the cluster has, for example `port: 31443`.",
  ],
  "no-class-for-node-port": [
    meshOf({ east: { eastWestGateway: { ...nodePort, loadBalancerClass: "example.org/internal" } } }),
    'isthmus:mesh.clusters.east.eastWestGateway.loadBalancerClass: expected nothing, because a Service of type NodePort has no load balancer, found "example.org/internal". Remove it, or write `type: LoadBalancer`.',
  ],
  "status-port-kept": [
    meshOf({ east: { eastWestGateway: { port: 15021 } } }),
    "isthmus:mesh.clusters.east.eastWestGateway.port: expected another port than 15021, at which the gateway says whether it is ready, found the number 15021. Write another, or remove it to take the default, 15443.",
  ],
  "addresses-reach-others": [
    meshOf({ east: { exposedIstiod: { address: "::1" } } }),
    'isthmus:mesh.clusters.east.exposedIstiod.address: expected an address that other clusters can reach, found "::1", which is for each of them itself. Write the address of the load balancer, of the nodes, or of what stands before them.',
  ],
  "one-address-one-thing": [
    meshOf({
      east: { network: "a", eastWestGateway: { addresses: ["203.0.113.10"] } },
      west: { network: "b", eastWestGateway: { addresses: ["203.0.113.11", "203.0.113.10"] } },
    }),
    'isthmus:mesh.clusters.west.eastWestGateway.addresses[1]: expected an address at which nothing else answers on port 15443, found "203.0.113.10", that of the gateway of network a. Write the address of each; gateways may also share one and differ in their `port`.',
  ],
  "api-servers-reachable": [
    meshOf({ east: {}, west: { apiServer: { url: "https://localhost:6443" } } }),
    'isthmus:mesh.clusters.west.apiServer.url: expected an API server that the other clusters can reach, found "https://localhost:6443", which is for each of them itself. Write the address at which pods of the other clusters reach it; for kind that is what `kind get kubeconfig --internal` prints.',
  ],
  "one-api-server-a-cluster": [
    meshOf({
      east: { apiServer: { url: "https://api.example.org" } },
      west: { apiServer: { url: "https://api.example.org/" } },
    }),
    'isthmus:mesh.clusters.west.apiServer.url: expected an API server of its own, found that of cluster east, "https://api.example.org/". Write the URL of west: as it is, its services would be looked for in east.',
  ],
  "ranges-apart": [
    meshOf({ east: { ranges: { pods: ["10.1.0.0/16"] } }, west: { ranges: { services: ["10.1.128.0/20"] } } }),
    'isthmus:mesh.clusters.west.ranges.services[0]: expected a range apart from those of other clusters on network network1, found "10.1.128.0/20", which overlaps "10.1.0.0/16", the pods of east. Correct the range; if the clusters are like this, one must be made anew or be given a `network` of its own.',
  ],
  "known-findings": [
    meshOf({ east: {}, west: {} }, { accepted: [{ finding: "call-allowed", reason: "meant" }] }),
    'isthmus:mesh.accepted[0].finding: expected the id of a check of `isthmus verify`, or of a cause of `isthmus doctor`, found "call-allowed". Did you mean `calls-allowed`? docs/checks.md and docs/doctor.md have them all.',
  ],
  "known-accepted-clusters": [
    meshOf({ east: {}, west: {} }, { accepted: [{ finding: "calls-allowed", clusters: ["eats"], reason: "meant" }] }),
    'isthmus:mesh.accepted[0].clusters[0]: expected a cluster that is described here: east, west, found "eats". Did you mean `east`?',
  ],
};

/** Rules about everything else. */
export const otherCases: RuleCases = {
  "namespaces-of-workloads": [
    mesh({ namespaces: { default: {}, "kube-system": {} } }),
    "isthmus:mesh.namespaces.kube-system: expected a namespace of workloads, found one of Kubernetes itself. Remove it: sidecars there can keep a cluster from starting.",
  ],
  "known-namespace-clusters": [
    mesh({ namespaces: { shop: { clusters: ["eest"] } } }),
    'isthmus:mesh.namespaces.shop.clusters[0]: expected a cluster of the mesh: east, found "eest". Did you mean `east`?',
  ],
  "namespace-clusters-once": [
    mesh({ namespaces: { shop: { clusters: ["east", "east"] } } }),
    'isthmus:mesh.namespaces.shop.clusters[1]: expected every cluster once, found "east" again. Remove it.',
  ],
  "policies-configured": [
    mesh({
      clusters: {
        east: { network: "east", access: { context: "east" } },
        edge: { network: "east", controlPlane: "east", access: { context: "edge" } },
      },
      namespaces: { shop: { mtls: "permissive", clusters: ["edge"] } },
    }),
    "isthmus:mesh.namespaces.shop.clusters: expected east among them, which holds the configuration of edge's istiod, and so the namespace's `mtls`, found a list without it. Add east, or remove `mtls`.",
  ],
  "settings-injected": [
    mesh({ namespaces: { shop: { injection: "disabled", revision: "stable" } } }),
    'isthmus:mesh.namespaces.shop.revision: expected nothing, because nothing is injected into this namespace, found "stable". Remove it, or write `injection: enabled`.',
  ],
  "namespace-labels-free": [
    mesh({ namespaces: { shop: { labels: { team: "shop", "istio.io/rev": "stable" } } } }),
    'isthmus:mesh.namespaces.shop.labels["istio.io/rev"]: expected nothing, because Isthmus or Kubernetes sets this label, found "stable". Write `revision` instead.',
  ],
  "namespace-annotations-free": [
    mesh({ namespaces: { shop: { annotations: { team: "shop", "isthmus.dev/mesh": "mesh2" } } } }),
    'isthmus:mesh.namespaces.shop.annotations["isthmus.dev/mesh"]: expected nothing, because Isthmus sets this annotation, found "mesh2". Remove it: it follows from the mesh\'s `id`, its `trustDomain`, and the clusters\' names and control planes.',
  ],
  "replaces-former-identity": [
    mesh({ replaces: { id: "mesh0", trustDomain: "mesh1.internal" } }),
    'isthmus:mesh.replaces.trustDomain: expected the value that the mesh had before, found the one that it has, "mesh1.internal". Write the former value, or remove it: nothing is replaced.',
  ],
  "replaces-former-name": [
    meshOf({ east: {}, west: { replaces: "east" } }),
    'isthmus:mesh.clusters.west.replaces: expected a name that no cluster has any more, found the name of another cluster, "east". Write the former name, or remove it: nothing is replaced.',
  ],
  "replaces-once": [
    meshOf({ east: { replaces: "old" }, west: { replaces: "old" } }),
    'isthmus:mesh.clusters.west.replaces: expected a former name of its own, found that of cluster east, "old". Remove it from the one that was not called so: a cluster is renamed to one name.',
  ],
  "root-outlives-intermediates": [
    mesh({ trust: { rootLifetimeDays: 365 } }),
    "isthmus:mesh.trust.rootLifetimeDays: expected more days than the intermediates live, 365, found the number 365. Let the root live longer or the intermediates shorter: a chain ends when its root does.",
  ],
  "renewal-ends": [
    mesh({ trust: { intermediateLifetimeDays: 90 } }),
    "isthmus:mesh.trust.renewBeforeDays: expected fewer days than the intermediates live, 90, found the number 90. Make it smaller: as it is, every `pulumi up` would renew every intermediate again.",
  ],
  "intermediates-given": [
    meshOf(
      { east: {}, west: {}, edge: { controlPlane: "west" } },
      { trust: { root: "given", intermediates: { east: { directory: "./east" } } } },
    ),
    "isthmus:mesh.trust.intermediates.west: expected where the intermediate CA of west's istiod is, since trust.root is given, found nothing. Name it, for example `west: { directory: ./trust/west }`; `isthmus trust` makes one.",
  ],
  "known-intermediates": [
    meshOf(
      { east: {}, edge: { controlPlane: "east" } },
      { trust: { root: "given", intermediates: { east: { directory: "./east" }, eest: { directory: "./edge" } } } },
    ),
    "isthmus:mesh.trust.intermediates.eest: expected a cluster that an istiod runs in: east, found eest. Did you mean `east`?",
  ],
  "intermediates-of-source": [
    meshOf(
      { east: {} },
      { trust: { root: "offline", roots: "r.pem", intermediates: { east: { configSecret: "east" } } } },
    ),
    "isthmus:mesh.trust.intermediates.east: expected only `directory` or `certificate`, because trust.root is offline and the stack has the key, found another source. Write `{ directory: <path> }` with what was signed, or set isthmus:mesh.trust.root to given.",
  ],
  "roots-of-offline": [
    meshOf({ east: {} }, { trust: { root: "offline" } }),
    "isthmus:mesh.trust.roots: expected the path of a PEM file with the root's certificate, since trust.root is offline, found nothing. Name it, for example `roots: ./trust/root-cert.pem`; `isthmus trust root` makes one.",
  ],
  "roots-of-existing": [
    meshOf({ east: {} }, { trust: { root: "given", intermediates: { east: { existingSecret: "cacerts" } } } }),
    "isthmus:mesh.trust.roots: expected the path of a PEM file with the roots, since the intermediate of east is in its cluster, found nothing. Name it: what other clusters trust is to be known before that one is asked.",
  ],
  "issuer-named": [
    meshOf({ east: {} }, { trust: { root: "cert-manager", roots: "r.pem" } }),
    "isthmus:mesh.trust.certManager: expected the issuer that signs the intermediates, since trust.root is cert-manager, found nothing. Name it, for example `certManager: { issuerRef: { name: mesh-ca } }`.",
  ],
  "cert-manager-of-source": [
    mesh({ trust: { certManager: { issuerRef: { name: "mesh-ca" } } } }),
    "isthmus:mesh.trust.certManager: expected nothing, because trust.root is generated and cert-manager issues nothing, found a mapping. Remove it, or set isthmus:mesh.trust.root to cert-manager.",
  ],
  "roots-of-cert-manager": [
    mesh({ trust: { root: "cert-manager", certManager: { issuerRef: { name: "mesh-ca" } } } }),
    "isthmus:mesh.trust.roots: expected the path of a PEM file with the root's certificate, since trust.root is cert-manager, found nothing. Name it, for example `roots: ./trust/root-cert.pem`: the certificate of the root that the issuer leads to.",
  ],
  "issuers-of-known-kind": [
    meshOf(
      { east: {} },
      {
        trust: {
          root: "cert-manager",
          roots: "r.pem",
          certManager: {
            issuerRef: { name: "pca", kind: "AWSPCAClusterIssuer", group: "awspca.cert-manager.io" },
            issuerRefs: { east: { name: "pca", kind: "AWSPCAClusterIssuer" } },
          },
        },
      },
    ),
    "isthmus:mesh.trust.certManager.issuerRefs.east.kind: expected `ClusterIssuer` or `Issuer`, the kinds of the group cert-manager.io, found AWSPCAClusterIssuer. Take one of these, or name the group of an external issuer as `group`.",
  ],
  "issuer-refs-name-istiods": [
    meshOf(
      { east: {}, edge: { controlPlane: "east" } },
      {
        trust: {
          root: "cert-manager",
          roots: "r.pem",
          certManager: { issuerRef: { name: "mesh-ca" }, issuerRefs: { edge: { name: "mesh-ca" } } },
        },
      },
    ),
    "isthmus:mesh.trust.certManager.issuerRefs.edge: expected a cluster that an istiod runs in: east, found edge. Remove it: only an istiod has an intermediate CA.",
  ],
  "generated-roots-of-source": [
    meshOf({ east: {} }, { trust: { root: "offline", roots: "r.pem", generated: { roots: ["first", "2031"] } } }),
    "isthmus:mesh.trust.generated: expected nothing, because trust.root is offline and the stack makes no root, found a mapping. Remove it, or set isthmus:mesh.trust.root to generated.",
  ],
  "generated-roots-named": [
    mesh({ trust: { generated: { roots: [] } } }),
    "isthmus:mesh.trust.generated.roots: expected at least the root that the intermediates are signed with, found none. Name it, for example `roots: [first]`.",
  ],
  "generated-roots-once": [
    mesh({ trust: { generated: { roots: ["first", "2031", "2031"] } } }),
    "isthmus:mesh.trust.generated.roots: expected every root once, found 2031 more than once. Remove it where it is too many.",
  ],
  "issuers-name-roots": [
    mesh({ trust: { generated: { roots: ["2031"] } } }),
    "isthmus:mesh.trust.generated.issuer: expected one of trust.generated.roots: 2031, found first. Add it to `roots`, where a root stays until nothing is signed with it, or name one that is there.",
  ],
  "issuers-name-istiods": [
    meshOf({ east: {}, edge: { controlPlane: "east" } }, { trust: { generated: { issuers: { edge: "first" } } } }),
    "isthmus:mesh.trust.generated.issuers.edge: expected a cluster that an istiod runs in: east, found edge. Remove it: only an istiod has an intermediate CA.",
  ],
  "sameness-once": [
    mesh({
      sameness: { plainServices: "cluster-local", clusterLocal: ["redis.shop"], shared: ["shop", "redis.shop"] },
    }),
    'isthmus:mesh.sameness.shared[1]: expected what is not in `clusterLocal` as well, found "redis.shop", which is at isthmus:mesh.sameness.clusterLocal[0]. Remove it from one of the two.',
  ],
  "sameness-excepted": [
    mesh({ sameness: { clusterLocal: ["monitoring"], shared: ["alerts.monitoring", "shop"] } }),
    'isthmus:mesh.sameness.shared[1]: expected an exception, because plain Services are shared by `plainServices`, found "shop". Remove it, or write `plainServices: cluster-local` to have nothing else cross clusters.',
  ],
  "known-global-clusters": [
    meshOf(
      { east: {}, west: {} },
      {
        namespaces: { shop: {} },
        globalServices: { services: { shop: { ...shop, pinned: { "shop-west.global": "wset" } } } },
      },
    ),
    'isthmus:mesh.globalServices.services.shop.pinned["shop-west.global"]: expected a cluster of the mesh: east, west, found "wset". Did you mean `west`?',
  ],
  "global-clusters-host": [
    meshOf(
      { east: {}, west: {} },
      {
        namespaces: { shop: {} },
        globalServices: { services: { shop: { ...shop, clusters: { east: {} }, first: "west" } } },
      },
    ),
    'isthmus:mesh.globalServices.services.shop.first: expected a cluster in which the service runs: east, found "west". Name one of those, or add west to the service\'s `clusters`, or to those of its namespace.',
  ],
  "global-names-once": [
    mesh({
      namespaces: { shop: {} },
      globalServices: {
        services: { shop: { ...shop, name: "a.global" }, stall: { ...shop, preferring: { "a.global": "east" } } },
      },
    }),
    'isthmus:mesh.globalServices.services.stall.preferring["a.global"]: expected a name of its own, found "a.global", the name at isthmus:mesh.globalServices.services.shop.name. Give one of the two another name: one name is one service everywhere.',
  ],
  "global-names-free": [
    mesh({
      namespaces: { shop: {} },
      globalServices: { services: { shop: { ...shop, name: "shop.shop.svc.cluster.local" } } },
    }),
    'isthmus:mesh.globalServices.services.shop.name: expected a name below a domain in which nobody else answers, found "shop.shop.svc.cluster.local", which is below one of the clusters\' Services. Take another domain, such as `mesh.internal`.',
  ],
  "global-names-made": [
    meshOf(
      { east: { network: "east" }, west: { network: "west" } },
      {
        namespaces: { uswest2: { clusters: ["west"] }, useast2: { clusters: ["east"] } },
        globalServices: { services: { foo: nameless } },
      },
    ),
    "isthmus:mesh.globalServices.services.foo.name: expected a name, because the one that `names` makes has the namespace in it, of which there are several, found nothing. Add it, for example `name: foo.mesh.internal`.",
  ],
  "global-ports-once": [
    mesh({
      namespaces: { shop: {} },
      globalServices: { services: { shop: { ...shop, ports: { grpc: { port: 80 }, http: { port: 80 } } } } },
    }),
    "isthmus:mesh.globalServices.services.shop.ports.http.port: expected a port of its own, found the number 80, that of grpc. Give one of the two another number, or remove it.",
  ],
  "global-tries-repeated": [
    mesh({
      namespaces: { shop: {} },
      globalServices: { services: { shop: { ...shop, failover: { retries: 0, perTryTimeoutSeconds: 2 } } } },
    }),
    "isthmus:mesh.globalServices.services.shop.failover.perTryTimeoutSeconds: expected `retries` above 0, because a try that is given up is followed by another one, found the number 2 with `retries: 0`. Remove one of the two.",
  ],
  "global-regions-ordered": [
    mesh({
      namespaces: { shop: {} },
      globalServices: { services: { shop: { ...shop, nextRegion: { a: "b", c: "c" } } } },
    }),
    'isthmus:mesh.globalServices.services.shop.nextRegion.c: expected another region than the one that calls come from, found "c". Name the region that is to be called next, or remove it: the caller\'s own comes first in any case.',
  ],
  "global-weights-whole": [
    meshOf(
      { east: {}, west: {} },
      {
        namespaces: { shop: {} },
        globalServices: { services: { shop: { ...weighted, weights: { west: 90, east: 20 } } } },
      },
    ),
    "isthmus:mesh.globalServices.services.shop.weights: expected percentages of all calls, 100 together, found 20 + 90 = 110. Take 10 from one of them: a cluster that is to get no calls for now has 0.",
  ],
  "global-weights-named": [
    meshOf(
      { east: {}, west: {} },
      {
        namespaces: { shop: {} },
        globalServices: {
          services: {
            shop: { ...weighted, preferring: { "shop-near-west.global": "west" }, weights: { west: 90, east: 10 } },
          },
        },
      },
    ),
    "isthmus:mesh.globalServices.services.shop.weights.east: expected a name in `preferring` for which east comes first, to take the share, found none. Add one, for example `preferring: { shop-near-east.mesh.internal: east }`.",
  ],
  "global-weights-alone": [
    meshOf(
      { east: {}, west: {} },
      {
        namespaces: { shop: {} },
        globalServices: { services: { shop: { ...weighted, weights: { west: 90, east: 10 }, order: "even" } } },
      },
    ),
    'isthmus:mesh.globalServices.services.shop.order: expected nothing beside `weights`, which say who is called, found "even". Remove one of the two.',
  ],
  "global-mappings-filled": [
    mesh({ namespaces: { shop: {} }, globalServices: { services: { shop: { ...shop, ports: {} } } } }),
    "isthmus:mesh.globalServices.services.shop.ports: expected ports by name, one at least, found an empty mapping. Add one, for example `{ http: { port: 80 } }`.",
  ],
  "global-pods-found": [
    mesh({
      namespaces: { shop: {} },
      globalServices: { services: { shop: { namespace: "shop", ports: shop.ports } } },
    }),
    "isthmus:mesh.globalServices.services.shop.selector: expected labels of the service's pods, found nothing. Add it, for example `selector: { app: shop }`.",
  ],
  "global-namespaces-listed": [
    mesh({ globalServices: { services: { shop } } }),
    "isthmus:mesh.globalServices.services.shop.namespace: expected one of the mesh's `namespaces`, whose pods get a sidecar, found `shop`. Add `shop: {}` to `namespaces`: one that is there is kept as it is.",
  ],
  "global-pods-alike": [
    meshOf(
      { east: {}, west: {} },
      {
        namespaces: { uswest2: { clusters: ["west"] }, useast2: { clusters: ["east"] } },
        globalServices: { services: { foo: { ...nameless, name: "foo.global" } } },
      },
    ),
    "isthmus:mesh.globalServices.services.foo.clusters.west: expected the namespace and labels of the pods in east, because no gateway is between them or one istiod serves both, found namespace `uswest2` and other pods. Give it one namespace and the same labels in clusters of one network and of one istiod: only through gateways can they differ.",
  ],
  "global-accounts-named": [
    meshOf(
      { east: { network: "east" }, west: { network: "west" } },
      {
        namespaces: { uswest2: { clusters: ["west"] }, useast2: { clusters: ["east"] } },
        globalServices: {
          services: {
            foo: {
              ...nameless,
              name: "foo.global",
              clusters: { ...nameless.clusters, west: { namespace: "uswest2" } },
            },
          },
        },
      },
    ),
    "isthmus:mesh.globalServices.services.foo.clusters.west.serviceAccount: expected the service account of the pods in west, because callers elsewhere know them by it alone, found nothing. Add it, for example `serviceAccount: default`, the one of pods that name none.",
  ],
  "known-called-services": [
    mesh({
      namespaces: { shop: {}, web: { calls: { globalServices: ["shpo"] } } },
      globalServices: { services: { shop } },
    }),
    'isthmus:mesh.namespaces.web.calls.globalServices[0]: expected a global service by its name in `globalServices.services`: shop, found "shpo". Did you mean `shop`?',
  ],
  "called-services-exported": [
    mesh({
      namespaces: { shop: { calls: { globalServices: ["shop"] } }, web: { calls: { globalServices: ["shop"] } } },
      globalServices: { services: { shop: { ...shop, exportTo: ["orders"] } } },
    }),
    'isthmus:mesh.namespaces.web.calls.globalServices[0]: expected a global service that is told to web, found "shop", whose `exportTo` leaves it out. Add `web` to isthmus:mesh.globalServices.services.shop.exportTo, or remove it here.',
  ],
  "intermediate-keys-of-source": [
    meshOf(
      { east: {} },
      {
        trust: {
          root: "offline",
          roots: "./root.pem",
          intermediateKeys: { east: { keys: ["first", "second"] } },
        },
      },
    ),
    "isthmus:mesh.trust.intermediateKeys: expected nothing, because trust.root is offline and the stack signs no key itself, found a mapping. Remove it, or set isthmus:mesh.trust.root to generated.",
  ],
  "intermediate-keys-once": [
    meshOf({ east: {} }, { trust: { intermediateKeys: { east: { keys: ["first", "second", "second"] } } } }),
    "isthmus:mesh.trust.intermediateKeys.east.keys: expected every key once, found second more than once. Remove it where it is too many.",
  ],
  "used-intermediate-key-named": [
    meshOf({ east: {} }, { trust: { intermediateKeys: { east: { keys: ["second"] } } } }),
    "isthmus:mesh.trust.intermediateKeys.east.used: expected one of `keys`: second, found first. Add it to `keys`, or name one that is there.",
  ],
  "intermediate-keys-name-istiods": [
    meshOf(
      { east: {}, edge: { controlPlane: "east" } },
      { trust: { intermediateKeys: { edge: { keys: ["first", "second"] } } } },
    ),
    "isthmus:mesh.trust.intermediateKeys.edge: expected a cluster that an istiod runs in: east, found edge. Remove it: only an istiod has an intermediate CA.",
  ],
  "revocations-reach-istiods": [
    meshOf(
      { east: {} },
      {
        trust: {
          root: "given",
          roots: "./root.pem",
          intermediates: { east: { existingSecret: "cacerts" } },
          revocations: "./revocations.pem",
        },
      },
    ),
    "isthmus:mesh.trust.revocations: expected nothing, because lists reach proxies by the Secret `cacerts`, in Istio's form, that the stack writes, found a file, and the Secret of east is somebody else's. Remove it, and let whoever keeps those Secrets put the lists into all of them as `ca-crl.pem`; or give the intermediates by another way.",
  ],
  "reader-tokens-once": [
    meshOf({ east: {}, west: { readerTokens: { tokens: ["first", "second", "second"] } } }),
    "isthmus:mesh.clusters.west.readerTokens.tokens: expected every token once, found second more than once. Remove it where it is too many.",
  ],
  "used-reader-token-named": [
    meshOf({ east: {}, west: { readerTokens: { tokens: ["second"] } } }),
    "isthmus:mesh.clusters.west.readerTokens.used: expected one of `tokens`: second, found first. Add it to `tokens`, where a token stays until no istiod goes by it, or name one that is there.",
  ],
  "supported-istio": [
    mesh({ istio: { version: "1.30.3" } }),
    'isthmus:mesh.istio.version: expected 1.30.4 or later, found "1.30.3". Take a later version: before it a running istiod ignores renewed credentials of the other clusters.',
  ],
  "published-images": [
    mesh({ istio: { version: "1.31.0", hub: "gcr.io/istio-release" } }),
    'isthmus:mesh.istio.hub: expected a host that has Istio 1.31 and later, found "gcr.io/istio-release". Remove it to take the default, `docker.io/istio`: Istio no longer publishes there.',
  ],
  "published-charts": [
    mesh({
      istio: { version: "1.31.0", charts: { repository: "https://istio-release.storage.googleapis.com/charts" } },
    }),
    'isthmus:mesh.istio.charts.repository: expected a host that has Istio 1.31 and later, found "https://istio-release.storage.googleapis.com/charts". Remove it to take the default, `https://blob.istio.io/istio-release/charts`: Istio no longer publishes there.',
  ],
  "owned-values": [
    mesh({ istio: { version: "1.31.1", values: { istiod: { pilot: { env: { CLUSTER_ID: "x" } } } } } }),
    "isthmus:mesh.istio.values.istiod.pilot.env.CLUSTER_ID: expected nothing, because Isthmus decides this value, found a value. Set `id`, `trustDomain` or the cluster's `network` instead: every cluster gets its value from there.",
  ],
  "mappings-stay-mappings": [
    mesh({ istio: { version: "1.31.1", values: { istiod: { env: null } } } }),
    "isthmus:mesh.istio.values.istiod.env: expected a mapping, found an empty value. Write a mapping, or remove it: this would take out what Isthmus sets below it.",
  ],
  "nested-values": [
    mesh({ istio: { version: "1.31.1", values: { gateway: { "resources.limits": {} } } } }),
    'isthmus:mesh.istio.values.gateway["resources.limits"]: expected a key without dots, found a path in one key. Nest it, as in a values file: Helm ignores a path in one key.',
  ],
  "pull-secrets-once": [
    mesh({
      istio: {
        version: "1.31.1",
        imagePullSecrets: ["registry"],
        values: { istiod: { global: { imagePullSecrets: ["other"] } } },
      },
    }),
    "isthmus:mesh.istio.values.istiod.global.imagePullSecrets: expected nothing, because `imagePullSecrets` names the Secrets, found a value. Remove it, and name all Secrets in `istio.imagePullSecrets`, or in `imagePullSecrets` of the cluster.",
  ],
  "site-names-beside-trust": [
    { ...meshOf({ trust: {} }), stacks: "per-cluster" },
    "isthmus:mesh.clusters.trust: expected another name than `trust`, whose stack holds the root CA where `stacks` is per-cluster, found that name. Rename the cluster, or set `stacks` to `one`.",
  ],
};
