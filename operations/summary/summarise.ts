import { endingsOf } from "./endings";
import { formatProblem, type MeshPlan } from "../../topology";
import { meshGraph } from "../graph";
import { saysUnreachable, subjectWords } from "../events";
import { unexamined, type Fitness } from "../stack";
import {
  compare,
  isMere,
  isRenewal,
  viewsOf,
  type ClusterRule,
  type ClusterView,
  type Comparison,
  type Finding,
} from "./comparison";
import { detailsOf } from "./details";
import { differing } from "./differing";
import type { Change, ChangeId, ClusterSummary, MeshSummary, Risk } from "./model";
import { readPreview, type Preview, type Step } from "./read-preview";
import type { StackEvents } from "./recording";
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
import { counted } from "./words";
import { unseenIn } from "./unseen";

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

/** What is summarised. */
export interface SummaryInput {
  /** The environment's name. */
  readonly stack: string;
  /** What the mesh is to be. */
  readonly plan: MeshPlan;
  /** What the engine told of the preview of every stack that the mesh is made of. */
  readonly stacks: readonly StackEvents[];
  /** Why a preview failed, where the engine's events do not say it. Default: none did. */
  readonly failure?: string;
  /** Whether an update would begin at all. Default: nobody looked. */
  readonly fitness?: Fitness;
  /** By which ends of certificates are judged. Default: nobody looks at them. */
  readonly now?: Date;
}

/**
 * Says what the previews of a mesh's stacks mean for the mesh. Pure.
 * @throws IncompletePreview where a preview's events are not all there, so that nobody takes silence for `no changes`.
 */
export function summarise({ stack, plan, stacks, failure, fitness = unexamined, now }: SummaryInput): MeshSummary {
  const preview = readPreview(stacks, failure);
  const unseen = unseenIn(plan, preview, fitness);
  const mesh = compare(plan, preview, fitness.leaving, {
    unseen: unseen.map(({ name }) => name),
    renewed: fitness.renewed,
  });
  const { refusals } = fitness;
  const refused = refusals.map(formatProblem);
  const isRefusal = (text: string): boolean => refused.some((line) => text.includes(line));
  const views = viewsOf(mesh);
  const ofMesh = meshFindings(mesh);
  const found = views.map((view) => ({ view, findings: findingsOf(view, idsOf(ofMesh)) }));
  const clusters = found
    .map(({ view, findings }): ClusterSummary => ({ name: view.name, changes: changesIn(findings) }))
    .filter(({ changes }) => changes.length > 0);
  const toldOfMesh = changesIn(ofMesh);
  const changing = preview.steps.filter((step) => step.op !== "same" && !isMere(step) && !isRenewal(step, mesh)).length;
  const isSilent = changing > 0 && clusters.length + toldOfMesh.length === 0;
  const meshChanges = isSilent
    ? [{ id: "other", words: counted(changing, "resource changes", "resources change") } as const]
    : toldOfMesh;
  const errors = preview.diagnostics.filter(({ severity }) => severity === "error").map(messageOf);
  const told = [...new Set(errors)].filter((text) => !isRefusal(text));
  const isUntold = told.length === 0 && !preview.isWhole && refusals.length === 0;
  return {
    stack,
    mesh: plan.id,
    outcome:
      refusals.length > 0 ? "refused" : outcomeOf(preview, clusters.length + meshChanges.length > 0, unseen.length > 0),
    refusals,
    changes: preview.counts,
    risks: risksOf(found, ofMesh, unseen),
    meshChanges,
    clusters,
    ...(clusters.some(({ changes }) => changes.some(isMembership)) ? { graph: meshGraph(plan) } : {}),
    unseen,
    failures: isUntold ? [failure ?? "the preview failed"] : told,
    warnings: [
      ...warningsOf(preview, fitness).filter((text) => !isRefusal(text)),
      ...(now === undefined ? [] : endingsOf(mesh, now)),
    ],
    details: detailsOf(preview.steps),
    notRendered: preview.steps.some(({ op, type }) => op === "update" && type.endsWith("helm.sh/v3:Release"))
      ? ["Pulumi's engine tells no manifests of Helm releases; with --manifests Helm renders them"]
      : [],
  };
}

