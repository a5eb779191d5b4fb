import type { ClusterRule } from "../comparison";
import { differing } from "../differing";
import type { ChangeId } from "../model";

/** Values of the gateway's chart that its pods do not have: how many there are, and what stands beside them. */
const besidePods =
  /^values\.(_internal_defaults_do_not_set\.)?(replicaCount|autoscaling|podDisruptionBudget|service|rbac|revisionHistoryLimit|minReadySeconds)\b/;

/** What its pods have: where the chart comes from, its version, which their labels name, and its values. */
const ofPods = /^(version|chart|repositoryOpts|values)(\.|\[|$)/;

/** Changes that are told with what they mean for all calls; calls in flight are the least of it. */
const toldWorse: readonly ChangeId[] = ["network", "control-plane", "mesh-id", "trust-domain", "renamed"];

/**
 * Pods of an east-west gateway that are made anew one after the other. The gateway passes connections on without looking
 * into them, so it can ask no client to open another one: those that are open when a pod ends are torn, with the calls in
 * flight on them. A longer drain does not help, fewer calls on a connection do (istio/istio#48138).
 */
export const gatewayPods: ClusterRule = ({ step: stepOf, told }) => {
  const step = stepOf("east-west gateway");
  if (step?.op !== "update" || !step.type.endsWith(":Release")) return [];
  if (toldWorse.some((id) => told.has(id))) return [];
  if (!differing(step).some(({ path }) => ofPods.test(path) && !besidePods.test(path))) return [];
  return [
    {
      risk: {
        id: "gateway-pods-replaced",
        severity: "medium",
        traffic: "not-interrupted",
        words:
          "the pods of its east-west gateway are made anew, one after the other: calls from other networks that are in flight " +
          "on a connection through one that ends are lost (503, connection termination).",
        advice:
          "Change it in a quiet hour, or give what is called across networks a DestinationRule with `maxRequestsPerConnection`.",
      },
      explains: [],
    },
  ];
};
