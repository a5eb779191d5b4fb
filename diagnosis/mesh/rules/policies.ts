import { denyingPolicies, peerAuthenticationName, systemNamespace } from "../../../topology";
import { seenClusters } from "../clusters";
import type { ClusterFacts } from "../facts";
import type { MeshFinding } from "../finding";
import type { AuthorizationPolicySeen, MeshSnapshot, PoliciesSeen } from "../snapshot";

/** Where mutual TLS is turned off for the whole mesh: no gateway can tell then where a call of another network goes. */
export function mutualTlsOff(snapshot: MeshSnapshot): MeshFinding[] {
  return policiesIn(snapshot).flatMap(({ cluster, policies: { peerAuthentications } }) =>
    peerAuthentications
      .filter(({ mode }) => mode === "DISABLE")
      .map(({ name }) => ({
        clusters: [cluster.name],
        found: "mutual TLS is turned off in the whole mesh: calls between networks fail, and others are in plain text",
        proof: [`PeerAuthentication ${name} in ${systemNamespace}: mode DISABLE`],
        fix:
          name === peerAuthenticationName
            ? "Run `isthmus drift --repair`, which puts the mesh's own back; how its workloads take calls is said by `mtls`."
            : `Remove it where it is not meant: \`kubectl --namespace ${systemNamespace} delete peerauthentication ${name}\`. How the mesh's workloads take calls is said by \`mtls\`.`,
      })),
  );
}

/** Where all workloads of a namespace take calls without mutual TLS alone: gateways of other networks pass nothing else. */
export function workloadsWithoutTls(snapshot: MeshSnapshot): MeshFinding[] {
  const isOnSeveralNetworks = new Set(snapshot.mesh.clusters.map(({ network }) => network)).size > 1;
  if (!isOnSeveralNetworks) return [];
  return seenClusters(snapshot).flatMap(({ facts, seen: { policies, services = [] } }) => {
    if (facts.configCluster !== facts.name) return [];
    return (policies?.plainNamespaces ?? [])
      .filter(({ namespace }) => services.some((service) => service.namespace === namespace))
      .map(({ name, namespace }) => ({
        clusters: [facts.name],
        found: `the workloads of ${namespace} take calls in plain text alone: those of other networks, which come by mutual TLS, fail`,
        proof: [`PeerAuthentication ${name} in ${namespace}: mode DISABLE`],
        fix: `Let it say PERMISSIVE, or remove it: \`kubectl --namespace ${namespace} delete peerauthentication ${name}\`.`,
      }));
  });
}

/** Where every call is denied. */
export function deniedCalls(snapshot: MeshSnapshot): MeshFinding[] {
  return policiesIn(snapshot).flatMap(({ cluster, policies: { authorizationPolicies } }) => {
    const inRoot = authorizationPolicies.filter(({ namespace }) => namespace === systemNamespace);
    // The gateway takes calls by what the root namespace allows alone.
    const beside = cluster.eastWestGateway === undefined ? authorizationPolicies : inRoot;
    return denyingPolicies(inRoot, beside).map(({ action, name }) => ({
      clusters: [cluster.name],
      found:
        action === "DENY"
          ? "a policy denies every call in the whole mesh"
          : `a policy allows nothing in the whole mesh, and none in ${systemNamespace} allows the east-west gateway to take calls`,
      proof: [
        `AuthorizationPolicy ${name} in ${systemNamespace}: ${action}, ${action === "DENY" ? "a rule for every call" : "no rule"}`,
      ],
      fix: `Narrow it, allow what is needed beside it, or remove it: \`kubectl --namespace ${systemNamespace} delete authorizationpolicy ${name}\`.`,
    }));
  });
}

/**
 * Where every call to the workloads of one namespace is denied, though it has Services. A policy that allows nothing is how
 * companies deny by default: it is wrong only where nobody allows anything beside it.
 */
export function deniedNamespaces(snapshot: MeshSnapshot): MeshFinding[] {
  return seenClusters(snapshot).flatMap(({ facts, seen: { policies, services = [] } }) => {
    if (policies === undefined || facts.configCluster !== facts.name) return [];
    const of = (namespace: string): readonly AuthorizationPolicySeen[] =>
      policies.authorizationPolicies.filter((policy) => policy.namespace === namespace);
    const withServices = [...new Set(services.map(({ namespace }) => namespace))].filter(
      (namespace) => namespace !== systemNamespace,
    );
    return withServices.flatMap((namespace) =>
      denyingPolicies(of(namespace), [...of(namespace), ...of(systemNamespace)]).map(({ action, name }) => ({
        clusters: [facts.name],
        found:
          action === "DENY"
            ? `a policy denies every call to the workloads of ${namespace}`
            : `a policy allows nobody to call the workloads of ${namespace}, and no other one allows anything`,
        proof: [
          `AuthorizationPolicy ${name} in ${namespace}: ${action}, ${action === "DENY" ? "a rule for every call" : "no rule"}`,
        ],
        fix: `Narrow it, allow what is needed beside it, or remove it: \`kubectl --namespace ${namespace} delete authorizationpolicy ${name}\`.`,
      })),
    );
  });
}

/** Where clients are told to call all services without mutual TLS. */
export function clientTlsOff(snapshot: MeshSnapshot): MeshFinding[] {
  return policiesIn(snapshot).flatMap(({ cluster, policies: { destinationRules } }) =>
    destinationRules
      .filter(({ host, tlsMode }) => host.startsWith("*") && (tlsMode === "DISABLE" || tlsMode === "SIMPLE"))
      .map(({ host, name, tlsMode = "" }) => ({
        clusters: [cluster.name],
        found: "clients are told to call the services of the mesh without mutual TLS",
        proof: [`DestinationRule ${name} in ${systemNamespace}: host ${host}, tls.mode ${tlsMode}`],
        fix: `Remove its trafficPolicy.tls, or the rule: \`kubectl --namespace ${systemNamespace} delete destinationrule ${name}\`.`,
      })),
  );
}

/** An istiod goes by the policies of the cluster that holds its configuration, and by no other's. */
function policiesIn(snapshot: MeshSnapshot): { readonly cluster: ClusterFacts; readonly policies: PoliciesSeen }[] {
  return seenClusters(snapshot).flatMap(({ facts, seen: { policies } }) =>
    policies === undefined || facts.configCluster !== facts.name ? [] : [{ cluster: facts, policies }],
  );
}