/** Whether a cluster joins or leaves by it. */
function isMembership({ id }: Change): boolean {
  return id === "joins" || id === "leaves";
}

function outcomeOf({ isWhole }: Preview, hasChanges: boolean, hasUnseen: boolean): MeshSummary["outcome"] {
  if (!isWhole) return "failed";
  if (hasChanges) return "changes";
  return hasUnseen ? "not-known" : "none";
}

/**
 * Applies the rules. What none of them explains is told in general words, and what becomes of traffic is not known then.
 * @param ofMesh Kinds of changes that are told of the mesh as a whole.
 */
function findingsOf(view: ClusterView, ofMesh: ReadonlySet<ChangeId>): Finding[] {
  // A first time only to know what is told at all: a rule may go by what a later one tells.
  const elsewhere = new Set([...ofMesh, ...(followsConfiguration(view) ? (["configuration-cluster"] as const) : [])]);
  const told = new Set([...elsewhere, ...idsOf(applied(view, elsewhere).findings)]);
  const { findings, explained } = applied(view, told);
  const left = view.steps.filter((step) => step.op !== "same" && !explained.has(step));
  return [...findings, ...left.map(otherFinding)];
}

function idsOf(findings: readonly Finding[]): ReadonlySet<ChangeId> {
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
function meshFindings(mesh: Comparison): Finding[] {
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

function changesIn(findings: readonly Finding[]): Change[] {
  const changes = findings.flatMap(({ change }) => change ?? []);
  return changes.filter((change, index) => changes.findIndex(({ words }) => words === change.words) === index);
}

const severities: readonly Risk["severity"][] = ["high", "medium"];

/** Risks of all clusters, those in the same words as one, the worst first. */
function risksOf(
  found: readonly { readonly view: ClusterView; readonly findings: readonly Finding[] }[],
  ofMesh: readonly Finding[],
  unseen: MeshSummary["unseen"],
): Risk[] {
  const ofUnseen: Risk[] = unseen.map(({ name }) => ({
    id: "cluster-unseen",
    severity: "high",
    traffic: "not-known",
    clusters: [name],
    words: "could not be looked at: what would change there is not known.",
    advice: "Run the preview where it can be reached.",
  }));
  const ofClusters = found.flatMap(({ view, findings }) =>
    findings.flatMap(({ risk }): Risk[] => (risk === undefined ? [] : [{ ...risk, clusters: [view.name] }])),
  );
  const all = [
    ...ofMesh.flatMap(({ risk }): Risk[] => (risk === undefined ? [] : [{ ...risk, clusters: [] }])),
    ...ofClusters,
    ...ofUnseen,
  ];
  const alike = Map.groupBy(all, ({ id, words }) => `${id} ${words}`);
  return [...alike.values()]
    .flatMap(([first, ...more]): Risk[] =>
      first === undefined ? [] : [{ ...first, clusters: [first, ...more].flatMap(({ clusters }) => clusters).sort() }],
    )
    .sort((left, right) => rank(left) - rank(right));
}

function rank({ severity, traffic }: Risk): number {
  return severities.indexOf(severity) * 2 + (traffic === "interrupted" ? 0 : 1);
}

function warningsOf(preview: Preview, { unreachable }: Fitness): string[] {
  // The program tells of them too, with what follows for an update.
  const silent = [...unreachable.values()].map(formatProblem);
  const warnings = preview.diagnostics.filter(
    ({ severity, message }) =>
      severity === "warning" && !saysUnreachable(message) && !silent.some((line) => message.startsWith(line)),
  );
  return [...new Set(warnings.map(messageOf))];
}

function messageOf({ message }: Preview["diagnostics"][number]): string {
  return message;
}
