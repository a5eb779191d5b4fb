import {
  planRotation,
  rotateTokens,
  type MeshDeployment,
  type ReaderTokensReport,
  type RotatableMesh,
  type RotationSelection,
  type TokenStep,
} from "../../operations/deployment";
import { ConfigurationError, listed } from "../../topology";
import { ensureAgreed, terminal, type Proposal } from "../confirm";
import { interruptible, updateInterruption } from "../interruption";
import type { OperationFlags } from "../options";
import { printResult, say } from "../output";
import { readerTokensTable } from "../reader-tokens-table";
import { openMesh, operate } from "../session";
import { styleOf } from "../verify-table";

/** What `isthmus rotate tokens` is told. */
export interface RotateTokensFlags extends OperationFlags {
  readonly cluster?: readonly string[];
  readonly due?: boolean;
  readonly yes?: boolean;
  readonly parallel: number;
}

/** What came of it. */
interface Rotated extends ReaderTokensReport {
  /** What was done, in words; empty of a dry run. */
  readonly done: readonly string[];
}

const looking = { onStop: "Stopping.", advice: "Nothing was changed." };

/** `isthmus rotate tokens` */
export async function rotateTokensVerb(flags: RotateTokensFlags): Promise<void> {
  const mesh = await openMesh(flags.stack);
  const report = await operate(flags, looking, (options) => mesh.readerTokens(options));
  const selection = selectionOf(flags);
  const { clusters, steps } = planRotation(report, selection, new Date());
  if (clusters.length === 0 || (flags.yes !== true && !terminal.canAsk)) {
    show(flags, { ...report, done: [] }, steps, clusters.length > 0 ? "some" : "none");
    return;
  }
  await ensureAgreed(flags.yes, proposalOf(report, steps, flags));
  const done = await interruptible(
    ({ signal }) =>
      rotateTokens(rotatable(mesh, flags), selection, {
        signal,
        tell: (words) => {
          if (flags.quiet !== true) say(words);
        },
      }),
    updateInterruption("isthmus rotate tokens"),
    // What is under way within it says so itself.
    () => undefined,
  );
  const after = await openMesh(flags.stack);
  show(
    flags,
    { ...(await operate(flags, looking, (options) => after.readerTokens(options))), done },
    new Map(),
    "none",
  );
}

function selectionOf({ cluster, due }: RotateTokensFlags): RotationSelection {
  return { age: due === true ? "due" : "all", ...(cluster === undefined ? {} : { clusters: cluster }) };
}

/** A mesh as the rotation works with it: each of its operations is shown as that of a verb is. */
function rotatable(mesh: MeshDeployment, flags: RotateTokensFlags): RotatableMesh {
  const { parallel } = flags;
  return {
    report: () => operate({ ...flags, quiet: true }, looking, (options) => mesh.readerTokens(options)),
    otherChanges: () => otherChanges(mesh, flags),
    reconfigure: async (edits) => {
      const { mesh: changed, undo } = await mesh.reconfigure(edits);
      return { mesh: rotatable(changed, flags), undo };
    },
    up: async () => {
      await operate(flags, updateInterruption("isthmus rotate tokens"), (options) => mesh.up({ ...options, parallel }));
    },
  };
}

/** What an update would change beside who reads whom. */
async function otherChanges(mesh: MeshDeployment, flags: RotateTokensFlags): Promise<readonly string[]> {
  const { parallel } = flags;
  const summary = await operate(flags, looking, (options) => mesh.summarise({ ...options, parallel }));
  if (summary.outcome === "refused") throw new ConfigurationError(summary.refusals);
  if (summary.outcome === "failed") {
    throw new Error(`the preview failed, so that nothing was changed: ${summary.failures[0] ?? ""}`);
  }
  return [
    ...summary.meshChanges.map(({ words }) => words),
    ...summary.clusters.flatMap(({ name, changes }) =>
      changes.filter(({ id }) => id !== "readers").map(({ words }) => `${name}: ${words}`),
    ),
  ];
}

function proposalOf(
  report: ReaderTokensReport,
  steps: ReadonlyMap<string, TokenStep>,
  { stack }: RotateTokensFlags,
): Proposal {
  const names = [...steps.keys()];
  return {
    command: "isthmus rotate tokens",
    deed: `rotate the tokens by which ${listed(names)} ${names.length === 1 ? "is" : "are"} read, by edits of the file of stack ${stack} and an update for each`,
    answer: "yes",
    details: [readerTokensTable(report, steps, styleOf(process.stderr, process.env)).trimEnd()],
  };
}

/** @param left Whether there is anything to do for who says `--yes`. */
function show(
  flags: RotateTokensFlags,
  rotated: Rotated,
  steps: ReadonlyMap<string, TokenStep>,
  left: "some" | "none",
): void {
  const { done } = rotated;
  printResult(flags.output, rotated, () => [
    readerTokensTable(rotated, steps, styleOf(process.stdout, process.env)).trimEnd(),
    "",
    ...done.map((words) => `Done: ${words}`),
    ...(left === "some" ? ["Nothing was changed. `--yes` goes all the way."] : []),
    ...(left === "none" && done.length === 0 ? [`Nothing was changed: ${nothingToDo(flags)}.`] : []),
  ]);
}

function nothingToDo({ due }: RotateTokensFlags): string {
  return due === true ? "no token is due" : "no istiod elsewhere reads a cluster";
}
