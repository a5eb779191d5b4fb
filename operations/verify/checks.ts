import { sitesOf, type MeshPlan } from "../../topology";
import {
  controlPlanesOf,
  eachCluster,
  eachControlPlane,
  eachPair,
  eachSite,
  readBy,
  wholeMesh,
  type Check,
  type NeedElsewhere,
} from "./check";
import {
  clusterReachable,
  exposedIstiodReady,
  gatewayReady,
  istiodReady,
  remoteClustersSynced,
  webhookReady,
} from "./control-plane";
import { intermediateLifetime, rootLifetime } from "./lifetimes";
import { clustersWithAgingToken, readerTokenAge } from "./reader-tokens";
import { helloworldReached, sampleReady } from "./sample-checks";
import { sharedRoot, workloadChain } from "./trust";

/** An istiod elsewhere that serves no more is one failure, there: what its clusters ask of it is not looked at. */
const istiodOfCluster: NeedElsewhere = { id: "istiod-ready", of: controlPlanesOf };

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
    id: "reader-token-age",
    title: "the token by which other clusters read it is no older than it may be",
    hint: "Run `isthmus rotate tokens --due`.",
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
    needs: [
      { id: "cluster-reachable", of: (_plan, clusters) => clusters, otherwise: "leave out" },
      { ...istiodOfCluster, otherwise: "leave out" },
    ],
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
    severity: "fatal",
    needs: ["cluster-reachable"],
    retryMs: 10_000,
    subjects: eachControlPlane,
    run: intermediateLifetime,
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
    needs: ["sample-ready"],
    retryMs: 10_000,
    subjects: eachCluster,
    run: workloadChain,
  },
  {
    id: "helloworld-reached",
    title: "a service is answered by every cluster, from every cluster",
    hint: "Start with what else failed; else look at the client's endpoints with `istioctl proxy-config endpoints`.",
    severity: "fatal",
    needs: ["sample-ready"],
    retryMs: 30_000,
    subjects: eachPair,
    run: helloworldReached,
  },
];

function maySkip(plan: MeshPlan, [cluster]: readonly string[]): boolean {
  return sitesOf(plan).find(({ name }) => name === cluster)?.ifUnreachable === "skip";
}

function exposedControlPlanes(plan: MeshPlan): string[][] {
  return plan.controlPlanes.filter(({ exposed }) => exposed !== undefined).map(({ name }) => [name]);
}

function clustersWithGateway(plan: MeshPlan): string[][] {
  return plan.clusters.filter((cluster) => cluster.eastWestGateway !== undefined).map((cluster) => [cluster.name]);
}

function controlPlanesThatRead(plan: MeshPlan): string[][] {
  return plan.controlPlanes.filter(({ reads }) => reads.length > 0).map(({ name }) => [name]);
}
