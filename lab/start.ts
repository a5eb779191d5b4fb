import { mkdir } from "node:fs/promises";
import { addonsOf, applyAddons, areApplied } from "./addons";
import { ApiServer, isPassing } from "./api-server";
import { makePodsGroup } from "./cgroup";
import { ensureCertificates, type ClusterCertificates } from "./certificates";
import type { Cluster, ComponentName } from "./cluster";
import { apiServer, controllerManager, etcd, healthUrls, scheduler } from "./control-plane";
import { ensureImageRoot, ensureImages, type ImageStore } from "./image-store";
import { ensureClusterMounts } from "./mounts";
import { ensureClusterNetwork } from "./network";
import { containerd, isContainerdReady, kubelet, kubeProxy } from "./node";
import { checkAlive, ComponentError, ensureComponent, lastLines, type Component } from "./process";
import { isHealthy, isKubeProxyReady, isNodeReady, isWorkloadReady, workloads } from "./readiness";
import type { Report } from "./progress";
import { pollUntil, TimeoutError } from "./wait";

/** Far beyond what any machine needs; a component that ends is noticed at once. */
const patienceMs = 180_000;

/** Brings one cluster up, or what of it is missing. @returns whether anything had to be started. */
export async function startCluster(
  cluster: Cluster,
  certificates: ClusterCertificates,
  store: ImageStore,
  report: Report,
  signal?: AbortSignal,
): Promise<boolean> {
  const start = new ClusterStart(cluster, store, report, signal);
  return await start.run(certificates);
}

/** Makes what must be there before any component starts. */
export async function prepareCluster(cluster: Cluster): Promise<ClusterCertificates> {
  const { plan, paths, toolbox } = cluster;
  for (const directory of [paths.configuration, paths.etcd, paths.logs, paths.run]) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  }
  const [certificates] = await Promise.all([
    ensureCertificates(plan, paths.certificates),
    ensureClusterNetwork(plan, toolbox.bin),
    ensureClusterMounts(plan),
    makePodsGroup(plan.name),
  ]);
  return certificates;
}

class ClusterStart {
  readonly #running: Component[] = [];
  #started = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly store: ImageStore,
    private readonly report: Report,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async run(certificates: ClusterCertificates): Promise<boolean> {
    const { plan } = this.cluster;
    const api = new ApiServer(plan.apiServer, certificates.authority, certificates.admin);
    try {
      if (plan.nodes === "none") {
        await this.#startControlPlane(certificates, api);
        await this.#waitForControllers(certificates);
        return this.#started;
      }
      const runtime = this.#startRuntime();
      await Promise.all([runtime, this.#startKubernetes(certificates, api, runtime)]);
      this.report({ detail: "waiting for CoreDNS and MetalLB" });
      await this.#waitForControllers(certificates);
      for (const workload of workloads) {
        await this.#waitFor(workload.name, () => isWorkloadReady(workload, api), "kubelet");
      }
    } finally {
      api.close();
    }
    return this.#started;
  }

  async #startKubernetes(certificates: ClusterCertificates, api: ApiServer, runtime: Promise<void>): Promise<void> {
    await this.#startControlPlane(certificates, api);
    await Promise.all([this.#startNode(certificates, api, runtime), this.#installAddons(api)]);
  }

  async #startControlPlane(certificates: ClusterCertificates, api: ApiServer): Promise<void> {
    this.report({ detail: "starting etcd and the API server" });
    await this.#ensure(etcd(this.cluster));
    await this.#ensure(apiServer(this.cluster));
    await this.#waitFor("the API server", () => api.isReady(), "kube-apiserver");
    await this.#ensure(await controllerManager(this.cluster, certificates));
    if (this.cluster.plan.nodes === "one") await this.#ensure(await scheduler(this.cluster, certificates));
  }

  async #waitForControllers({ authority }: ClusterCertificates): Promise<void> {
    for (const [component, url] of healthUrls(this.cluster)) {
      await this.#waitFor(`${url} to answer`, () => isHealthy(url, authority), component);
    }
  }

  async #startRuntime(): Promise<void> {
    const { toolbox, paths } = this.cluster;
    await ensureImageRoot(this.store, paths.containerd);
    await this.#ensure(await containerd(this.cluster));
    await this.#waitFor("containerd", () => isContainerdReady(this.cluster), "containerd");
    await ensureImages(this.store, toolbox, paths.containerd, paths.containerdSocket);
  }

  async #startNode(certificates: ClusterCertificates, api: ApiServer, runtime: Promise<void>): Promise<void> {
    const { plan } = this.cluster;
    await runtime;
    this.report({ detail: "waiting for the node" });
    const startMs = Date.now();
    const fresh = await this.#ensure(await kubelet(this.cluster, certificates));
    await this.#ensure(await kubeProxy(this.cluster, certificates));
    await this.#waitFor("its node to be Ready", () => isNodeReady(plan, api, fresh ? startMs : 0), "kubelet");
    await this.#waitFor("kube-proxy", () => isKubeProxyReady(plan), "kube-proxy");
  }

  async #installAddons(api: ApiServer): Promise<void> {
    const addons = await addonsOf(this.cluster.plan, this.cluster.toolbox.metallbManifest);
    const install = async () => {
      const present = await Promise.all(workloads.map(async ({ path }) => (await api.read(path)) !== undefined));
      if (present.every((there) => there) && (await areApplied(addons, api))) return true;
      this.#started = true;
      await applyAddons(addons, api, this.signal);
      return true;
    };
    await this.#waitFor("CoreDNS and MetalLB to be accepted", install, "kube-apiserver");
  }

  async #ensure(component: Component): Promise<boolean> {
    this.signal?.throwIfAborted();
    const started = await ensureComponent(component);
    this.#running.push(component);
    this.#started ||= started;
    return started;
  }

  /** Waits while all components are alive. @param blame whose last lines explain it when the wait is in vain. */
  async #waitFor(what: string, condition: () => Promise<boolean>, blame: ComponentName): Promise<void> {
    let lastError: Error | undefined;
    try {
      await pollUntil(
        async () => {
          for (const component of this.#running) await checkAlive(component);
          return await condition().catch((error: unknown) => {
            if (!isPassing(error)) throw error;
            lastError = error as Error;
            return false;
          });
        },
        { what, timeoutMs: patienceMs, signal: this.signal },
      );
    } catch (error) {
      const component = this.#running.find(({ name }) => name === blame);
      if (!(error instanceof TimeoutError) || component === undefined) throw error;
      const last = lastError === undefined ? "" : ` (${lastError.message})`;
      throw new ComponentError(component, `is to blame: ${error.message}${last}`, await lastLines(component.log));
    }
  }
}
