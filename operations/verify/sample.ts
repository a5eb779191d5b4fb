import { setTimeout as delay } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import { rootConfigMap, systemNamespace, type MeshPlan } from "../../topology";
import { isPresent, KubernetesError, type ClusterClient } from "../../access";
import { proxyContainer } from "../../preflight";
import { ownerOfThisProcess } from "./owner";
import { notReadyWords } from "./pod-readiness";
import { allowsByPolicyAlone } from "./root-policies";
import {
  clientAnnotationsIn,
  clientName,
  helloworldName,
  helloworldPodName,
  helloworldPort,
  namespaceManifest,
  pullSecretManifest,
  sampleManifests,
  sharedHostOf,
  type Manifest,
  type PullSecretContent,
  type SampleImages,
} from "./sample-manifests";
import { newSampleNamespace, removeNamespace } from "./sample-namespace";

/** istiod writes its roots into every namespace; a pod that comes earlier waits seconds for its next try to mount them. */
const rootConfigMapTimeoutMs = 10_000;

const pollMs = 100;

/** What the sample needs to know. */
export interface SampleOptions {
  readonly plan: MeshPlan;
  readonly clients: ReadonlyMap<string, ClusterClient>;
  readonly images: SampleImages;
  /** Labels by which a cluster's pods get sidecars. Default, and for undefined: `istio-injection: enabled`. */
  readonly injection?: (cluster: string) => Readonly<Record<string, string>> | undefined;
}

/**
 * Istio's helloworld with a client, in a namespace of its own that has the same name in every cluster. Each cluster has
 * another version, so that an answer tells where it came from.
 */
export class Sample {
  readonly namespace = newSampleNamespace();
  private readonly deployments = new Map<string, Promise<void>>();
  private readonly touched = new Set<string>();
  private removing = false;

  constructor(private readonly options: SampleOptions) {}

  /** The version that a cluster's helloworld answers with: v1 for the first cluster by name, and so on. */
  versionOf(cluster: string): string {
    const index = this.options.plan.clusters.findIndex((candidate) => candidate.name === cluster);
    if (index < 0) throw new RangeError(`no cluster ${cluster}`);
    return `v${index + 1}`;
  }

  /** The cluster whose helloworld gave an answer; undefined where it is none of the sample's. */
  clusterAnswering(answer: string): string | undefined {
    const version = versionIn(answer);
    return this.options.plan.clusters.find(({ name }) => this.versionOf(name) === version)?.name;
  }

  /** What the clients call. */
  get url(): string {
    return `http://${helloworldName}.${this.namespace}:${helloworldPort}/hello`;
  }

  /** Words of curl by which a cluster's client calls the helloworld of all clusters, where the URL alone does not say so. */
  hostHeader(cluster: string): readonly string[] {
    const host = sharedHostOf(this.options.plan, this.namespace, cluster);
    return host === undefined ? [] : ["-H", `Host: ${host}`];
  }

  /** Names of the pods in a cluster. */
  podsIn(cluster: string): readonly string[] {
    return [helloworldPodName(this.versionOf(cluster)), clientName];
  }

  /** Makes the sample in a cluster. What is there stays; after an error it may be asked again. */
  deploy(cluster: string): Promise<void> {
    const running = this.deployments.get(cluster);
    if (running !== undefined) return running;
    this.touched.add(cluster);
    const started = this.create(cluster).catch((error: unknown) => {
      this.deployments.delete(cluster);
      throw error;
    });
    this.deployments.set(cluster, started);
    return started;
  }

  /** What keeps the sample's pods in a cluster from being of use, in words; nothing when they are ready. */
  async troubles(cluster: string): Promise<string[]> {
    const pods = await this.client(cluster).list<V1Pod>(`/api/v1/namespaces/${this.namespace}/pods`);
    const troubles = this.podsIn(cluster).flatMap((name) => {
      const pod = pods.find((candidate) => candidate.metadata?.name === name);
      const trouble = pod === undefined ? "does not exist" : troubleOf(pod);
      return trouble === undefined ? [] : [`pod ${name} ${trouble}`];
    });
    return troubles.length === 0 ? [] : [...troubles, ...(await this.missingPullSecrets(cluster))];
  }

  /** Whether it is known at all depends on whether this user may read Secrets. */
  private async missingPullSecrets(cluster: string): Promise<string[]> {
    const client = this.client(cluster);
    const missing = await Promise.all(
      this.pullSecretsOf(cluster).map(async (name) => {
        const isThere = await isPresent(client, `/api/v1/namespaces/${this.namespace}/secrets/${name}`).catch(
          (error: unknown) => {
            if (error instanceof KubernetesError) return "not known";
            throw error;
          },
        );
        return isThere === false ? [name] : [];
      }),
    );
    const names = missing.flat().join(", ");
    if (names === "") return [];
    return [
      `by ${names} no image is pulled there: no such Secret is in the namespace, which is made for each run; ` +
        "write `sample.pullSecrets: copied`, or have something bring it into every namespace",
    ];
  }

