import type { Fault } from "./finding";
import { atReader, atTarget, ofSamePair, there, thereOrServing } from "./origins";
import {
  brokenChains,
  incompleteAuthorities,
  lifetimes,
  missingAuthorities,
  otherSigningRoots,
} from "./rules/authority";
import {
  gatewaysDown,
  gatewaysNotListening,
  gatewaysWithoutAddress,
  istiodsWithoutAddress,
  missingGatewayPorts,
  missingGateways,
  wrongGatewayLabels,
  wrongGatewaySelectors,
} from "./rules/gateways";
import { differingMeshIds, differingTrustDomains } from "./rules/identity";
import { istiodsDown, missingIstiods } from "./rules/istiod";
import { missingSystemNamespaces, wrongInjectionLabels, wrongNetworkLabels } from "./rules/namespaces";
import { clientTlsOff, deniedCalls, mutualTlsOff } from "./rules/policies";
import { unreachableClusters } from "./rules/reach";
import {
  leftoverKubeconfigs,
  misnamedKubeconfigs,
  missingKubeconfigs,
  staleTokens,
  unlabelledKubeconfigs,
  unreadableKubeconfigs,
  wrongAuthorities,
  wrongServers,
} from "./rules/remote-kubeconfigs";
import { differingRoots } from "./rules/roots";
import { unsyncedClusters } from "./rules/synced";
import { differingVersions } from "./rules/versions";
import { distrustedWebhooks, missingInjectors, webhooksWithoutService } from "./rules/webhooks";

/** Without these an istiod does not come up, or signs with something else. */
const ofAuthority = [
  "system-namespace-missing",
  "intermediate-missing",
  "intermediate-incomplete",
  "certificate-lifetime",
  "certificate-chain",
] as const;

const ofIstiod = ["istiod-missing", "istiod-down"] as const;

/** What keeps an istiod from being given a kubeconfig that leads to a cluster. */
const ofKubeconfig = [
  "remote-secret-missing",
  "remote-secret-label",
  "remote-secret-key",
  "remote-secret-unreadable",
  "remote-secret-server",
  "remote-secret-authority",
  "remote-secret-token",
] as const;

/**
 * What can be wrong, each after what it may follow from. To add one: a row here with its id, and a section under the id in
 * docs/doctor.md.
 */
