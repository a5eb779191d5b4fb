import { execFileSync } from "node:child_process";
import fc from "fast-check";

/** Long enough for every property on a machine at rest, short enough that mocha's own limit ends none without its seed. */
const propertyTakesAtMostMs = 15_000;

/**
 * What all that is random in the tests follows from: `ISTHMUS_SEED`, else the commit. So a commit passes or fails each
 * time in the same way, and the next one tries other cases.
 */
export const seed = seedOf(process.env["ISTHMUS_SEED"] ?? commit());

/** How a run's seed is said, so that what failed can be run again. */
export const saidSeed = `random by ISTHMUS_SEED=${String(seed)}`;

fc.configureGlobal({ seed });
// On a busy machine fewer cases run, instead of none being counted.
fc.installGlobalPlugin(fc.interruptAfterTimeLimit(propertyTakesAtMostMs));

/** mocha's root hooks. Of files that run beside each other each has them: there the run of all rings says it. */
export const mochaHooks = {
  afterAll(): void {
    if (process.env["MOCHA_WORKER_ID"] === undefined) process.stdout.write(`\n  ${saidSeed}\n`);
  },
};

/** @param text A seed as a number, or a commit. */
function seedOf(text: string): number {
  if (/^-?\d{1,10}$/.test(text)) return Number(text) | 0;
  if (/^[0-9a-f]{40,64}$/.test(text)) return Number.parseInt(text.slice(0, 8), 16) | 0;
  throw new Error(`ISTHMUS_SEED: expected a whole number of up to 10 digits, found ${JSON.stringify(text)}`);
}

/** @returns the commit that is checked out; a seed of its own where there is no git. */
function commit(): string {
  try {
    return execFileSync("git", ["-C", __dirname, "rev-parse", "HEAD"], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return "0";
  }
}
