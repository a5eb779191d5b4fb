import type {
  V1ConfigMap,
  V1LabelSelector,
  V1MutatingWebhookConfiguration,
  V1Namespace,
} from "@kubernetes/client-node";
import { below, getIfThere, KubernetesError, readYaml, type ClusterClient } from "../../access";
import { asText } from "../../access/mapping";
import {
  isInjecting,
  type CertificateSeen,
  type ClusterSnapshot,
  type MeshConfigSeen,
  type WebhookSeen,
} from "../../diagnosis";
import { identityFrom } from "../../preflight";
import { matchesLabels, networkLabel, rootConfigMap, systemNamespace, type Labels } from "../../topology";
import { certificatesIn } from "../../trust";
import { fingerprintsInData, seen } from "./certificates-seen";
import { distributionIn } from "./localities-seen";

/** Labels of a namespace that Istio goes by. */
const keptLabels: readonly string[] = [networkLabel, "istio-injection", "istio.io/rev"];

/**
 * Namespaces of some names, as far as they are there, and all that ask for sidecars; and of which mesh the one of the control
 * plane says to be.
 */
export async function namespacesSeen(
  client: Pick<ClusterClient, "list">,
  names: readonly string[],
): Promise<Pick<ClusterSnapshot, "namespaces" | "membership">> {
  const found = await client.list<V1Namespace>("/api/v1/namespaces");
  const system = found.find(({ metadata }) => metadata?.name === systemNamespace);
  return {
    namespaces: found
      .map(({ metadata }) => ({
        name: metadata?.name ?? "",
        labels: Object.fromEntries(
          Object.entries(metadata?.labels ?? {}).filter(([label]) => keptLabels.includes(label)),
        ),
      }))
      .filter(({ labels, name }) => names.includes(name) || isInjecting(labels)),
    ...membershipBy(system?.metadata?.annotations),
  };
}

function membershipBy(annotations: Readonly<Record<string, string>> | undefined): Pick<ClusterSnapshot, "membership"> {
  const { cluster, mesh } = identityFrom(annotations);
  return mesh === undefined ? {} : { membership: { mesh, ...(cluster === undefined ? {} : { cluster }) } };
}

/** The ConfigMaps by which istiods know their mesh: `istio`, and `istio-<revision>` for those with a revision. */
export async function meshConfigMaps(client: Pick<ClusterClient, "list">): Promise<readonly MeshConfigMap[]> {
  const found = await client.list<V1ConfigMap>(`/api/v1/namespaces/${systemNamespace}/configmaps`);
  return found.flatMap(({ data = {}, metadata }) => {
    const [, revision] = /^istio(?:-(.+))?$/.exec(metadata?.name ?? "") ?? [undefined, undefined];
    const isMeshs = metadata?.name === "istio" || (revision !== undefined && data["mesh"] !== undefined);
    return isMeshs ? [{ data, ...(revision === undefined ? {} : { revision }) }] : [];
  });
}

/** A ConfigMap by which istiods know their mesh. */
interface MeshConfigMap {
  /** Of the istiods that go by it; left out for those without one. */
  readonly revision?: string;
  readonly data: Readonly<Record<string, string>>;
}

/** What the mesh's configuration in a cluster says of whose it is. */
export async function meshConfigsSeen(
  client: Pick<ClusterClient, "list">,
): Promise<Required<Pick<ClusterSnapshot, "meshConfig" | "revisionMeshConfigs">>> {
  const found = await meshConfigMaps(client);
  const own = found.find(({ revision }) => revision === undefined);
  return {
    meshConfig: own === undefined ? "none" : meshConfigIn(own),
    revisionMeshConfigs: found.flatMap((one) =>
      one.revision === undefined ? [] : [{ revision: one.revision, ...meshConfigIn(one) }],
    ),
  };
}

