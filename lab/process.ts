import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { componentProcesses, kill, makeComponentGroup } from "./cgroup";
import { pollUntil } from "./wait";

/** A long-running program of one cluster. */
export interface Component {
  readonly cluster: string;
  readonly name: string;
  /** The program and its arguments. Secrets belong into files that the arguments name. */
  readonly command: readonly [string, ...string[]];
  readonly environment?: Readonly<Record<string, string>>;
  /** Files that it reads at its start: when their contents change, it is started anew. */
  readonly configuration?: readonly string[];
  /** Namespaces that it runs in, as files. */
  readonly network: string;
  readonly mounts: string;
  readonly log: string;
  readonly pidFile: string;
}

/**
 * A process that cannot be mistaken for another: its id may be used again, but not together with the time of its start
 * (in clock ticks since boot) in the same boot.
 */
interface ProcessRecord {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
  /** Digest of what it was started with. */
  readonly fingerprint: string;
}

/** A component that is not alive although it should be, with the last lines that it wrote. */
export class ComponentError extends Error {
  constructor(component: Component, what: string, lastLines: string) {
    const lines = lastLines === "" ? "It wrote nothing." : `Its last lines, of ${component.log}:\n${lastLines}`;
    const advice = "If it stays so, `isthmus lab down` and `isthmus lab up` make everything anew.";
    super(`${component.name} of cluster ${component.cluster} ${what}. ${lines}\n${advice}`);
    this.name = "ComponentError";
  }
}

/**
 * Enters cgroup and namespaces, leaves a record of itself, and becomes the component: at no moment is there a process
 * that nobody knows of. Once in its cgroup it gives way to a later start, for the `up` that began this one may have been
 * killed: the later one either meets it there and ends it, or has written its own turn before.
 */
const launcher = `
set -e
record=$1 turn=$2 fingerprint=$3 boot=$4 network=$5 mounts=$6 groups=$7; shift 7
for group in $groups; do echo $$ > "$group"; done
[ "$(cat "$record.turn")" = "$turn" ]
read -r line < /proc/$$/stat; line=\${line##*) }
start=$(set -- $line; shift 19; echo "$1")
printf '{"pid":%s,"startTime":"%s","bootId":"%s","fingerprint":"%s"}' $$ "$start" "$boot" "$fingerprint" > "$record.new"
mv "$record.new" "$record"
exec nsenter --net="$network" --mount="$mounts" -- "$@"
`;

/**
 * Starts a component unless it runs already, and starts it anew when what it is started with has changed.
 * @returns whether it had to be started.
 */
export async function ensureComponent(component: Component): Promise<boolean> {
  const fingerprint = await fingerprintOf(component);
  const record = await readRecord(component.pidFile);
  if (record !== undefined) {
    if (isAlive(record) && record.fingerprint === fingerprint) return false;
    await endProcess(record);
  }
  await mkdir(dirname(component.log), { recursive: true });
  await mkdir(dirname(component.pidFile), { recursive: true });
  const turn = randomUUID();
  await writeFile(`${component.pidFile}.turn`, turn);
  await endStrays(component);
  await start(component, fingerprint, turn);
  return true;
}

async function start(component: Component, fingerprint: string, turn: string): Promise<void> {
  const groups = await makeComponentGroup(component.cluster, component.name);
  await rm(component.pidFile, { force: true });
  await rotateLog(component.log);
  const log = openSync(component.log, "a", 0o600);
  const child = spawn(
    "/bin/sh",
    [
      "-c",
      launcher,
      "sh",
      component.pidFile,
      turn,
      fingerprint,
      bootId(),
      component.network,
      component.mounts,
      groups.join(" "),
      ...component.command,
    ],
    { detached: true, stdio: ["ignore", log, log], env: { ...component.environment }, cwd: "/" },
  );
  closeSync(log);
  child.unref();
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("spawn", resolve);
  });
  await pollUntil(
    async () => {
      if ((await readRecord(component.pidFile)) !== undefined) return true;
      if (child.exitCode === null && child.signalCode === null) return false;
      throw new ComponentError(component, "could not be started", await lastLines(component.log));
    },
    { what: `${component.name} of cluster ${component.cluster} to start`, timeoutMs: 20_000, intervalMs: 5 },
  );
}

