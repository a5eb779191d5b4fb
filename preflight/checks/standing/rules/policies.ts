import {
  isOwned,
  matchesLabels,
  systemNamespace,
  type LabelSelector,
  type Labels,
  type PolicySpec,
  type Problem,
} from "../../../../topology";
import type { Policy, StandingFacts } from "../facts";
import { kubectl } from "../kubectl";
import { systemOwner, type StandingRule } from "./rule";
import { stoppingPolicies } from "./stopping-policies";

/** Policies of the system namespace, which is the root namespace of Istio's configuration, that will stop calls. */
export const policies: StandingRule = (facts) => {
  if (systemOwner(facts) === "foreign") return {};
  return { warnings: [...stopping(facts), ...closed(facts)] };
};

function stopping(facts: StandingFacts): Problem[] {
  const { authorizationPolicies = [], peerAuthentications = [] } = facts.policies;
  return stoppingPolicies({ authorizationPolicies, peerAuthentications })
    .filter(({ policy }) => !isOwned(policy.labels))
    .map(({ effect, kind, policy }) => warning(facts, kind, policy, effect));
}

interface Pods {
  readonly what: string;
  readonly labels: Labels;
  readonly ports: readonly (readonly [port: number, use: string])[];
}

/** Pods by their labels in Istio's charts, with the ports that others come to. */
const istiodPods: Pods = {
  what: "istiod",
  labels: { app: "istiod", istio: "pilot" },
  ports: [
    [15012, "sidecars"],
    [15017, "the API server, to inject"],
  ],
};
const gatewayPods: Pods = {
  what: "the east-west gateway",
  labels: { app: "istio-eastwestgateway", istio: "eastwestgateway" },
  ports: [[15443, "the other networks"]],
};

/** Ports that no NetworkPolicy lets anybody come to. Whom one lets in is not judged. */
function closed(facts: StandingFacts): Problem[] {
  const { cluster } = facts;
  const { networkPolicies = [] } = facts.policies;
  const subjects = [
    ...(cluster?.role === "remote" ? [] : [istiodPods]),
    ...(cluster?.eastWestGateway === undefined ? [] : [gatewayPods]),
  ];
  return subjects.flatMap(({ what, labels, ports }) => {
    const selecting = networkPolicies.filter(({ spec }) => restrictsIngress(spec) && selects(spec, labels));
    const shut = ports.filter(([port]) => !selecting.some(({ spec }) => opens(spec, port)));
    const culprits = selecting.filter((policy) => !isOwned(policy.labels));
    const [first] = culprits;
    if (first === undefined || shut.length === 0) return [];
    const where = shut.map(([port, use]) => `${port} (for ${use})`).join(" and ");
    return [
      warning(
        facts,
        "networkpolicy",
        first,
        `lets nobody reach ${what} at port ${where}`,
        `Allow ingress to ${shut.map(([port]) => port).join(" and ")} in it, or remove it if it is not meant`,
      ),
    ];
  });
}

function restrictsIngress({ policyTypes }: PolicySpec): boolean {
  return !Array.isArray(policyTypes) || policyTypes.includes("Ingress");
}

function selects({ podSelector }: PolicySpec, labels: Labels): boolean {
  return matchesLabels(podSelector as LabelSelector | undefined, labels);
}

function opens({ ingress }: PolicySpec, port: number): boolean {
  const rules = (Array.isArray(ingress) ? ingress : []) as { readonly ports?: readonly PolicySpec[] }[];
  return rules.some(({ ports }) => ports === undefined || ports.length === 0 || ports.some((one) => covers(one, port)));
}

/** A port by its name may be any. */
function covers({ port: from, endPort, protocol = "TCP" }: PolicySpec, port: number): boolean {
  if (protocol !== "TCP") return false;
  if (typeof from !== "number") return true;
  return from === port || (typeof endPort === "number" && from <= port && port <= endPort);
}

function warning(
  { site }: StandingFacts,
  kind: string,
  { name }: Policy,
  effect: string,
  way = "Narrow it, or remove it if it is not meant",
): Problem {
  return {
    path: site.path,
    expected: `no policy in ${systemNamespace} that stops the mesh's calls`,
    found: `${kind}/${name}, which ${effect}`,
    fix: `${way}: ${kubectl(site, "--namespace", systemNamespace, "edit", kind, name)}.`,
  };
}
