import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leftBehind } from "./support/left-behind";

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
  /** Why the part cannot run on this machine; undefined where it can. */
  readonly cannotRun?: string | undefined;
}

const mocha = (glob: string): Pick<Part, "command" | "mocha"> => ({
  command: ["mocha", "--reporter", "test/support/reporter.cjs", glob],
  mocha: true,
});
const node = (...args: string[]): readonly [string, ...string[]] => ["node", ...args];

const labNeeds = whyNoLab();

/** Fastest first: what is wrong in the code is said before the lab is built. */
const parts: readonly Part[] = [
  { title: "types", command: ["tsc"] },
  { title: "lint", command: ["eslint", "."] },
  { title: "format", command: ["prettier", "--check", "--log-level", "warn", "."] },
  { title: "import direction", command: ["depcruise", "--config", ".dependency-cruiser.cjs", "."] },
  { title: "unit", ...mocha("test/unit/**/*.test.ts") },
  { title: "components", ...mocha("test/components/**/*.test.ts") },
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
  { title: "engine", ...mocha("test/engine/**/*.test.ts"), cannotRun: labNeeds },
  { title: "package", ...mocha("test/package/**/*.test.ts") },
  { title: "lab", ...mocha("test/lab/**/*.test.ts"), cannotRun: labNeeds },
  { title: "lab down", command: node("bin/isthmus.js", "lab", "down"), cannotRun: labNeeds },
];

function whyNoLab(): string | undefined {
  if (process.platform !== "linux") return "the lab needs Linux";
  if (process.getuid?.() !== 0) return "the lab needs root";
  return undefined;
}

async function runPart(part: Part, scratch: string): Promise<Counts> {
  if (part.cannotRun !== undefined) {
    console.log(`skipped: ${part.cannotRun}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const countsFile = join(scratch, "counts.json");
  rmSync(countsFile, { force: true });
  const code = await exitCode(part.command, { ...process.env, CGO_ENABLED: "0", ISTHMUS_TEST_COUNTS: countsFile });
  if (part.mocha !== true) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  return readCounts(countsFile, code);
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

function exitCode(command: readonly [string, ...string[]], env: NodeJS.ProcessEnv): Promise<number> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"], env });
    child.once("error", reject);
    child.once("exit", (code) => {
      resolve(code ?? 1);
    });
  });
}

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "isthmus-test-"));
  const total = { passed: 0, failed: 0, skipped: 0 };
  const failed: string[] = [];
  const before = new Set(leftBehind().map(({ pid }) => pid));
  for (const part of parts) {
    console.log(`\n== ${part.title}`);
    const startMs = Date.now();
    const counts = await runPart(part, scratch);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    if (counts.failed > 0) failed.push(...wordsOf(part, counts));
    console.log(
      `-- ${part.title}: ${String(counts.passed)} passed, ${String(counts.failed)} failed, ${String(counts.skipped)} skipped in ${((Date.now() - startMs) / 1000).toFixed(1)} s`,
    );
  }
  rmSync(scratch, { recursive: true, force: true });
  const left = leftBehind().filter(({ pid }) => !before.has(pid));
  for (const { pid, command } of left) console.log(`left behind: process ${String(pid)}: ${command}`);
  if (left.length > 0) failed.push("processes left behind");
  total[left.length === 0 ? "passed" : "failed"]++;
  console.log(["", ...failed.map((words) => `failed: ${words}`)].join("\n"));
  console.log(`${String(total.passed)} passed, ${String(total.failed)} failed, ${String(total.skipped)} skipped`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

void main();
