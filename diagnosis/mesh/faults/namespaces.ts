import type { Fault } from "../finding";
import { there, thereOrServing } from "../origins";
import { missingNamespaces, wrongInjectionLabels, wrongNetworkLabels } from "../rules/namespaces";
import { blockingNetworkPolicies } from "../rules/network-policies";
import {
  deafInjectors,
  distrustedWebhooks,
  missingInjectors,
  unheardNamespaces,
  webhooksWithoutService,
} from "../rules/webhooks";
import { podsOfOtherNetworks, podsWithoutSidecar } from "../rules/workloads";
import { ofAuthority, ofIstiod } from "./groups";

/** What can be wrong with namespaces, and with how pods get their sidecars. */
export const namespaceFaults: readonly Fault[] = [
  { id: "network-label", title: "a cluster does not say its network", follows: [], find: wrongNetworkLabels },
  {
    id: "network-policy",
    title: "NetworkPolicies shut off a part of the mesh",
    follows: [],
    find: blockingNetworkPolicies,
  },
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
    follows: thereOrServing(...ofAuthority, ...ofIstiod, "istiod-rights", "signing-root", "roots-differ"),
    find: distrustedWebhooks,
  },
  {
    id: "namespace-missing",
    title: "a namespace of workloads is missing",
    follows: there("system-namespace-missing"),
    find: missingNamespaces,
  },
  {
    id: "injection-label",
    title: "a namespace is not labelled for injection as it is to be",
    follows: [],
    find: wrongInjectionLabels,
  },
  {
    id: "webhook-selector",
    title: "no sidecar injector is told of new pods",
    follows: [],
    find: deafInjectors,
  },
  {
    id: "namespace-unheard",
    title: "a namespace asks for sidecars, and no injector hears it",
    follows: there("system-namespace-missing", "webhook-missing", "webhook-selector"),
    find: unheardNamespaces,
  },
  {
    id: "sidecar-missing",
    title: "a pod has no sidecar",
    follows: [
      ...there("injection-label", "webhook-missing", "webhook-service", "webhook-selector"),
      ...thereOrServing(...ofIstiod),
    ],
    find: podsWithoutSidecar,
  },
  {
    id: "workload-network",
    title: "a pod says another network than its cluster's",
    follows: [],
    find: podsOfOtherNetworks,
  },
];
