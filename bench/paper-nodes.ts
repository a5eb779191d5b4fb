import {
  CoreV1Api,
  KubeConfig,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type Informer,
  type V1Pod,
  type V1Service,
} from "@kubernetes/client-node";
import type { ClusterPlan } from "../lab";

const asMerge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

/**
 * Stands in for kubelets and MetalLB where clusters have no nodes: says of every pod that it runs and is ready, and gives
 * every LoadBalancer an address, as soon as they are there.
 */
export class PaperNodes {
  private readonly informers: Informer<V1Pod | V1Service>[] = [];
  /** Says what went wrong, at the end; an answer to a watch has nobody to throw to. */
  private readonly errors: Error[] = [];
  private isStopped = false;

  /** @param kubeconfig The lab's, as a file. */
  static async start(clusters: readonly ClusterPlan[], kubeconfig: string): Promise<PaperNodes> {
    const nodes = new this();
    await Promise.all(clusters.map((cluster) => nodes.attend(cluster, kubeconfig)));
    return nodes;
  }

  /** @throws the first error that there was. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.informers.map((informer) => informer.stop()));
    if (this.errors[0] !== undefined) throw this.errors[0];
  }

  private async attend(cluster: ClusterPlan, kubeconfig: string): Promise<void> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    config.setCurrentContext(cluster.context);
    const api = config.makeApiClient(CoreV1Api);
    await this.follow<V1Pod>(
      config,
      "/api/v1/pods",
      () => api.listPodForAllNamespaces(),
      async (pod) => {
        if (isReady(pod) || pod.metadata?.deletionTimestamp !== undefined) return;
        await api.patchNamespacedPodStatus({ ...nameOf(pod), body: { status: running() } }, asMerge);
      },
    );
    await this.follow<V1Service>(
      config,
      "/api/v1/services",
      () => api.listServiceForAllNamespaces(),
      async (service) => {
        if (service.spec?.type !== "LoadBalancer" || service.status?.loadBalancer?.ingress !== undefined) return;
        const ip = addressFor(cluster, service);
        const body = { status: { loadBalancer: { ingress: [{ ip }] } } };
        await api.patchNamespacedServiceStatus({ ...nameOf(service), body }, asMerge);
      },
    );
  }

  private async follow<T extends V1Pod | V1Service>(
    config: KubeConfig,
    path: string,
    list: () => Promise<{ items: T[]; metadata?: object }>,
    answer: (object: T) => Promise<void>,
  ): Promise<void> {
    const informer = makeInformer<T>(config, path, list);
    const answered = (object: T): void => {
      answer(object).catch((error: unknown) => {
        // One that has gone, or has changed, meanwhile comes again.
        const { code } = error as { readonly code?: number };
        if (!this.isStopped && code !== 404 && code !== 409) this.errors.push(error as Error);
      });
    };
    informer.on("add", answered);
    informer.on("update", answered);
    informer.on("error", () => {
      if (!this.isStopped) void informer.start();
    });
    await informer.start();
    this.informers.push(informer);
  }
}

const nameOf = ({ metadata }: V1Pod | V1Service): { name: string; namespace: string } => ({
  name: metadata?.name ?? "",
  namespace: metadata?.namespace ?? "",
});

const isReady = ({ status }: V1Pod): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false;

function running(): object {
  const now = new Date().toISOString();
  const conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) => ({
    type,
    status: "True",
    lastTransitionTime: now,
  }));
  return { phase: "Running", startTime: now, conditions };
}

/** An address of the cluster's range, another one for each Service. */
function addressFor({ loadBalancers }: ClusterPlan, { spec }: V1Service): string {
  const [first = ""] = loadBalancers.split("-");
  const last = spec?.clusterIP?.split(".").at(-1) ?? "0";
  return first.replace(/\.\d+$/, `.${last}`);
}
