import type { Fault } from "../finding";
import { atTarget, there, thereOrServing } from "../origins";
import { otherSigningRoots } from "../rules/authority";
import { differingMeshIds, differingTrustDomains } from "../rules/identity";
import { istiodsDown, missingIstiods, stuckRollouts } from "../rules/istiod";
import { lostIstiodServices, misledClusters, misnamedIstiods } from "../rules/istiod-service";
import { misjudgedTrustDomains } from "../rules/remote-trust-domains";
import { istiodsWithoutRights } from "../rules/rights";
import { differingRoots } from "../rules/roots";
import { ofAuthority } from "./groups";

/** What can be wrong with istiods and with what they take for their mesh. */
export const istiodFaults: readonly Fault[] = [
  {
    id: "istiod-missing",
    title: "no istiod is installed",
    follows: there("system-namespace-missing"),
    find: missingIstiods,
  },
  {
    id: "istiod-rights",
    title: "an istiod lacks rights in its own cluster",
    follows: there("system-namespace-missing", "istiod-missing"),
    find: istiodsWithoutRights,
  },
  {
    id: "istiod-down",
    title: "no pod of istiod is ready",
    follows: there(...ofAuthority, "istiod-rights"),
    find: istiodsDown,
  },
  {
    id: "istiod-service",
    title: "the Service of an istiod does not lead to it",
    follows: [],
    find: lostIstiodServices,
  },
  { id: "istiod-endpoint", title: "a cluster looks for its istiod elsewhere", follows: [], find: misledClusters },
  { id: "cluster-id", title: "an istiod takes its cluster for another one", follows: [], find: misnamedIstiods },
  {
    id: "rollout-stuck",
    title: "what is to take a pod's place does not get ready",
    follows: there(...ofAuthority),
    find: stuckRollouts,
  },
  {
    id: "signing-root",
    title: "an istiod signs under another root than it is given",
    follows: there(...ofAuthority),
    find: otherSigningRoots,
  },
  {
    id: "roots-differ",
    title: "clusters do not trust each other's roots",
    follows: thereOrServing(...ofAuthority, "signing-root"),
    find: differingRoots,
  },
  { id: "trust-domain-differs", title: "trust domains differ", follows: [], find: differingTrustDomains },
  {
    id: "remote-trust-domain",
    title: "an istiod takes a cluster for one of another trust domain",
    follows: atTarget("system-namespace-missing"),
    find: misjudgedTrustDomains,
  },
  { id: "mesh-id-differs", title: "mesh ids differ", follows: [], find: differingMeshIds },
];
