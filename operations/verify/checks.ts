import {
  allSites,
  configClustersOf,
  controlPlanesOf,
  eachCluster,
  eachConfigCluster,
  eachControlPlane,
  eachPair,
  eachSite,
  readBy,
  withReadBy,
  wholeMesh,
  type Check,
  type NeedElsewhere,
} from "./check";
import {
  clusterReachable,
  clustersWithGateway,
  controlPlanesThatRead,
  exposedControlPlanes,
  exposedIstiodReady,
  gatewayReady,
  istiodReady,
  maySkip,
  remoteClustersSynced,
  webhookReady,
} from "./control-plane";
import { clustersWithGlobalNames, globalServiceAnswered } from "./global-services";
import { noKnownFault } from "./known-faults";
import { intermediateLifetime, rootLifetime } from "./lifetimes";
import {
  clustersOnNetworks,
  clustersWithCrossNetworkGateway,
  crossNetworkGateway,
  gatewayConfigurationOf,
  networkLabelled,
} from "./networks";
import { callsAllowed } from "./policies";
import { clustersWithAgingToken, readerTokenAge } from "./reader-tokens";
import { controlPlanesWithKubeconfigs, remoteSecretAccepted } from "./remote-secrets";
import { clustersWithServicesOfTheirOwn, helloworldReached, sampleReady, servicesClusterLocal } from "./sample-checks";
import { servicesAlike } from "./services";
import { callsAnswered } from "./steady-calls";
import { sharedRoot, workloadChain } from "./trust";

/** An istiod elsewhere that serves no more is one failure, there: what its clusters ask of it is not looked at. */
const istiodOfCluster: NeedElsewhere = { id: "istiod-ready", of: controlPlanesOf };

/** What a policy for the whole mesh denies is not tried in vain. */
const policiesOfCluster: NeedElsewhere = { id: "calls-allowed", of: configClustersOf };

/** Where no gateway passes calls of other networks on, none is made that needs it. */
const gatewayOfCalled: NeedElsewhere = { id: "cross-network-gateway", of: gatewayConfigurationOf };

/** Those that cannot be asked are left out where the others are compared. */
const reachableOnes: NeedElsewhere = {
  id: "cluster-reachable",
  of: (_plan, clusters) => clusters,
  otherwise: "leave out",
};

/** What may still be coming up is waited for by its own check, and judged as it is then. */
const settled: readonly NeedElsewhere[] = [
  reachableOnes,
  ...["istiod-ready", "gateway-ready", "exposed-istiod-ready", "remote-clusters-synced"].map((id): NeedElsewhere => {
    return { id, of: (_plan, clusters) => clusters, otherwise: "wait" };
  }),
];

/**
 * The checks of `isthmus verify`, each after those that it needs. To add one: a row here, and a section under its id in
 * docs/checks.md.
 */
