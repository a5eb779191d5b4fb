import type { V1Deployment, V1MutatingWebhookConfiguration } from "@kubernetes/client-node";
import { asMapping, readYaml, type ClusterClient } from "../../../access";
import { istiodContainer, systemNamespace } from "../../../topology";
import { meshConfigMaps } from "../../doctor";

/** What a cluster says of how its istiod was installed, as far as the sample goes by it. Plain data, without a secret. */
export interface FoundSettings {
  /** The mesh's configuration by which its pods are injected, from a ConfigMap; empty where there is none. */
  readonly meshConfig: Readonly<Record<string, unknown>>;
  /** Where istiod's image is from: `docker.io/istio` of `docker.io/istio/pilot:1.31.1`; undefined without an istiod. */
  readonly hub?: string;
  /** What istiod was told of the domain of Services; undefined where that is nothing. */
  readonly clusterDomain?: string;
  /** Labels by which pods of a namespace get sidecars. */
  readonly injection: Readonly<Record<string, string>>;
}

const usualInjection = { "istio-injection": "enabled" } as const;

/** Reads them. Changes nothing. @throws KubernetesError where one may not be read. */
export async function readFoundSettings(client: Pick<ClusterClient, "list">): Promise<FoundSettings> {
  const [configurations, deployments, injectors] = await Promise.all([
    meshConfigMaps(client),
    client.list<V1Deployment>(`/apis/apps/v1/namespaces/${systemNamespace}/deployments`, {
      labelSelector: "app=istiod",
    }),
    client.list<V1MutatingWebhookConfiguration>("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", {
      labelSelector: "app=sidecar-injector",
    }),
  ]);
  const injection = injectionOf(injectors.flatMap(({ metadata }) => (metadata === undefined ? [] : [metadata])));
  const configuration =
    configurations.find(({ revision }) => revision === injection["istio.io/rev"]) ?? configurations[0];
  const read = readYaml(configuration?.data["mesh"] ?? "");
  const containers = deployments.flatMap(({ spec }) => spec?.template.spec?.containers ?? []);
  const istiod = containers.find(({ name }) => name === istiodContainer);
  const hub = istiod?.image === undefined ? undefined : /^(.+)\/[^/]+$/.exec(istiod.image)?.[1];
  const clusterDomain = domainAmong(istiod?.args ?? []);
  return {
    meshConfig: asMapping("content" in read ? read.content : undefined) ?? {},
    ...(hub === undefined ? {} : { hub }),
    ...(clusterDomain === undefined ? {} : { clusterDomain }),
    injection,
  };
}

function domainAmong(args: readonly string[]): string | undefined {
  const place = args.indexOf("--domain");
  return place < 0 ? undefined : args[place + 1];
}

/**
 * `istio-injection` is for the revision `default`, or for the one that the tag of that name leads to; any other is named
 * (istio.io, Canary Upgrades). Pure.
 */
export function injectionOf(
  injectors: readonly { readonly labels?: Readonly<Record<string, string>> }[],
): Readonly<Record<string, string>> {
  const names = injectors.flatMap(({ labels = {} }) => labels["istio.io/tag"] ?? labels["istio.io/rev"] ?? "default");
  const [first = "default"] = names.toSorted();
  return names.includes("default") || first === "default" ? usualInjection : { "istio.io/rev": first };
}
