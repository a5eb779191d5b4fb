import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

const shortestIntervalMs = 200;

/** Looking at a process costs time of the very processors that are measured: nine tenths of the time nobody looks. */
const restPerLook = 9;

/** Clock ticks a second in /proc (USER_HZ), the same on every Linux architecture that Node runs on. */
const ticksPerSecond = 100;

/** What a process of a `pulumi` or an `isthmus` command is there for. */
export type ProcessKind = "orchestrator" | "engine" | "program" | "plugins" | "other";

/** What some processes used. */
export interface Usage {
  /** The most memory that they held together, in MiB. Pages that processes share are counted once (PSS). */
  readonly peakMiB: number;
  /** Processor time, in seconds. */
  readonly processorSeconds: number;
  /** The most of them at once. */
  readonly processes: number;
}

/** Follows a process and all that descend from it, but for those that are there already when the watch begins. */
export class ProcessWatch {
  private readonly peaks = new Map<ProcessKind | "all", { memoryKiB: number; processes: number }>();
  private readonly ticks = new Map<number, { readonly kind: ProcessKind; readonly ticks: number }>();
  private readonly earlier: ReadonlySet<number>;
  private timer: NodeJS.Timeout;

  constructor(private readonly rootPid: number) {
    this.earlier = new Set(descendantsOf(rootPid).filter((pid) => pid !== rootPid));
    this.timer = setTimeout(() => this.look(), shortestIntervalMs);
  }

  /** Ends the watch and says what the processes of each kind used, and all together. */
  stop(): (kind: ProcessKind | "all") => Usage {
    clearTimeout(this.timer);
    return (kind) => this.used(kind);
  }

  /** What the processes of a kind have used so far. */
  used(kind: ProcessKind | "all"): Usage {
    const { memoryKiB, processes } = this.peaks.get(kind) ?? { memoryKiB: 0, processes: 0 };
    const ticks = [...this.ticks.values()].filter((one) => kind === "all" || one.kind === kind);
    const processorSeconds = ticks.reduce((sum, one) => sum + one.ticks, 0) / ticksPerSecond;
    return { peakMiB: memoryKiB / 1024, processorSeconds, processes };
  }

  private look(): void {
    const startMs = performance.now();
    const now = new Map<ProcessKind | "all", { memoryKiB: number; processes: number }>();
    for (const pid of descendantsOf(this.rootPid, this.earlier)) {
      const command = readProc(pid, "cmdline");
      // One that has ended, and only waits for its parent to notice, has no command line left.
      if (command === undefined || command === "") continue;
      const kind = kindOf(command.split("\0"));
      const memoryKiB = proportionalSetKiB(pid);
      for (const key of [kind, "all"] as const) {
        const sum = now.get(key) ?? { memoryKiB: 0, processes: 0 };
        now.set(key, { memoryKiB: sum.memoryKiB + memoryKiB, processes: sum.processes + 1 });
      }
      this.ticks.set(pid, { kind, ticks: ticksOf(pid) ?? this.ticks.get(pid)?.ticks ?? 0 });
    }
    for (const [key, { memoryKiB, processes }] of now) {
      const peak = this.peaks.get(key) ?? { memoryKiB: 0, processes: 0 };
      this.peaks.set(key, {
        memoryKiB: Math.max(peak.memoryKiB, memoryKiB),
        processes: Math.max(peak.processes, processes),
      });
    }
    const restMs = Math.max(shortestIntervalMs, restPerLook * (performance.now() - startMs));
    this.timer = setTimeout(() => this.look(), restMs);
  }
}

/** What a process is there for, by its command line. */
export function kindOf(command: readonly string[]): ProcessKind {
  const program = basename(command[0] ?? "");
  if (program === "pulumi") return "engine";
  if (program.startsWith("pulumi-resource-")) return "plugins";
  // The language host starts Node with this script of the SDK, which loads the program.
  if (command.some((word) => word.includes("@pulumi/pulumi/cmd/run"))) return "program";
  if (command.some((word) => word.endsWith("/bin/isthmus.js"))) return "orchestrator";
  return "other";
}

/** A process and all its descendants that live now, without some and what descends from these. */
function descendantsOf(rootPid: number, without: ReadonlySet<number> = new Set()): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const parent = Number(statOf(pid)?.[1]);
    if (!Number.isNaN(parent)) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found: number[] = [];
  for (let waiting = [rootPid]; waiting.length > 0;) {
    found.push(...waiting);
    waiting = waiting.flatMap((pid) => children.get(pid) ?? []).filter((pid) => !without.has(pid));
  }
  return found;
}

/** The fields of /proc/PID/stat from the third on: the name before them stands in parentheses and may hold blanks. */
function statOf(pid: number): string[] | undefined {
  const stat = readProc(pid, "stat");
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Processor time of a process, its own and the kernel's for it; undefined when it has ended meanwhile. */
function ticksOf(pid: number): number | undefined {
  const stat = statOf(pid);
  return stat === undefined ? undefined : Number(stat[11]) + Number(stat[12]);
}

function proportionalSetKiB(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(readProc(pid, "smaps_rollup") ?? "")?.[1] ?? 0);
}

/** A file under /proc; undefined when its process has ended meanwhile. */
function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${String(pid)}/${file}`, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}