export const checks: readonly Check[] = [
  {
    id: "cluster-reachable",
    title: "the cluster's API server answers",
    hint: "Check the kubeconfig context, the network and the credentials.",
    severity: "fatal",
    needs: [],
    retryMs: 2_000,
    subjects: eachSite,
    isTolerated: maySkip,
    run: clusterReachable,
  },
  {
    id: "istiod-ready",
    title: "istiod is available",
    hint: "Look at the pods and events of namespace istio-system.",
    severity: "fatal",
    needs: ["cluster-reachable"],
    retryMs: 30_000,
    subjects: eachControlPlane,
    run: istiodReady,
  },
  {
    id: "webhook-ready",
    title: "the API server trusts the sidecar injector",
    hint: "Look at istiod's log: it fills in the webhook's caBundle when it serves.",
    severity: "fatal",
    needs: ["cluster-reachable", istiodOfCluster],
    retryMs: 15_000,
    subjects: eachCluster,
    run: webhookReady,
  },
  {
    id: "network-labelled",
    title: "the cluster's istio-system is labelled with its network",
    hint: "Run `isthmus drift` for what else differs, then `isthmus up --refresh`, which puts the label back.",
    needsFile: "which network a cluster is on says its label alone",
    severity: "fatal",
    needs: ["cluster-reachable"],
    retryMs: 2_000,
    subjects: clustersOnNetworks,
    run: networkLabelled,
  },
  {
    id: "cross-network-gateway",
    title: "a Gateway has the east-west gateways pass on the calls of other networks",
    hint: "Run `isthmus drift` for what else is missing, then `isthmus up --refresh`, which puts it back.",
    hintByHand: "Apply the Gateway of Istio's samples/multicluster/expose-services.yaml in istio-system.",
    severity: "fatal",
    needs: ["cluster-reachable"],
    retryMs: 2_000,
    subjects: clustersWithCrossNetworkGateway,
    run: crossNetworkGateway,
  },
  {
    id: "gateway-ready",
    title: "the east-west gateway is ready and has an address",
    hint: "Look at the gateway's pods, and at the load balancer that should give its Service an address.",
    severity: "fatal",
    needs: ["cluster-reachable"],
    retryMs: 30_000,
    subjects: clustersWithGateway,
    run: gatewayReady,
  },
  {
    id: "exposed-istiod-ready",
    title: "an istiod that serves other clusters has an address for them",
    hint: "Look at the load balancer that should give the Service istiod-exposed an address.",
    needsFile: "at which Service other clusters reach an istiod stands in a mesh's file",
    severity: "fatal",
    needs: ["cluster-reachable"],
    retryMs: 30_000,
    subjects: exposedControlPlanes,
    run: exposedIstiodReady,
  },
  {
    id: "remote-clusters-synced",
    title: "every istiod has synced the clusters that it reads",
    hint: "Look at istiod's log for the cluster's name: its kubeconfig may be missing or out of date, its address out of reach or a proxy's that does not accept the token (apiServer.url), or its certificate another authority's (apiServer.certificateAuthority).",
    severity: "fatal",
    needs: ["istiod-ready", { id: "cluster-reachable", of: readBy, otherwise: "leave out" }],
    retryMs: 40_000,
    subjects: controlPlanesThatRead,
    run: remoteClustersSynced,
  },
  {
    id: "remote-secret-accepted",
    title: "the clusters that an istiod reads accept the tokens that it was given",
    hint: "Run `isthmus up --refresh`, which makes a token that is gone anew and hands it on.",
    hintByHand:
      "Make the Secret anew: `istioctl create-remote-secret` with the context of the cluster that is read, then `kubectl apply` in the cluster that reads.",
    severity: "fatal",
    needs: [{ id: "cluster-reachable", of: withReadBy, otherwise: "leave out" }],
    retryMs: 5_000,
    subjects: controlPlanesWithKubeconfigs,
    run: remoteSecretAccepted,
  },
  {
    id: "reader-token-age",
    title: "the token by which other clusters read it is no older than it may be",
    hint: "Run `isthmus rotate tokens --due`.",
    needsFile: "how old a token may become stands in a mesh's file",
    severity: "warn",
    needs: ["cluster-reachable"],
    retryMs: 10_000,
    subjects: clustersWithAgingToken,
    run: readerTokenAge,
  },
  {
    id: "shared-root",
    title: "all clusters trust the same root",
    hint: "Compare the Secrets cacerts; an istiod that started before its own was there signs with a root of its own until it is restarted.",
    severity: "fatal",
    needs: [reachableOnes, { ...istiodOfCluster, otherwise: "leave out" }],
    retryMs: 10_000,
    subjects: wholeMesh,
    run: sharedRoot,
  },
  {
    id: "root-lifetime",
    title: "the root that an istiod signs under is within its lifetime",
    hint: "Begin with the change to another root: every workload must trust both before the first is signed under the new one.",
    severity: "fatal",
    needs: ["cluster-reachable"],
    retryMs: 10_000,
    subjects: eachControlPlane,
    run: rootLifetime,
  },
  {
    id: "intermediate-lifetime",
    title: "the CA that an istiod signs with is within its lifetime",
    hint: "Run `isthmus up`, which renews one that the stack makes; have another signed and run it again where they come from elsewhere.",
    hintByHand: "Have another signed, put it into the Secret cacerts, and restart istiod.",
    severity: "fatal",
    needs: ["cluster-reachable"],
    retryMs: 10_000,
    subjects: eachControlPlane,
    run: intermediateLifetime,
  },
  {
    id: "calls-allowed",
    title: "no policy for the whole mesh stops its calls",
    hint: "Look at the policies of istio-system, which count for the whole mesh.",
    severity: "fatal",
    needs: ["cluster-reachable"],
    retryMs: 2_000,
    subjects: eachConfigCluster,
    run: callsAllowed,
  },
  {
    id: "services-alike",
    title: "Services of one name are alike in all clusters",
    hint: "Give them the same ports, names of ports and type, or other names: Istio takes them for one service.",
    severity: "warn",
    needs: [reachableOnes],
    retryMs: 2_000,
    subjects: wholeMesh,
    run: servicesAlike,
  },
  {
    id: "known-faults",
    title: "nothing is wrong of what `isthmus doctor` looks for",
    hint: "Run `isthmus doctor`, which says the first cause, what shows it and what mends it.",
    hintByHand:
      "Run `isthmus doctor` with the same --contexts, which says the first cause, what shows it and what mends it.",
    severity: "fatal",
    needs: settled,
    retryMs: 5_000,
    subjects: allSites,
    run: noKnownFault,
  },
  {
    id: "sample-ready",
    title: "a sample application starts, with sidecars",
    hint: "Look at the reason: an image that cannot be pulled (see --client-image and isthmus:mesh.sample), no room on a node, or no injection.",
    severity: "fatal",
    needs: ["webhook-ready"],
    makes: "sample",
    retryMs: 90_000,
    subjects: eachCluster,
    run: sampleReady,
  },
  {
    id: "workload-chain",
    title: "the certificates that workloads present chain to the root",
    hint: "Restart the cluster's istiod if its cacerts changed, then the workloads that still have an old certificate.",
    severity: "fatal",
    // Where mutual TLS is turned off for all, a proxy has no certificate.
    needs: ["sample-ready", policiesOfCluster],
    retryMs: 10_000,
    subjects: eachCluster,
    run: workloadChain,
  },
  {
    id: "helloworld-reached",
    title: "a service is answered by every cluster, from every cluster",
    hint: "Start with what else failed; else look at the client's endpoints with `istioctl proxy-config endpoints`.",
    severity: "fatal",
    needs: ["sample-ready", policiesOfCluster, gatewayOfCalled],
    retryMs: 30_000,
    subjects: eachPair,
    run: helloworldReached,
  },
  {
    id: "calls-answered",
    title: "every call is answered, for as long as calls go on",
    hint: "See when it fails: all of the time from one cluster to another, only while pods or gateways come and go, or now and then; then look at istiod's log and the gateways' at those times.",
    severity: "fatal",
    needs: ["helloworld-reached"],
    makes: "sample",
    onRequest: "callsForMs",
    retryMs: 0,
    subjects: eachCluster,
    run: callsAnswered,
  },
  {
    id: "services-cluster-local",
    title: "a Service is answered in the caller's own cluster alone, where the mesh says so",
    hint: "Look for `serviceSettings` in the ConfigMap istio of namespace istio-system; istiod takes it up within a minute.",
    needsFile: "whether that is meant stands in a mesh's file",
    severity: "fatal",
    needs: ["sample-ready", policiesOfCluster],
    retryMs: 30_000,
    subjects: clustersWithServicesOfTheirOwn,
    run: servicesClusterLocal,
  },
  {
    id: "global-service-answered",
    title: "every global name is answered, from every cluster",
    hint: "See where its pods are with `isthmus services`; then look at the endpoints of the name with `istioctl proxy-config endpoints`.",
    needsFile: "global names stand in a mesh's file",
    severity: "fatal",
    needs: ["sample-ready", policiesOfCluster],
    retryMs: 20_000,
    subjects: clustersWithGlobalNames,
    run: globalServiceAnswered,
  },
];
