import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildVariable, makeBuild } from "./support/build";
import { leftBehind } from "./support/left-behind";
import { saidSeed } from "./support/seed";

/** What a ring of tests came to. */
interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed, one by one, as far as the ring says so. */
  readonly failures?: readonly Failure[];
}

/** A test that failed. */
interface Failure {
  readonly title: string;
  readonly message: string;
}

/** A part of the test run. A part that is no mocha run counts as one test. */
interface Part {
  readonly title: string;
  readonly command: readonly [string, ...string[]];
  readonly mocha?: boolean;
  /** Whether it goes on beside the part before it, which leaves much of a processor idle. What it prints comes after. */
  readonly isBeside?: boolean;
  /** Why the part cannot run on this machine; undefined where it can. */
  readonly cannotRun?: string | undefined;
}

const mocha = (...globs: readonly string[]): Pick<Part, "command" | "mocha"> => ({
  command: ["mocha", "--reporter", "test/support/reporter.cjs", ...globs],
  mocha: true,
});
/** Two files at a time: one waits for processes much of the time, and has two processors. */
const beside: readonly string[] = ["--parallel", "--jobs", "2"];
const fuzzer = "test/engine/fuzz.test.ts";
const node = (...args: string[]): readonly [string, ...string[]] => ["node", ...args];

const labNeeds = whyNoLab();

/** Fastest first: what is wrong in the code is said before the lab is built. */
const parts: readonly Part[] = [
  { title: "types", command: ["tsc"] },
  { title: "lint", command: ["eslint", "."] },
  { title: "format", command: ["prettier", "--check", "--log-level", "warn", "."] },
  { title: "import direction", command: ["depcruise", "--config", ".dependency-cruiser.cjs", "."] },
  { title: "dead code", command: ["knip", "--no-progress"] },
  { title: "unit", ...mocha(...beside, "test/unit/**/*.test.ts") },
  { title: "components", ...mocha(...beside, "test/components/**/*.test.ts") },
  { title: "lab tools", command: node("bin/isthmus.js", "lab", "tools"), cannotRun: labNeeds },
  {
    title: "stand-in providers",
    command: [
      "go",
      "-C",
      "lab/tools/modules/core",
      "test",
      "-trimpath",
      "./provider/...",
      "./sample/...",
      "./pulumi-resource-kubernetes/...",
      "./pulumi-resource-tls/...",
    ],
    cannotRun: labNeeds,
  },
  { title: "engine", ...mocha(...beside, "test/engine/**/*.test.ts", "--ignore", fuzzer), cannotRun: labNeeds },
  { title: "fuzzer", ...mocha(fuzzer), isBeside: true, cannotRun: labNeeds },
  { title: "browser", ...mocha("test/browser/**/*.test.ts") },
  { title: "package", ...mocha("test/package/**/*.test.ts") },
  { title: "lab", ...mocha("test/lab/**/*.test.ts"), cannotRun: labNeeds },
  { title: "lab down", command: node("bin/isthmus.js", "lab", "down"), cannotRun: labNeeds },
];

function whyNoLab(): string | undefined {
  if (process.platform !== "linux") return "the lab needs Linux";
  if (process.getuid?.() !== 0) return "the lab needs root";
  return undefined;
}

/** A part, and how long it took. */
interface Ran {
  readonly part: Part;
  readonly counts: Counts;
  readonly seconds: number;
}

async function runPart(part: Part, scratch: string): Promise<Ran> {
  const startMs = Date.now();
  const counts = await countsOf(part, scratch);
  return { part, counts, seconds: (Date.now() - startMs) / 1000 };
}

async function countsOf(part: Part, scratch: string): Promise<Counts> {
  if (part.cannotRun !== undefined) return { passed: 0, failed: 0, skipped: 1 };
  const countsFile = join(scratch, `${part.title}.json`);
  const env = { ...process.env, CGO_ENABLED: "0", ISTHMUS_TEST_COUNTS: countsFile };
  const code = await exitCode(part.command, env, part.isBeside === true ? printedFile(part, scratch) : undefined);
  if (part.mocha !== true) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  return readCounts(countsFile, code);
}

