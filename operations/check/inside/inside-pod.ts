import { setTimeout as delay } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import { CommandFailed, getIfThere, KubernetesError, type ClusterClient } from "../../../access";
import { systemNamespace, type MeshPlan } from "../../../topology";
import {
  clientName,
  namespaceManifest,
  newSampleNamespace,
  notReadyWords,
  ownerOfThisProcess,
  removeNamespace,
  type PullSecretContent,
} from "../../verify";
import { insideManifests } from "./manifests";
import { callTimeoutSeconds, probedBy, type Probed } from "./probe";

/** An image may have to be pulled first. */
const readyTimeoutMs = 60_000;

const pollMs = 200;

/** Longer than a call takes, for the way to the pod and back. */
const execTimeoutMs = (callTimeoutSeconds + 7) * 1_000;

/** A pod of ours cannot be had in a cluster: why, in words. */
export class NoPodError extends Error {
  override readonly name = "NoPodError";
}

/** What a pod is made by. */
export interface InsidePodOptions {
  readonly plan: MeshPlan;
  readonly client: ClusterClient;
  /** An image with `curl` and `sleep`. */
  readonly image: string;
  /** Certificate authorities, PEM, by the names of the clusters whose API servers they are of. */
  readonly authorities: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

/** A pod in one cluster, in a namespace of its own, from which calls are made. */
export class InsidePod {
  private readonly namespace = newSampleNamespace();
  private isTouched = false;

  constructor(private readonly options: InsidePodOptions) {}

  /**
   * Makes the pod, and waits until it is ready.
   * @throws NoPodError where it cannot be had.
   */
  async start(): Promise<void> {
    const { authorities, client, image, plan } = this.options;
    try {
      this.isTouched = true;
      const { object, path } = namespaceManifest(this.namespace, ownerOfThisProcess(), plan, {
        "istio-injection": "disabled",
      });
      await client.create(path, object);
      const pullSecrets = await this.pullSecrets();
      for (const one of insideManifests({ namespace: this.namespace, image, authorities, pullSecrets })) {
        await client.create(one.path, one.object);
      }
      await this.untilReady();
    } catch (error) {
      if (error instanceof KubernetesError) throw new NoPodError(error.message, { cause: error });
      throw error;
    }
  }

  /** Runs curl in it. @throws KubernetesError */
  async call(command: readonly string[]): Promise<Probed> {
    this.options.signal.throwIfAborted();
    const target = { namespace: this.namespace, pod: clientName, container: clientName };
    try {
      await this.options.client.exec(target, command, execTimeoutMs);
      return { code: 0, words: "" };
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      return probedBy(error.reason);
    }
  }

  /** Removes all of it, whether or not it was ready. @throws Error where it does not go. */
  async remove(): Promise<void> {
    if (this.isTouched) await removeNamespace(this.options.client, this.namespace);
  }

  /** Those of the cluster: copied from where istiod's are to be, where the configuration says so and they are there. */
  private async pullSecrets(): Promise<ReadonlyMap<string, PullSecretContent | undefined>> {
    const { client, plan } = this.options;
    const site = [...plan.clusters, ...plan.externalControlPlanes].find(({ name }) => name === client.name);
    const found = (site?.imagePullSecrets ?? []).map(async (name): Promise<[string, PullSecretContent | undefined]> => {
      if (plan.sample.pullSecrets !== "copied") return [name, undefined];
      return [
        name,
        await getIfThere<PullSecretContent>(client, `/api/v1/namespaces/${systemNamespace}/secrets/${name}`),
      ];
    });
    return new Map(await Promise.all(found));
  }

  private async untilReady(): Promise<void> {
    const { client, signal } = this.options;
    const deadline = performance.now() + readyTimeoutMs;
    for (;;) {
      signal.throwIfAborted();
      const trouble = notReadyWords(await client.get<V1Pod>(`/api/v1/namespaces/${this.namespace}/pods/${clientName}`));
      if (trouble === undefined) return;
      if (performance.now() > deadline) throw new NoPodError(`pod ${clientName} ${trouble}`);
      await delay(pollMs);
    }
  }
}
