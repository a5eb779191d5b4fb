import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { ApiServerError, isPassing, objectPath, type ApiServer, type KubernetesObject } from "../api-server";
import type { ClusterPlan } from "../plan";
import { pollUntil } from "../wait";
import { coreDns } from "./coredns";
import { addressPool, memberList, metalLb } from "./metallb";

/** What runs in every cluster of the lab. */
export interface Addons {
  readonly objects: readonly KubernetesObject[];
  /** Made once and then left alone: it holds a random key. */
  readonly memberList: KubernetesObject;
  /** Their definitions come with `objects`, and take a moment to be known to the API server. */
  readonly customObjects: readonly KubernetesObject[];
  readonly digest: string;
}

let parsedManifest: { file: string; objects: readonly KubernetesObject[] } | undefined;

/** @param metallbManifest MetalLB's manifest as a file. */
export async function addonsOf(cluster: ClusterPlan, metallbManifest: string): Promise<Addons> {
  if (parsedManifest?.file !== metallbManifest) {
    parsedManifest = { file: metallbManifest, objects: metalLb(await readFile(metallbManifest, "utf8")) };
  }
  const objects = [...parsedManifest.objects, ...coreDns(cluster)];
  const customObjects = addressPool(cluster);
  const digest = createHash("sha256")
    .update(JSON.stringify([objects, customObjects]))
    .digest("hex")
    .slice(0, 16);
  return { objects, memberList: memberList(), customObjects, digest };
}

const markPath = "/api/v1/namespaces/kube-system/configmaps/isthmus-lab-addons";

/** @returns whether these very addons have been applied to the end. */
export async function areApplied(addons: Addons, api: ApiServer): Promise<boolean> {
  const mark = (await api.read(markPath)) as { data?: { digest?: string } } | undefined;
  return mark?.data?.digest === addons.digest;
}

/** Applies the addons: namespaces first, then the rest side by side, what needs a definition last. */
export async function applyAddons(addons: Addons, api: ApiServer, signal?: AbortSignal): Promise<void> {
  const isNamespace = ({ kind }: KubernetesObject) => kind === "Namespace";
  const retried = (object: KubernetesObject) => applyWhenKnown(object, api, signal);
  await Promise.all(addons.objects.filter(isNamespace).map(retried));
  if ((await api.read(objectPath(addons.memberList))) === undefined) await api.apply(addons.memberList);
  await Promise.all(addons.objects.filter((object) => !isNamespace(object)).map(retried));
  await Promise.all(addons.customObjects.map(retried));
  await api.apply({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "isthmus-lab-addons", namespace: "kube-system" },
    data: { digest: addons.digest },
  });
}

/** An API server that has just started knows some things only a moment later: kube-system, priority classes, new kinds. */
async function applyWhenKnown(object: KubernetesObject, api: ApiServer, signal?: AbortSignal): Promise<void> {
  const timeoutMs = 30_000;
  const deadline = performance.now() + timeoutMs;
  await pollUntil(
    async () => {
      try {
        await api.apply(object);
        return true;
      } catch (error) {
        const address = heldAddressOf(error);
        if (address !== undefined) await releaseOrphan(address, object, api);
        else if (!isUnknown(error) && !isPassing(error)) throw error;
        if (performance.now() < deadline) return false;
        throw error;
      }
    },
    {
      what: `${object.kind} ${object.metadata.name} to be accepted`,
      timeoutMs: 2 * timeoutMs,
      intervalMs: 100,
      signal,
    },
  );
}

const isUnknown = (error: unknown): boolean =>
  error instanceof ApiServerError && (error.status === 403 || error.status === 404);

/** The address that a Service was refused because it is taken. */
function heldAddressOf(error: unknown): string | undefined {
  if (!(error instanceof ApiServerError) || error.status !== 422) return undefined;
  return /failed to allocate IP (\S+): provided IP is already allocated/.exec(error.message)?.[1];
}

/**
 * Gives back the address of a Service that was never stored: an API server whose client is killed between the two
 * leaves it taken until its repair loop comes by, some minutes later.
 */
async function releaseOrphan(address: string, service: KubernetesObject, api: ApiServer): Promise<void> {
  const path = `/apis/networking.k8s.io/v1/ipaddresses/${address}`;
  const held = (await api.read(path)) as { spec?: { parentRef?: { namespace?: string; name?: string } } } | undefined;
  const { name, namespace } = held?.spec?.parentRef ?? {};
  const isOwn = name === service.metadata.name && namespace === service.metadata.namespace;
  if (isOwn && (await api.read(objectPath(service))) === undefined) await api.remove(path);
}
