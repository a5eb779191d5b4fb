import type { Fault } from "../finding";
import { there, thereOrServing } from "../origins";
import { hidingRules, idleOrders } from "../rules/localities";
import { clientTlsOff, deniedCalls, deniedNamespaces, mutualTlsOff, workloadsWithoutTls } from "../rules/policies";
import { staleProxies } from "../rules/proxy-certificates";
import { oldProxies, rejectingProxies } from "../rules/proxies";
import { leftoverKubeconfigs } from "../rules/remote-kubeconfigs";
import { serviceTlsOff } from "../rules/service-rules";
import { differingVersions } from "../rules/versions";
import { differingServices } from "../rules/workloads";
import { ofAuthority, ofIstiod } from "./groups";

/** What can be wrong with policies, workloads and what else is told to the mesh. */
export const configurationFaults: readonly Fault[] = [
  { id: "mutual-tls-off", title: "mutual TLS is turned off for the mesh", follows: [], find: mutualTlsOff },
  {
    id: "workload-tls-off",
    title: "workloads of a namespace take no mutual TLS",
    follows: [],
    find: workloadsWithoutTls,
  },
  { id: "calls-denied", title: "a policy denies every call", follows: [], find: deniedCalls },
  {
    id: "namespace-calls-denied",
    title: "a policy denies every call to a namespace",
    follows: [],
    find: deniedNamespaces,
  },
  {
    id: "client-tls-off",
    title: "clients are told to call without mutual TLS",
    follows: [],
    find: clientTlsOff,
  },
  {
    id: "service-tls-off",
    title: "clients are told to call a service without mutual TLS",
    follows: [],
    find: serviceTlsOff,
  },
  {
    id: "locality-distribute",
    title: "a locality rule hides what other clusters have",
    follows: [],
    find: hidingRules,
  },
  {
    id: "locality-failover",
    title: "an order of localities has no effect",
    follows: [],
    find: idleOrders,
  },
  { id: "services-differ", title: "Services of one name differ", follows: [], find: differingServices },
  {
    id: "proxy-certificate",
    title: "a proxy has certificates of former times",
    follows: [
      ...there("clock-differs", "dns-down", "istiod-endpoint"),
      ...thereOrServing(
        ...ofAuthority,
        ...ofIstiod,
        "istiod-rights",
        "istiod-service",
        "cluster-id",
        "network-policy",
        "signing-root",
        "roots-differ",
      ),
    ],
    find: staleProxies,
  },
  { id: "proxy-rejects", title: "proxies reject their configuration", follows: [], find: rejectingProxies },
  { id: "proxy-version", title: "proxies are too old for their istiod", follows: [], find: oldProxies },
  {
    id: "istiod-versions-differ",
    title: "istiods of several versions run",
    follows: there("rollout-stuck"),
    find: differingVersions,
  },
  {
    id: "remote-secret-leftover",
    title: "an istiod reads a cluster that the mesh does not have",
    follows: [],
    find: leftoverKubeconfigs,
  },
];