/** @throws ComponentError when the component has ended. */
export async function checkAlive(component: Component): Promise<void> {
  const record = await readRecord(component.pidFile);
  if (record !== undefined && isAlive(record)) return;
  throw new ComponentError(component, "has ended", await lastLines(component.log));
}

/** The component's process id, or undefined when it does not run. */
export async function runningPid(component: Pick<Component, "pidFile">): Promise<number | undefined> {
  const record = await readRecord(component.pidFile);
  return record !== undefined && isAlive(record) ? record.pid : undefined;
}

/** Without asking: a component has to survive that at any time, and an API server that is asked waits for its clients. */
async function endProcess(record: ProcessRecord): Promise<void> {
  if (isAlive(record)) kill(record.pid);
  const isGone = () => Promise.resolve(lifeOf(record) === "gone");
  await pollUntil(isGone, { what: `process ${record.pid} to end`, timeoutMs: 15_000, intervalMs: 20 });
}

/**
 * Ends what an `up` that was killed half-way may have started without leaving a record: the program, or what was about
 * to become it. Others do not count: containerd's shims live in its cgroup too and must outlive it.
 */
async function endStrays(component: Component): Promise<void> {
  const programs = new Set([basename(component.command[0]), "sh", "nsenter"]);
  const isStray = (pid: number) => programs.has(programOf(pid) ?? "");
  await pollUntil(
    async () => {
      const strays = (await componentProcesses(component.cluster, component.name)).filter(isStray);
      for (const pid of strays) kill(pid);
      return strays.length === 0;
    },
    { what: `a stray ${component.name} of cluster ${component.cluster} to end`, timeoutMs: 10_000, intervalMs: 20 },
  );
}

function programOf(pid: number): string | undefined {
  const line = readProc(pid, "cmdline");
  return line === undefined ? undefined : basename(line.split("\0")[0] ?? "");
}

async function fingerprintOf(component: Component): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([component.command, component.environment]));
  for (const file of component.configuration ?? []) hash.update(await readFile(file));
  return hash.digest("hex").slice(0, 16);
}

async function readRecord(file: string): Promise<ProcessRecord | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as ProcessRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    // A machine that lost its power may leave an empty file.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const isAlive = (record: ProcessRecord): boolean => lifeOf(record) === "alive";

/** `ending`: killed, but some of its threads, and with them its ports, are still there. */
function lifeOf(record: ProcessRecord): "alive" | "ending" | "gone" {
  if (record.bootId !== bootId()) return "gone";
  const line = readProc(record.pid, "stat");
  if (line === undefined) return "gone";
  // The second field, the program's name, may contain spaces and parentheses; proc(5) counts the fields from 1.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const [state, threads, startTime] = [fields[0], fields[17], fields[19]];
  if (startTime !== record.startTime) return "gone";
  if (state !== "Z" && state !== "X") return "alive";
  return Number(threads) > 1 ? "ending" : "gone";
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}

/** Another value after each boot of the machine. */
export const bootId = (): string => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

const maximumLogBytes = 20 * 1024 * 1024;

/** Keeps one earlier log, so that a lab that stands for weeks does not fill the disk with restarts. */
async function rotateLog(log: string): Promise<void> {
  const bytes = await stat(log)
    .then((stats) => stats.size)
    .catch(() => 0);
  if (bytes > maximumLogBytes) await rename(log, `${log}.1`);
}

/** The end of a log, for an error. */
export async function lastLines(log: string, count = 12): Promise<string> {
  const text = await readFile(log, "utf8").catch(() => "");
  return text
    .trimEnd()
    .split("\n")
    .slice(-count)
    .map((line) => line.slice(0, 400))
    .join("\n");
}

/** Writes a file that is at any moment either the old or the new one. Mode 0600, since most have keys in them. */
export async function writeWhole(file: string, content: string, mode = 0o600): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}`);
  await writeFile(temporary, content, { mode });
  await rename(temporary, file);
}
