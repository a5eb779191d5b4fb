import { mergeValues, type ClusterPlan, type HelmValues } from "../../topology";

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
 * Values of the `gateway` chart for an east-west gateway. The chart makes no Service: ours comes before the pods, so that
 * the load balancer works while istiod starts. The gateway sees only endpoints of its own network.
 */
export function eastWestGatewayValues(cluster: ClusterPlan): HelmValues {
  const { imagePullSecrets } = cluster;
  return mergeValues(
    {
      // Injection adds those of its istiod, which may run in another cluster.
      ...(imagePullSecrets.length === 0 ? {} : { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
      service: { type: "None" },
      env: { ISTIO_META_REQUESTED_NETWORK_VIEW: cluster.network },
      readinessProbe,
    },
    cluster.values.gateway,
  );
}
