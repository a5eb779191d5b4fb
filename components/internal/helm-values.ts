import type { ClusterPlan, IstioPlan, MeshPlan } from "../../topology";
import { mergeValues, type HelmValues } from "./merge-values";

/** Values of the `base` chart: Istio's CRDs, the reader account and the default validator. */
export function baseValues(istio: IstioPlan): HelmValues {
  return mergeValues({}, istio.values.base);
}

/** Values of the `istiod` chart of a primary (istio.io, "Install Multi-Primary on different networks"). */
export function istiodValues(plan: MeshPlan, cluster: ClusterPlan): HelmValues {
  return mergeValues(
    {
      global: {
        hub: plan.istio.hub,
        tag: plan.istio.tag,
        meshID: plan.id,
        network: cluster.network,
        multiCluster: { clusterName: cluster.name },
      },
      meshConfig: { trustDomain: plan.trustDomain },
    },
    plan.istio.values.istiod,
  );
}

/**
 * Readiness of a gateway, asked every second. Istio injects a period of 15 s: the first probe comes before Envoy has its
 * configuration, so that a gateway that is ready after two seconds takes traffic after fifteen. It is still taken out
 * after a minute of failures, as with Istio's 4 times 15 s (istiod chart, global.proxy.readinessFailureThreshold).
 */
const readinessProbe = {
  httpGet: { path: "/healthz/ready", port: 15021 },
  periodSeconds: 1,
  timeoutSeconds: 3,
  failureThreshold: 60,
} as const;

/**
 * Values of the `gateway` chart for an east-west gateway. `networkGateway` labels the Service, by which every istiod
 * finds the gateway of a network by itself: no address is copied from cluster to cluster.
 */
export function eastWestGatewayValues(istio: IstioPlan, cluster: ClusterPlan): HelmValues {
  return mergeValues({ networkGateway: cluster.network, readinessProbe }, istio.values.gateway);
}
