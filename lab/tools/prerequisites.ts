import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Problem } from "../../topology/problem";
import { runCommand } from "./command";
import { wheelName } from "./envoy";
import { modulesDirectory } from "./go-groups";
import { goEnvironment, requiredVersion } from "./go-module";
import { findProgram } from "./installed";
import { missingGroups } from "./plan";
import { checkBuildMemory, checkDisk } from "./resources";
import { ToolError } from "./tool-error";
import { isAtLeast, parseVersion } from "./versions";

/** A program that must be there before the lab can build its own. */
interface Prerequisite {
  /** As people call it: `Go`. */
  readonly title: string;
  /** A command that tells the version, and fails when a part is missing. */
  readonly command: readonly [string, ...string[]];
  readonly environment?: Readonly<Record<string, string>>;
  readonly least: readonly number[];
  readonly fix: string;
}

const prerequisites: readonly Prerequisite[] = [
  {
    title: "Go",
    command: ["go", "version"],
    // The installed Go's own version, not that of one it would fetch.
    environment: { GOTOOLCHAIN: "local" },
    // The first that knows the tool directives of go.mod. It fetches the later Go that the modules ask for.
    least: [1, 24],
    fix: "Install Go from your distribution or from go.dev/dl, and put it on PATH.",
  },
  {
    title: "Python 3 with pip",
    command: ["python3", "-m", "pip", "--version"],
    // The first that can be asked what an index has.
    least: [21, 2],
    fix: "Install Python 3 and its pip (Debian: apt-get install python3-pip).",
  },
  { title: "make", command: ["make", "--version"], least: [3, 81], fix: "Install make." },
];

/** The oldest Node.js that can run this program. npm fetches the one that it prefers. */
const leastNode = [20];

/**
 * Finds out whether what must be installed beforehand is there, and, when the lab's tools have yet to be built, whether
 * there are disk, memory and registries to build them. Changes nothing.
 * @returns every problem.
 */
export async function checkPrerequisites(): Promise<Problem[]> {
  const node = checkVersion("Node.js", leastNode, process.version, "Install Node.js 20 or later.");
  const missing = missingGroups();
  if (missing.length === 0) return node;
  const programs = (await Promise.all(prerequisites.map(checkProgram))).flat();
  if (programs.length > 0) return [...node, ...programs];
  const names = new Set(missing.map(({ name }) => name));
  const problems = await Promise.all([
    checkDisk(),
    checkBuildMemory(),
    names.has("cluster") ? checkGoProxy() : [],
    names.has("envoy") ? checkPackageIndex() : [],
  ]);
  return [...node, ...problems.flat()];
}

async function checkProgram({ title, command, environment = {}, least, fix }: Prerequisite): Promise<Problem[]> {
  if (findProgram(command[0]) === undefined) return [machineProblem(expected(title, least), "none on PATH", fix)];
  try {
    const { output } = await runCommand(command, { directory: tmpdir(), environment });
    return checkVersion(title, least, output, fix);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const said = error.lastLines.at(-1);
    return [machineProblem(expected(title, least), said ?? "one that does not run", fix)];
  }
}

/** @param words what the program says about itself. */
export function checkVersion(title: string, least: readonly number[], words: string, fix: string): Problem[] {
  const version = parseVersion(words);
  if (version !== undefined && isAtLeast(version, least)) return [];
  return [machineProblem(expected(title, least), version?.join(".") ?? `"${words.trim()}"`, fix)];
}

/** Registries answer such a question at once; without a way to them the clients would try for minutes. */
const answerTimeoutMs = 20_000;

/** Asks for a module whose answer Go keeps: with a filled module cache no network is needed, nor asked for. */
function checkGoProxy(): Promise<Problem[]> {
  const module = join(modulesDirectory, "core");
  const version = requiredVersion(readFileSync(join(module, "go.mod"), "utf8"), "k8s.io/kubernetes");
  return checkRegistry("the Go module proxy", ["go", "list", "-m", `k8s.io/kubernetes@${version}`], module);
}

function checkPackageIndex(): Promise<Problem[]> {
  const pip = ["python3", "-m", "pip", "--disable-pip-version-check", "--timeout", "10", "--retries", "1"] as const;
  return checkRegistry("the Python package index", [...pip, "index", "versions", wheelName], tmpdir());
}

async function checkRegistry(
  name: string,
  command: readonly [string, ...string[]],
  directory: string,
): Promise<Problem[]> {
  try {
    await runCommand(command, { directory, environment: goEnvironment, timeoutMs: answerTimeoutMs });
    return [];
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return [machineProblem(`an answer from ${name}`, error.lastLines.at(-1) ?? "none in time", error.fix)];
  }
}

const expected = (title: string, least: readonly number[]): string => `${title} ${least.join(".")} or later`;

const machineProblem = (wanted: string, found: string, fix: string): Problem => ({
  path: "machine",
  expected: wanted,
  found,
  fix,
});
