import { systemNamespace } from "../../../topology";
import { seenClusters } from "../clusters";
import type { MeshFinding } from "../finding";
import type { MeshSnapshot } from "../snapshot";
import type { ServiceShapeSeen } from "../surroundings";

/** Where clients are told to call a Service of the mesh in plain text: gateways of other networks let no such call in. */
export function serviceTlsOff(snapshot: MeshSnapshot): MeshFinding[] {
  const isOnSeveralNetworks = new Set(snapshot.mesh.clusters.map(({ network }) => network)).size > 1;
  return seenClusters(snapshot).flatMap(({ facts, seen }) => {
    const { policies } = seen;
    if (policies === undefined || facts.configCluster !== facts.name) return [];
    const isStrict = policies.peerAuthentications.some(({ mode }) => mode === "STRICT");
    if (!isOnSeveralNetworks && !isStrict) return [];
    const rules = [
      ...policies.destinationRules.map(({ host, name, tlsMode = "" }) => ({
        namespace: systemNamespace,
        name,
        host,
        tlsMode,
      })),
      ...(policies.serviceRules ?? []),
    ];
    return rules
      .filter(({ host, namespace, tlsMode }) => tlsMode === "DISABLE" && isOfMesh(seen.services, host, namespace))
      .map(({ host, name, namespace, tlsMode }) => ({
        clusters: [facts.name],
        found: `clients are told to call ${host} in plain text: ${isStrict ? "its workloads take mutual TLS alone" : "calls to other networks fail"}`,
        proof: [`DestinationRule ${name} in ${namespace}: host ${host}, tls.mode ${tlsMode}`],
        fix: `Take trafficPolicy.tls out of it, or set its mode to ISTIO_MUTUAL: \`kubectl --namespace ${namespace} edit destinationrule ${name}\`.`,
      }));
  });
}

/** Whether a host is that of a Service whose pods get sidecars. A name without dots is of the rule's own namespace. */
export function isOfMesh(
  services: readonly Pick<ServiceShapeSeen, "name" | "namespace">[] | undefined,
  host: string,
  ruleNamespace: string,
): boolean {
  const [name = "", namespace = ruleNamespace, kind = "svc"] = host.split(".");
  return (
    kind === "svc" && services?.some((service) => service.name === name && service.namespace === namespace) === true
  );
}
