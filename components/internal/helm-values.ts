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
 * Values of the `gateway` chart for an east-west gateway. `networkGateway` labels the Service, by which every istiod
 * finds the gateway of a network by itself: no address is copied from cluster to cluster.
 */
export function eastWestGatewayValues(istio: IstioPlan, cluster: ClusterPlan): HelmValues {
  return mergeValues({ networkGateway: cluster.network }, istio.values.gateway);
}