export const faults: readonly Fault[] = [
  { id: "cluster-unreachable", title: "an API server does not answer", follows: [], find: unreachableClusters },
  {
    id: "system-namespace-missing",
    title: "istio-system is not there",
    follows: [],
    find: missingSystemNamespaces,
  },
  {
    id: "intermediate-missing",
    title: "an istiod is given no CA",
    follows: there("system-namespace-missing"),
    find: missingAuthorities,
  },
  { id: "intermediate-incomplete", title: "a CA is incomplete", follows: [], find: incompleteAuthorities },
  {
    id: "certificate-lifetime",
    title: "a certificate of a CA is outside its lifetime",
    follows: [],
    find: lifetimes,
  },
  {
    id: "certificate-chain",
    title: "the chain of a CA does not lead to its root",
    follows: [],
    find: brokenChains,
  },
  {
    id: "istiod-missing",
    title: "no istiod is installed",
    follows: there("system-namespace-missing"),
    find: missingIstiods,
  },
  { id: "istiod-down", title: "no pod of istiod is ready", follows: there(...ofAuthority), find: istiodsDown },
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
  { id: "mesh-id-differs", title: "mesh ids differ", follows: [], find: differingMeshIds },
  { id: "network-label", title: "a cluster does not say its network", follows: [], find: wrongNetworkLabels },
  {
    id: "webhook-missing",
    title: "no sidecar injector is configured",
    follows: [...there("system-namespace-missing"), ...thereOrServing("istiod-missing")],
    find: missingInjectors,
  },
  {
    id: "webhook-service",
    title: "a webhook asks a Service that is not there",
    follows: [...there("system-namespace-missing"), ...thereOrServing("istiod-missing")],
    find: webhooksWithoutService,
  },
  {
    id: "webhook-authority",
    title: "the API server does not trust the istiod that it asks",
    follows: thereOrServing(...ofAuthority, ...ofIstiod, "signing-root", "roots-differ"),
    find: distrustedWebhooks,
  },
  {
    id: "injection-label",
    title: "a namespace is not labelled for injection as it is to be",
    follows: [],
    find: wrongInjectionLabels,
  },
  {
    id: "gateway-missing",
    title: "an east-west gateway is missing",
    follows: there("system-namespace-missing"),
    find: missingGateways,
  },
  {
    id: "gateway-network-label",
    title: "istiods do not find an east-west gateway",
    follows: [],
    find: wrongGatewayLabels,
  },
  {
    id: "gateway-port",
    title: "an east-west gateway has no port for other networks",
    follows: [],
    find: missingGatewayPorts,
  },
  {
    id: "gateway-selector",
    title: "the Service of an east-west gateway leads to no pod",
    follows: [],
    find: wrongGatewaySelectors,
  },
  {
    id: "gateway-down",
    title: "no pod of an east-west gateway is ready",
    follows: [
      ...there("gateway-selector"),
      ...thereOrServing(
        ...ofAuthority,
        ...ofIstiod,
        "signing-root",
        "webhook-missing",
        "webhook-service",
        "webhook-authority",
      ),
    ],
    find: gatewaysDown,
  },
  {
    id: "gateway-address",
    title: "an east-west gateway has no address",
    follows: [],
    find: gatewaysWithoutAddress,
  },
  {
    id: "gateway-not-listening",
    title: "east-west gateways are not told to take the traffic of other networks",
    follows: there("system-namespace-missing"),
    find: gatewaysNotListening,
  },
  {
    id: "exposed-istiod-address",
    title: "an istiod that serves other clusters has no address for them",
    follows: there("system-namespace-missing"),
    find: istiodsWithoutAddress,
  },
  {
    id: "remote-secret-missing",
    title: "an istiod is given no kubeconfig of a cluster",
    follows: [...atReader("system-namespace-missing"), ...atTarget("system-namespace-missing")],
    find: missingKubeconfigs,
  },
  {
    id: "remote-secret-label",
    title: "an istiod does not look at a kubeconfig",
    follows: [],
    find: unlabelledKubeconfigs,
  },
  {
    id: "remote-secret-key",
    title: "a kubeconfig stands under another name than its cluster's",
    follows: [],
    find: misnamedKubeconfigs,
  },
  { id: "remote-secret-unreadable", title: "a kubeconfig cannot be read", follows: [], find: unreadableKubeconfigs },
  {
    id: "remote-secret-server",
    title: "a kubeconfig leads elsewhere",
    follows: [],
    find: wrongServers,
  },
  {
    id: "remote-secret-authority",
    title: "a kubeconfig has another authority than the API server's",
    follows: ofSamePair("remote-secret-server"),
    find: wrongAuthorities,
  },
  {
    id: "remote-secret-token",
    title: "a kubeconfig has a token that is good for nothing",
    follows: [
      ...atTarget("system-namespace-missing"),
      ...ofSamePair("remote-secret-server", "remote-secret-authority"),
    ],
    find: staleTokens,
  },
  {
    id: "remote-cluster-not-synced",
    title: "an istiod has not read a cluster",
    follows: [
      ...atTarget("cluster-unreachable", "system-namespace-missing"),
      ...atReader("system-namespace-missing", ...ofIstiod),
      ...ofSamePair(...ofKubeconfig),
    ],
    find: unsyncedClusters,
  },
  { id: "mutual-tls-off", title: "mutual TLS is turned off for the mesh", follows: [], find: mutualTlsOff },
  { id: "calls-denied", title: "a policy denies every call", follows: [], find: deniedCalls },
  {
    id: "client-tls-off",
    title: "clients are told to call without mutual TLS",
    follows: [],
    find: clientTlsOff,
  },
  {
    id: "istiod-versions-differ",
    title: "istiods of several versions run",
    follows: [],
    find: differingVersions,
  },
  {
    id: "remote-secret-leftover",
    title: "an istiod reads a cluster that the mesh does not have",
    follows: [],
    find: leftoverKubeconfigs,
  },
];
