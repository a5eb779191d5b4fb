import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { labEnvironment } from "../../../lab";
import { MeshDeployment } from "../../../operations/deployment";
import type { DoctorReport } from "../../../operations/doctor";
import { isthmus, repository } from "../../support/isthmus";

/** How what was done is undone, and what of a cause's hint says so. */
export type Mend =
  /** The command of Isthmus that the hint names. */
  | { readonly by: "drift --repair" | "up --refresh" }
  /** The command of kubectl that the hint names, in the cluster that the cause names first. */
  | { readonly by: "kubectl" }
  /** What the hint asks for and leaves to people, as these words in it show. */
  | {
      readonly by: "hand";
      readonly hint: RegExp;
      readonly words: string;
      readonly run: (stack: string) => Promise<unknown>;
    };

/** Something that people do to a mesh that works, and what is said of it. */
export interface LabFault {
  /** Stable: a run is told by it which faults are meant. */
  readonly name: string;
  /** What somebody did, in words for the table. */
  readonly done: string;
  /** The first causes that `isthmus doctor` is to name, as `id cluster…`, and none beside. */
  readonly causes: readonly string[];
  readonly inject: () => Promise<unknown>;
  readonly mend: Mend;
}

export const repair: Mend = { by: "drift --repair" };
export const refresh: Mend = { by: "up --refresh" };
export const asTheHintSays: Mend = { by: "kubectl" };

/** What the hint asks for in words. */
export function byHand(hint: RegExp, words: string, run: (stack: string) => Promise<unknown>): Mend {
  return { by: "hand", hint, words, run };
}

/** So long an istiod may take to see what was done, and kubelet to bring a pod back. */
const settlesWithinMs = 150_000;

/**
 * The mesh of a stack. What is asked of it again and again is asked in this process, as the command line asks it: to start
 * one anew takes longer than to look.
 */
const meshOf = (stack: string): Promise<MeshDeployment> => MeshDeployment.open({ project: repository, stack });

/** What `isthmus doctor` says of a stack's mesh. */
export async function doctor(stack: string): Promise<DoctorReport> {
  return (await meshOf(stack)).doctor();
}

/** Causes as `id cluster…`. */
export const named = ({ causes }: DoctorReport): string[] =>
  causes.map(({ clusters, id }) => [id, ...clusters].join(" "));

/** Waits until exactly these causes are named, in whatever order. */
export async function untilNamed(stack: string, expected: readonly string[]): Promise<DoctorReport> {
  const wanted = [...expected].sort();
  const deadline = performance.now() + settlesWithinMs;
  for (;;) {
    const report = await doctor(stack);
    const found = named(report).sort();
    if (found.join() === wanted.join()) return report;
    if (performance.now() > deadline) assert.deepEqual(found, wanted, JSON.stringify(report, undefined, 2));
    await delay(500);
  }
}

/** Waits until none of these causes is named any more. */
export async function untilGone(stack: string, causes: readonly string[]): Promise<DoctorReport> {
  const deadline = performance.now() + settlesWithinMs;
  for (;;) {
    const report = await doctor(stack);
    const left = named(report).filter((cause) => causes.includes(cause));
    if (left.length === 0) return report;
    if (performance.now() > deadline) assert.deepEqual(left, [], JSON.stringify(report, undefined, 2));
    await delay(500);
  }
}

/** Mends a fault by what its cause says. */
export async function mend(stack: string, { causes, mend: how, name }: LabFault, report: DoctorReport): Promise<void> {
  const cause = report.causes.find(({ clusters, id }) => causes.includes([id, ...clusters].join(" ")));
  assert.ok(cause, `${name}: none of its causes is named`);
  const { clusters, fix } = cause;
  if (how.by === "kubectl") {
    const command = /`kubectl ([^`]+)`/.exec(fix)?.[1];
    assert.ok(command, `${name}: the hint names a command of kubectl: ${fix}`);
    await execute("kubectl", ["--context", `lab-${clusters[0] ?? ""}`, ...command.split(" ")]);
    return;
  }
  if (how.by === "hand") {
    assert.match(fix, how.hint);
    await how.run(stack);
    return;
  }
  assert.ok(fix.includes(`isthmus ${how.by}`), `${name}: the hint names isthmus ${how.by}: ${fix}`);
  if (how.by === "drift --repair") await repairDrift(stack);
  else await agreedTo(stack, ...how.by.split(" "));
}

/** Does what `isthmus drift --repair --yes` does. */
export async function repairDrift(stack: string): Promise<void> {
  await (await meshOf(stack)).drift({ repairs: () => true });
}

/** Undoes a fault of which no cause was named, so that the next one meets a mesh that works. */
export async function undo(stack: string, { mend: how }: LabFault): Promise<void> {
  if (how.by === "hand") await how.run(stack);
  await repairDrift(stack);
  await isthmus("up", "--refresh", "--yes", "--stack", stack);
}

/** A command of Isthmus that changes something, which must work. */
export async function agreedTo(stack: string, ...command: readonly string[]): Promise<void> {
  const { code, stderr } = await isthmus(...command, "--yes", "--stack", stack);
  assert.equal(code, 0, stderr);
}

/** Runs a program of the lab. */
export async function execute(program: string, args: readonly string[]): Promise<string> {
  const options = { env: { ...process.env, ...labEnvironment() }, maxBuffer: 2 ** 26 };
  return (await promisify(execFile)(program, args, options)).stdout;
}
