import { setTimeout as delay } from "node:timers/promises";
import {
  ensureNothingElse,
  notByCommand,
  updateByEdit,
  type Destination,
  type MeshDeployment,
  type RotationReport,
  type RotationStep,
} from "../../operations/deployment";
import { ConfigurationError, listed } from "../../topology";
import { exitCodes } from "../failure";
import { updateInterruption } from "../interruption";
import type { OperationFlags } from "../options";
import { printResult, say } from "../output";
import { pendingChanges } from "../pending-changes";
import { rotationLines } from "../rotation-lines";
import { openMesh, operate } from "../session";

/** What `isthmus trust rotate` is told. */
export interface TrustRotateFlags extends OperationFlags {
  readonly to?: string;
  readonly rollBack?: boolean;
  readonly yes?: boolean;
  /** How long it waits for what has not followed, in seconds, all steps together. */
  readonly wait?: number;
  readonly parallel: number;
}

/** What came of it. */
interface Rotated extends RotationReport {
  /** What was done, in words; empty of a dry run. */
  readonly done: readonly string[];
}

/** Between two looks at clusters in which something has not followed. */
const pollMs = 2_000;

/** Who says nothing is told once in so long that it still waits. */
const remindMs = 60_000;

/** `isthmus trust rotate` */
export async function trustRotateVerb(flags: TrustRotateFlags): Promise<void> {
  const rotated = await rotate(flags);
  const { readiness, steps } = rotated;
  printResult(flags.output, rotated, () => [...rotationLines(rotated), ...advice(flags, rotated)]);
  const isStuck = flags.yes === true && rotated.done.length === 0 && (steps.length > 0 || readiness.kind !== "ready");
  process.exitCode = readiness.kind === "broken" || isStuck ? exitCodes.unhealthy : exitCodes.fine;
}

/** Takes steps as long as it is told to and may, and says where it came to. */
async function rotate(flags: TrustRotateFlags): Promise<Rotated> {
  let destination = destinationOf(flags);
  const waitMs = flags.yes === true ? (flags.wait ?? 0) * 1_000 : 0;
  const deadline = performance.now() + waitMs;
  const done: string[] = [];
  for (;;) {
    const mesh = await openMesh(flags.stack);
    const report = await settledReport(mesh, destination, flags, deadline);
    const { elsewhere, goal, readiness, steps } = report;
    if (elsewhere !== undefined && flags.yes === true) throw new ConfigurationError([notByCommand(elsewhere.source)]);
    // With its last step the file no longer says where the way led.
    if (goal !== undefined) destination = { way: "named", root: goal };
    const [step] = steps;
    const isUpdateDue = readiness.kind === "unapplied";
    const mayStep = readiness.kind === "ready" && step !== undefined;
    const goesOn = flags.yes === true && (done.length === 0 || flags.wait !== undefined);
    if (goal === undefined || !goesOn || !(isUpdateDue || mayStep)) return { ...report, done };
    if (isUpdateDue) {
      await update(mesh, flags);
      done.push(`Brought the mesh what its file says: ${listed(readiness.words)}.`);
    } else if (step !== undefined) {
      await take(mesh, step, flags);
      done.push(step.what);
    }
    if (flags.quiet !== true) say(`Done: ${done.at(-1) ?? ""}`);
  }
}

function destinationOf({ rollBack, to }: TrustRotateFlags): Destination {
  if (rollBack !== true) return to === undefined ? { way: "onward" } : { way: "named", root: to };
  if (to === undefined) return { way: "back" };
  throw new ConfigurationError([
    {
      path: "isthmus trust rotate",
      expected: "--to or --roll-back",
      found: "both",
      fix: "Leave one out: to roll back is to go to the root that the change began with.",
    },
  ]);
}

/** Where it stands, and as long as something has not followed and there is time, once more. */
async function settledReport(
  mesh: MeshDeployment,
  destination: Destination,
  flags: TrustRotateFlags,
  deadline: number,
): Promise<RotationReport> {
  const words = { onStop: "Stopping.", advice: "Run `isthmus trust rotate` again: it goes on from there." };
  return operate(flags, words, async ({ aside, ...options }) => {
    let said = { words: "", at: 0 };
    for (;;) {
      const report = await mesh.rotation(destination, options);
      const { goal, readiness } = report;
      if (goal === undefined || readiness.kind !== "following" || performance.now() > deadline) return report;
      const now = { words: listed(readiness.words), at: performance.now() };
      if (flags.quiet !== true && (now.words !== said.words || now.at - said.at > remindMs)) {
        await aside(() => {
          say(`Waiting: ${now.words}.`);
        });
        said = now;
      }
      await delay(pollMs, undefined, { signal: options.signal });
    }
  });
}

/**
 * Edits the mesh's file and brings the mesh there.
 * @throws ConfigurationError where the update refuses it, or something else pends; the file is as it was then.
 */
async function take(mesh: MeshDeployment, step: RotationStep, flags: TrustRotateFlags): Promise<void> {
  const up = `isthmus up --stack ${flags.stack}`;
  const alone = { command: "isthmus trust rotate", aim: "the change of roots is", up };
  ensureNothingElse(alone, await pendingChanges(mesh, flags));
  const edit = { keys: ["trust", "generated"], value: step.generated } as const;
  await updateByEdit(mesh, [edit], (changed) => update(changed, flags));
}

async function update(mesh: MeshDeployment, flags: TrustRotateFlags): Promise<void> {
  await operate(flags, updateInterruption("isthmus trust rotate"), (options) =>
    mesh.up({ ...options, parallel: flags.parallel, removals: "agreed" }),
  );
}

/** What one may do next, for a person. */
function advice(
  { stack, to, rollBack, wait, yes }: TrustRotateFlags,
  { done, goal, readiness, steps }: Rotated,
): string[] {
  const isOver = goal === undefined || (steps.length === 0 && readiness.kind === "ready");
  if (isOver) return [];
  const way = rollBack === true ? " --roll-back" : to === undefined ? "" : ` --to ${to}`;
  const command = `isthmus trust rotate --stack ${stack}${way}`;
  if (readiness.kind === "broken") return ["Mend that first: nothing is done while calls fail."];
  if (readiness.kind === "following")
    return [
      "A proxy follows with its next certificate, at half of its lifetime (12 hours by default), or when its pod starts anew.",
      `\`${command} --yes${wait === undefined ? " --wait 30m" : ""}\` goes on when all have followed.`,
    ];
  return [
    ...(yes === true || done.length > 0 ? [] : ["Nothing was changed."]),
    `\`${command} --yes\` does what is next, and with \`--wait 30m\` all that can be done in that time.`,
  ];
}