  /**
   * Removes the sample from every cluster that it was made in, and waits until its pods are gone. The empty namespaces go
   * by themselves: Kubernetes begins with that after five seconds, and nobody needs to wait for it.
   * @returns What kept it from that, in words; nothing when all went well.
   */
  async remove(): Promise<string[]> {
    this.removing = true;
    await Promise.allSettled(this.deployments.values());
    const removals = await Promise.allSettled(
      [...this.touched].map((cluster) => removeNamespace(this.client(cluster), this.namespace)),
    );
    return removals.flatMap((removal) => (removal.status === "rejected" ? [messageOf(removal.reason)] : []));
  }

  private async create(cluster: string): Promise<void> {
    const client = this.client(cluster);
    const [isDeniedByDefault] = await Promise.all([
      allowsByPolicyAlone(client),
      this.apply(
        client,
        namespaceManifest(this.namespace, ownerOfThisProcess(), this.options.plan, this.options.injection?.(cluster)),
      ),
    ]);
    const pullSecrets = this.pullSecretsOf(cluster);
    const sharedHost = sharedHostOf(this.options.plan, this.namespace, cluster);
    if (this.options.plan.sample.pullSecrets === "copied") {
      await Promise.all(pullSecrets.map((name) => this.copyPullSecret(client, name)));
    }
    const [pods, others] = partition(
      sampleManifests(this.namespace, this.versionOf(cluster), this.options.images, {
        pullSecrets,
        clientAnnotations: clientAnnotationsIn(this.options.plan),
        ...(sharedHost === undefined ? {} : { sharedHost }),
        ...(isDeniedByDefault ? { calls: "allowed by policy" } : {}),
      }),
      (manifest) => manifest.path.endsWith("/pods"),
    );
    await Promise.all([
      ...others.map((manifest) => this.apply(client, manifest)),
      untilPresent(client, `/api/v1/namespaces/${this.namespace}/configmaps/${rootConfigMap}`),
    ]);
    await Promise.all(pods.map((manifest) => this.apply(client, manifest)));
  }

  /** Those of the cluster, and those that its istiod names for every sidecar. */
  private pullSecretsOf(cluster: string): string[] {
    const { plan } = this.options;
    const site = plan.clusters.find(({ name }) => name === cluster);
    const controlPlane = plan.controlPlanes.find(({ name }) => name === site?.controlPlane);
    return [...new Set([...(site?.imagePullSecrets ?? []), ...(controlPlane?.imagePullSecrets ?? [])])];
  }

  private async copyPullSecret(client: ClusterClient, name: string): Promise<void> {
    const content = await client.get<PullSecretContent>(`/api/v1/namespaces/${systemNamespace}/secrets/${name}`);
    await this.apply(client, pullSecretManifest(this.namespace, name, content));
  }

  private async apply(client: ClusterClient, manifest: Manifest): Promise<void> {
    if (this.removing) throw new Error("the sample is being removed");
    await client.create(manifest.path, manifest.object).catch((error: unknown) => {
      // Ours, of an earlier try: the namespace's name is this run's alone.
      if (!(error instanceof KubernetesError && error.status === 409)) throw error;
    });
  }

  private client(cluster: string): ClusterClient {
    const client = this.options.clients.get(cluster);
    if (client === undefined) throw new RangeError(`no cluster ${cluster}`);
    return client;
  }
}

/** The version in an answer of helloworld; nothing when it is not helloworld's. */
export function versionIn(answer: string): string | undefined {
  return /^Hello version: ([^,\s]+),/.exec(answer)?.[1];
}

async function untilPresent(client: ClusterClient, path: string): Promise<void> {
  const deadline = performance.now() + rootConfigMapTimeoutMs;
  while (!(await isPresent(client, path))) {
    if (performance.now() > deadline) throw new Error(`${path} is not there after ${rootConfigMapTimeoutMs / 1000} s`);
    await delay(pollMs);
  }
}

/** Why a pod is of no use, as the end of a sentence about it. */
function troubleOf(pod: V1Pod): string | undefined {
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  if (!containers.some((container) => container.name === proxyContainer)) return "has no sidecar";
  return notReadyWords(pod);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function partition<T>(items: readonly T[], first: (item: T) => boolean): [T[], T[]] {
  return [items.filter(first), items.filter((item) => !first(item))];
}