function meshConfigIn({ data }: MeshConfigMap): MeshConfigSeen {
  const read = readYaml(data["mesh"] ?? "");
  const content = "content" in read ? read.content : undefined;
  const meshId = asText(below(content, "defaultConfig", "meshId"));
  const trustDomain = asText(below(content, "trustDomain"));
  const aliases = below(content, "trustDomainAliases");
  const trustDomainAliases = (Array.isArray(aliases) ? aliases : []).flatMap((alias) => asText(alias) ?? []);
  return {
    ...(meshId === undefined ? {} : { meshId }),
    ...(trustDomain === undefined ? {} : { trustDomain }),
    ...(trustDomainAliases.length === 0 ? {} : { trustDomainAliases }),
    ...distributionIn(below(content, "localityLbSetting")),
  };
}

/** The roots that istiod has published in the system namespace. */
export async function publishedRootsSeen(client: Pick<ClusterClient, "get">): Promise<CertificateSeen[]> {
  const path = `/api/v1/namespaces/${systemNamespace}/configmaps/${rootConfigMap}`;
  const found = await getIfThere<V1ConfigMap>(client, path);
  return seen(certificatesIn(found?.data?.["root-cert.pem"] ?? ""));
}

/** Both kinds of webhooks, as far as they are alike. */
type WebhookConfiguration = Pick<V1MutatingWebhookConfiguration, "metadata" | "webhooks">;

/** Collections of webhooks, and the label `app` by which Istio's charts know theirs. */
const webhookCollections = [
  { kind: "injector", collection: "mutatingwebhookconfigurations", app: "sidecar-injector" },
  { kind: "validator", collection: "validatingwebhookconfigurations", app: "istiod" },
] as const;

/**
 * The webhooks by which an istiod is asked.
 * @param names Of the namespaces of the mesh's workloads; those that ask for sidecars count as well.
 */
export async function webhooksSeen(
  client: Pick<ClusterClient, "list">,
  names: readonly string[],
): Promise<WebhookSeen[]> {
  const namespaces = (await client.list<V1Namespace>("/api/v1/namespaces")).filter(
    ({ metadata }) => names.includes(metadata?.name ?? "") || isInjecting(metadata?.labels ?? {}),
  );
  const found = await Promise.all(
    webhookCollections.map(async ({ app, collection, kind }) => {
      const path = `/apis/admissionregistration.k8s.io/v1/${collection}`;
      const configurations = await client.list<WebhookConfiguration>(path, { labelSelector: `app=${app}` });
      return configurations.flatMap(({ metadata, webhooks = [] }) =>
        webhooks.map(
          ({ clientConfig, failurePolicy = "Fail", name, namespaceSelector, objectSelector }): WebhookSeen => {
            const { caBundle, service } = clientConfig;
            return {
              kind,
              configuration: metadata?.name ?? "",
              name,
              failurePolicy,
              ...(service === undefined ? {} : { service: { namespace: service.namespace, name: service.name } }),
              namespaces: namespaces
                // A pod without labels of its own is what counts.
                .filter(
                  ({ metadata }) => matches(namespaceSelector, metadata?.labels ?? {}) && matches(objectSelector, {}),
                )
                .map(({ metadata }) => metadata?.name ?? ""),
              authorities: fingerprintsInData(caBundle),
            };
          },
        ),
      );
    }),
  );
  return found.flat();
}

/** Whether a selector of Kubernetes takes labels; none takes all. */
function matches(
  { matchExpressions, matchLabels }: Pick<V1LabelSelector, "matchExpressions" | "matchLabels"> = {},
  labels: Labels,
): boolean {
  return matchesLabels(
    {
      ...(matchExpressions === undefined ? {} : { matchExpressions }),
      ...(matchLabels === undefined ? {} : { matchLabels }),
    },
    labels,
  );
}

/** Objects of a kind of Istio's; none where the cluster does not know the kind. */
export async function istioObjects<T>(client: Pick<ClusterClient, "list">, path: string): Promise<readonly T[]> {
  try {
    return await client.list<T>(path);
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 404) return [];
    throw error;
  }
}
