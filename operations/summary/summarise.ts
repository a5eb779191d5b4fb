import { formatProblem, type MeshPlan } from "../../topology";
import { saysUnreachable } from "../events";
import { meshGraph } from "../graph";
import { unexamined, type Fitness } from "../stack";
import { compare, isMere, isRenewal, viewsOf, type Finding } from "./comparison";
import { detailsOf } from "./details";
import { endingsOf } from "./endings";
import { findingsOf, idsOf, meshFindings } from "./findings";
import type { Change, ClusterSummary, MeshSummary } from "./model";
import { readPreview, type Preview } from "./read-preview";
import type { StackEvents } from "./recording";
import { risksOf } from "./risks";
import { unseenIn } from "./unseen";
import { counted } from "./words";

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

function changesIn(findings: readonly Finding[]): Change[] {
  const changes = findings.flatMap(({ change }) => change ?? []);
  return changes.filter((change, index) => changes.findIndex(({ words }) => words === change.words) === index);
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
