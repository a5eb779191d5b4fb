import { randomBytes } from "node:crypto";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "../api-server";
import type { ClusterPlan } from "../plan";

const namespace = "metallb-system";

/** Where the workloads are found in the API. */
export const metalLbController = `/apis/apps/v1/namespaces/${namespace}/deployments/controller`;
export const metalLbSpeaker = `/apis/apps/v1/namespaces/${namespace}/daemonsets/speaker`;

/** A manifest that is not the one that we know how to change. */
export class ManifestError extends Error {}

/**
 * MetalLB's own manifest (metallb-native.yaml of v0.13.12), with the lab's images and without its webhooks: they only
 * check what we write ourselves, and their certificates cost half a minute of the start.
 */
export function metalLb(manifest: string): KubernetesObject[] {
  const objects = parseAllDocuments(manifest).map((document) => document.toJS() as KubernetesObject | null);
  return objects.filter((object) => object !== null).flatMap(adapt);
}

function adapt(object: KubernetesObject): KubernetesObject[] {
  switch (`${object.kind}/${object.metadata.name}`) {
    case "ValidatingWebhookConfiguration/metallb-webhook-configuration":
    case "Service/webhook-service":
    case "Secret/webhook-server-cert":
      return [];
    case "Deployment/controller":
      return [adaptWorkload(object, "lab.local/metallb-controller:lab", ["--webhook-mode=disabled"])];
    case "DaemonSet/speaker":
      return [adaptWorkload(object, "lab.local/metallb-speaker:lab", [])];
    default:
      return object.kind === "CustomResourceDefinition" ? [withoutConversion(object)] : [object];
  }
}

interface Workload extends KubernetesObject {
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}

interface PodSpec {
  readonly containers: readonly {
    readonly args: readonly string[];
    readonly readinessProbe: object;
    readonly volumeMounts: readonly { readonly name: string }[];
  }[];
  readonly volumes: readonly { readonly name: string }[];
  readonly tolerations?: readonly object[];
}

function adaptWorkload(object: KubernetesObject, image: string, args: readonly string[]): KubernetesObject {
  const workload = object as Workload;
  const pod = workload.spec.template.spec;
  const [container] = pod.containers;
  if (container === undefined)
    throw new ManifestError(`${object.metadata.name} of MetalLB's manifest has no container`);
  const adapted = {
    ...container,
    image,
    imagePullPolicy: "Never",
    args: [...container.args, ...args],
    volumeMounts: container.volumeMounts.filter(({ name }) => name !== "cert"),
    // The manifest's first look comes after ten seconds.
    readinessProbe: { ...container.readinessProbe, initialDelaySeconds: 0, periodSeconds: 1 },
  };
  const spec = {
    ...pod,
    containers: [adapted],
    volumes: pod.volumes.filter(({ name }) => name !== "cert"),
    tolerations: [{ operator: "Exists" }],
  };
  return { ...workload, spec: { ...workload.spec, template: { ...workload.spec.template, spec } } };
}

/** With one stored version there is nothing to convert, and nobody who would. */
function withoutConversion(definition: KubernetesObject): KubernetesObject {
  return { ...definition, spec: { ...(definition["spec"] as object), conversion: { strategy: "None" } } };
}

/** The speaker mounts it; the controller would make it, but only after its own start. */
export function memberList(): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "memberlist", namespace },
    stringData: { secretkey: randomBytes(128).toString("base64") },
  };
}

/** The addresses that the cluster's LoadBalancer Services get, announced on the node's interface into the lab. */
export function addressPool(cluster: ClusterPlan): KubernetesObject[] {
  return [
    {
      apiVersion: "metallb.io/v1beta1",
      kind: "IPAddressPool",
      metadata: { name: "lab", namespace },
      spec: { addresses: cluster.families.map(({ loadBalancers }) => loadBalancers) },
    },
    {
      apiVersion: "metallb.io/v1beta1",
      kind: "L2Advertisement",
      metadata: { name: "lab", namespace },
      spec: { ipAddressPools: ["lab"], interfaces: ["eth0"] },
    },
  ];
}
