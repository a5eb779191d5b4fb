import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { runVariable } from "../../engine/process/marked";
import { unlessGone } from "../../engine/process/process-identity";
import { killProcesses, killTree } from "../../engine/process/process-tree";
import { labEnvironment } from "../../lab";
import type { RunningCommand } from "../support/isthmus";

/** Processes of an update that are killed, each alone; `all` of them at once, as a machine that loses its power does. */
export const victims = [
  "isthmus",
  "pulumi",
  "language host",
  "program",
  "plugin kubernetes",
  "plugin tls",
  "all",
] as const;

export type Victim = (typeof victims)[number];

/** How each is known by its command line, those apart that are known by their place. */
const commands: Readonly<Record<Exclude<Victim, "isthmus" | "all">, RegExp>> = {
  pulumi: /(?:^|\/)pulumi\0up\0/,
  "language host": /\/pulumi-language-nodejs\0/,
  program: /@pulumi\/pulumi\/cmd\/run\//,
  "plugin kubernetes": /pulumi-resource-kubernetes\0/,
  "plugin tls": /pulumi-resource-tls\0/,
};

const pollMs = 10;

/** A process that works on a stack of the lab's backend. */
export interface MarkedProcess {
  readonly pid: number;
  /** Its arguments, each ended by a NUL. */
  readonly command: string;
}

/** All processes of this machine that bear a run's mark and work on the lab's backend, whoever started them. */
export function markedProcesses(): MarkedProcess[] {
  const backend = `PULUMI_BACKEND_URL=${labEnvironment()["PULUMI_BACKEND_URL"] ?? ""}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const variables = unlessGone(() => readFileSync(`/proc/${name}/environ`, "utf8"))?.split("\0") ?? [];
      if (!variables.includes(backend) || !variables.some((one) => one.startsWith(`${runVariable}=`))) return [];
      const command = unlessGone(() => readFileSync(`/proc/${name}/cmdline`, "utf8")) ?? "";
      return [{ pid: Number(name), command }];
    });
}

/** Waits until a process of an update has begun to live. @returns false when the update has ended before. */
export async function untilAlive(victim: Victim, { child }: RunningCommand): Promise<boolean> {
  while (pidsOf(victim, child.pid).length === 0) {
    if (hasEnded(child)) return false;
    await delay(pollMs);
  }
  return true;
}

/**
 * Kills a process of an update some time after it has begun to live.
 * @returns false when the update had ended before.
 */
export async function killVictim(victim: Victim, update: RunningCommand, afterMs: number): Promise<boolean> {
  const { child } = update;
  if (!(await untilAlive(victim, update))) return false;
  await delay(afterMs);
  if (child.pid === undefined || hasEnded(child)) return false;
  if (victim === "all") {
    killTree(child.pid);
    return true;
  }
  const pids = pidsOf(victim, child.pid);
  killProcesses(pids);
  return pids.length > 0;
}

const hasEnded = ({ exitCode, signalCode }: RunningCommand["child"]): boolean =>
  exitCode !== null || signalCode !== null;

function pidsOf(victim: Victim, isthmus: number | undefined): number[] {
  if (victim === "isthmus" || victim === "all") return isthmus === undefined ? [] : [isthmus];
  return markedProcesses()
    .filter(({ command }) => commands[victim].test(command))
    .map(({ pid }) => pid);
}
