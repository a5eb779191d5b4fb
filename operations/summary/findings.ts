/**
 * What the rules find in the steps of a preview, in each cluster and in the mesh as a whole. Pure.
 */

import { subjectWords } from "../events";
import { isMere, type ClusterRule, type ClusterView, type Comparison, type Finding } from "./comparison";
import { differing } from "./differing";
import type { ChangeId } from "./model";
import type { Step } from "./read-preview";
import { identityChanges, intermediate } from "./rules/certificates";
import { crossNetwork } from "./rules/cross-network";
import { dnsCapture } from "./rules/dns-capture";
import { exposedIstiod } from "./rules/exposed-istiod";
import { globalGateway, globalServices } from "./rules/global-services";
import { gatewayPods } from "./rules/gateway-pods";
import { gatewayService } from "./rules/gateways";
import { issuedIntermediate } from "./rules/issued-intermediate";
import { istioVersion, releasesChange } from "./rules/istio";
import {
  configurationMoves,
  controlPlaneMoves,
  followsConfiguration,
  joins,
  leaves,
  network,
  renamed,
} from "./rules/membership";
import { provider, systemNamespace, workloadNamespaces } from "./rules/namespaces";
import { machines } from "./rules/machines";
import { mutualTls } from "./rules/mutual-tls";
import { notUnderstood } from "./rules/not-understood";
import { accounts, configurationKubeconfig, remoteSecret } from "./rules/readers";
import { replicas } from "./rules/replicas";
import { rootChanges, rootsAreOthers } from "./rules/roots";
import { sameness } from "./rules/sameness";
import { sidecarScopes } from "./rules/sidecar-scopes";
import { verbOf } from "./rules/verb";

/** What is looked for in every cluster; what is found comes in this order. Each explains steps that no later one tells of. */
const rules: readonly ClusterRule[] = [
  replicas,
  joins,
  leaves,
  provider,
  renamed,
  controlPlaneMoves,
  configurationMoves,
  network,
  istioVersion,
  dnsCapture,
  sameness,
  gatewayPods,
  releasesChange,
  systemNamespace,
  issuedIntermediate,
  intermediate,
  gatewayService,
  exposedIstiod,
  accounts,
  remoteSecret,
  configurationKubeconfig,
  crossNetwork,
  mutualTls,
  sidecarScopes,
  globalGateway,
  globalServices,
  workloadNamespaces,
  machines,
];

/**
 * Applies the rules. What none of them explains is told in general words, and what becomes of traffic is not known then.
 * @param ofMesh Kinds of changes that are told of the mesh as a whole.
 */
export function findingsOf(view: ClusterView, ofMesh: ReadonlySet<ChangeId>): Finding[] {
  // A first time only to know what is told at all: a rule may go by what a later one tells.
  const elsewhere = new Set([...ofMesh, ...(followsConfiguration(view) ? (["configuration-cluster"] as const) : [])]);
  const told = new Set([...elsewhere, ...idsOf(applied(view, elsewhere).findings)]);
  const { findings, explained } = applied(view, told);
  const left = view.steps.filter((step) => step.op !== "same" && !explained.has(step));
  return [...findings, ...left.map(otherFinding)];
}

/** Kinds of the changes that are told. */
export function idsOf(findings: readonly Finding[]): ReadonlySet<ChangeId> {
  return new Set(findings.flatMap(({ change }) => change?.id ?? []));
}

function applied(
  view: ClusterView,
  told: ReadonlySet<ChangeId>,
): { readonly findings: readonly Finding[]; readonly explained: ReadonlySet<Step> } {
  const explained = new Set<Step>();
  const findings: Finding[] = [];
  for (const rule of rules) {
    const open = { ...view, told, ...openSteps(view, explained) };
    for (const finding of rule(open)) {
      findings.push(finding);
      for (const step of finding.explains) if (step !== undefined) explained.add(step);
    }
  }
  return { findings, explained };
}

/** What no rule has explained yet. An operation that nobody knows is kept from all of them: none may take it for told. */
function openSteps(view: ClusterView, explained: ReadonlySet<Step>): Pick<ClusterView, "steps" | "step"> {
  const steps = view.steps.filter((step) => step.op !== "other" && !explained.has(step));
  return {
    steps,
    step: (component, part) => steps.find(({ subject }) => subject.component === component && subject.part === part),
  };
}

function otherFinding(step: Step): Finding {
  const what = subjectWords(step.subject);
  const paths = step.op === "update" ? differing(step).map(({ path }) => path) : [];
  const words = `${what} ${verbOf(step)}${paths.length === 0 ? "" : ` (${paths.slice(0, 3).join(", ")}${paths.length > 3 ? " and more" : ""})`}`;
  return { change: { id: "other", words }, risk: notUnderstood(words, step), explains: [step] };
}

/** What is about no single cluster. */
export function meshFindings(mesh: Comparison): Finding[] {
  const { plan, preview } = mesh;
  const isMade = preview.steps.some(
    ({ op, subject, type }) => op === "create" && subject.component === "root CA" && !type.startsWith("isthmus:"),
  );
  const isNew = isMade && !rootsAreOthers(mesh);
  const ofRoot = new Set(preview.steps.filter(({ subject }) => subject.component === "root CA"));
  const others = preview.steps.filter(
    (step) => step.subject.cluster === undefined && !isMere(step) && !ofRoot.has(step) && step.op !== "same",
  );
  return [
    ...(isNew
      ? [
          {
            change: { id: "mesh-made", words: `the mesh ${plan.id} is made, with a root CA of its own` },
            explains: [],
          } as const,
        ]
      : []),
    ...rootChanges(mesh),
    ...identityChanges(mesh),
    ...others.map(otherFinding),
  ];
}