function printedFile({ title }: Part, scratch: string): string {
  return join(scratch, `${title}.txt`);
}

/** A mocha run that died before its end, or failed outside its tests, is a failure of its own. */
function readCounts(file: string, code: number): Counts {
  let counts: Counts;
  try {
    counts = JSON.parse(readFileSync(file, "utf8")) as Counts;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/**
 * What failed is said once more at the end of the run, in few words: who reads only the end of a long log, as of CI,
 * learns it there.
 */
function wordsOf(part: Part, { failures = [] }: Counts): string[] {
  const messageIsAtMost = 600;
  const words = failures.map(
    ({ title, message }) => `${part.title}: ${title}\n${message.slice(0, messageIsAtMost).replace(/^/gm, "  ")}`,
  );
  return words.length === 0 ? [part.title] : words;
}

/** @param printed File for what the command prints. Default: it is printed at once. */
function exitCode(
  command: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  printed: string | undefined,
): Promise<number> {
  const [program, ...args] = command;
  const output = printed === undefined ? "inherit" : openSync(printed, "w");
  return new Promise<number>((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", output, output], env });
    child.once("error", reject);
    child.once("exit", (code) => {
      resolve(code ?? 1);
    });
  }).finally(() => {
    if (typeof output === "number") closeSync(output);
  });
}

/** The parts in their order, each with those that go on beside it. */
function groups(): readonly (readonly [Part, ...Part[]])[] {
  const grouped: [Part, ...Part[]][] = [];
  for (const part of parts) {
    const last = grouped.at(-1);
    if (part.isBeside === true && last !== undefined) last.push(part);
    else grouped.push([part]);
  }
  return grouped;
}

/** Prints what came of a part; of one that went on beside another, also what it had to say. */
function tell({ part, counts, seconds }: Ran, scratch: string): void {
  const { cannotRun, isBeside, title } = part;
  if (isBeside === true) console.log(`\n== ${title}`);
  if (cannotRun !== undefined) console.log(`skipped: ${cannotRun}`);
  else if (isBeside === true) process.stdout.write(readFileSync(printedFile(part, scratch), "utf8"));
  const { failed, passed, skipped } = counts;
  console.log(`-- ${title}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds.toFixed(1)} s`);
}

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "isthmus-test-"));
  const total = { passed: 0, failed: 0, skipped: 0 };
  const failed: string[] = [];
  const before = new Set(leftBehind().map(({ pid }) => pid));
  // Hundreds of processes load the same modules.
  Object.assign(process.env, { [buildVariable]: makeBuild(), NODE_COMPILE_CACHE: join(scratch, "compiled") });
  for (const group of groups()) {
    console.log(`\n== ${group[0].title}`);
    for (const ran of await Promise.all(group.map((part) => runPart(part, scratch)))) {
      const { counts, part } = ran;
      total.passed += counts.passed;
      total.failed += counts.failed;
      total.skipped += counts.skipped;
      if (counts.failed > 0) failed.push(...wordsOf(part, counts));
      tell(ran, scratch);
    }
  }
  rmSync(scratch, { recursive: true, force: true });
  const left = leftBehind().filter(({ pid }) => !before.has(pid));
  for (const { pid, command } of left) console.log(`left behind: process ${String(pid)}: ${command}`);
  if (left.length > 0) failed.push("processes left behind");
  total[left.length === 0 ? "passed" : "failed"]++;
  console.log(`\n${saidSeed}`);
  console.log(["", ...failed.map((words) => `failed: ${words}`)].join("\n"));
  console.log(`${String(total.passed)} passed, ${String(total.failed)} failed, ${String(total.skipped)} skipped`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

void main();
