import type { V1Deployment } from "@kubernetes/client-node";
import { istiodContainer, systemNamespace } from "../../topology";
import type { ClusterClient } from "../../access";

const istiodSelector = { labelSelector: "app=istiod" };

/** Label in which a chart says which version it installs (istiod chart, `istio.labels`). */
const versionLabel = "app.kubernetes.io/version";

/** An istiod Deployment as it stands in a cluster. */
export interface StandingIstiod {
  readonly name: string;
  /** The tag of its image, else what its chart says; undefined where neither says any. */
  readonly version?: string;
  /** Replicas that there are to be. */
  readonly replicas: number;
  /** Those that are available. */
  readonly available: number;
}

/** The istiods of a cluster. Changes nothing. */
export async function istiodsIn(client: Pick<ClusterClient, "list">): Promise<StandingIstiod[]> {
  const path = `/apis/apps/v1/namespaces/${systemNamespace}/deployments`;
  return (await client.list<V1Deployment>(path, istiodSelector)).map(({ metadata, spec, status }) => {
    const image = spec?.template.spec?.containers.find(({ name }) => name === istiodContainer)?.image;
    const version = (image === undefined ? undefined : tagOf(image)) ?? metadata?.labels?.[versionLabel];
    return {
      name: metadata?.name ?? "",
      ...(version === undefined ? {} : { version }),
      replicas: spec?.replicas ?? 1,
      available: status?.availableReplicas ?? 0,
    };
  });
}

/** The tag of an image: `1.31.1` of `registry:5000/pilot:1.31.1@sha256:…`; undefined where it has none. Pure. */
export function tagOf(image: string): string | undefined {
  const [named = ""] = image.split("@");
  return /:([^:/]+)$/.exec(named)?.[1];
}
