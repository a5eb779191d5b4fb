import {
  isForAll,
  isOwned,
  peerAuthenticationName,
  peerModeOf,
  systemNamespace,
  type PeerPolicy,
  type Problem,
} from "../../../../topology";
import type { Policy, StandingFacts } from "../facts";
import { kubectl } from "../kubectl";
import { systemOwner, type StandingRule } from "./rule";

/**
 * PeerAuthentications of others where the mesh has its own. One of the same name is not overwritten; of another one for the
 * same workloads Istio takes the older (istio, pilot/pkg/security/authn/policy_applier.go), so that ours may not count.
 */
export const mutualTls: StandingRule = (facts) => {
  if (systemOwner(facts) === "foreign") return {};
  const { namespacePolicies, policies, wantedPeerPolicies } = facts;
  const foreign = [...(policies.peerAuthentications ?? []), ...namespacePolicies].filter(
    ({ labels }) => !isOwned(labels),
  );
  const inPlace = wantedPeerPolicies.flatMap((wanted) =>
    foreign.filter(({ namespace }) => namespace === wanted.namespace).map((policy) => ({ wanted, policy })),
  );
  return {
    problems: inPlace
      .filter(({ policy }) => policy.name === peerAuthenticationName)
      .map(({ policy, wanted }) => taken(facts, policy, wanted)),
    warnings: inPlace
      .filter(({ policy }) => policy.name !== peerAuthenticationName && isForAll(policy.spec))
      .map(({ policy, wanted }) => beside(facts, policy, wanted)),
  };
};

function taken({ site }: StandingFacts, { spec }: Policy, wanted: PeerPolicy): Problem {
  const { namespace } = wanted;
  const way =
    namespace === systemNamespace
      ? "Choose `mtls` of the mesh as you want it"
      : `Choose \`mtls\` of the namespace ${namespace} as you want it, or take it out of there to keep this one`;
  return {
    path: site.path,
    expected: `no peerauthentication/${peerAuthenticationName} in ${namespace} but the mesh's own (${wanted.mode})`,
    found: `one that Isthmus did not make${inWords(spec)}`,
    fix: `${way}; to let the mesh have its own, remove this one: ${remove(site, namespace, peerAuthenticationName)}.`,
  };
}

function beside({ site }: StandingFacts, { name, spec }: Policy, { mode, namespace }: PeerPolicy): Problem {
  const whose = namespace === systemNamespace ? "the whole mesh" : `namespace ${namespace}`;
  return {
    path: site.path,
    expected: `one PeerAuthentication for ${whose}, the mesh's own (${mode})`,
    found: `peerauthentication/${name} beside it${inWords(spec)}, and Istio goes by the older one`,
    fix: `Remove it if it is not meant: ${remove(site, namespace, name)}.`,
  };
}

function inWords(spec: Policy["spec"]): string {
  const mode = peerModeOf(spec);
  return typeof mode === "string" ? ` (${mode})` : "";
}

function remove(site: StandingFacts["site"], namespace: string, name: string): string {
  return kubectl(site, "--namespace", namespace, "delete", "peerauthentication", name);
}
