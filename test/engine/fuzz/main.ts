import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seed } from "../../support/seed";
import { backendNames, type BackendName } from "../backends";
import { engineTools } from "../tools";
import { campaign, replayOn } from "./campaign";
import { parseCase } from "./case";

/**
 * The fuzzer by itself: `make fuzz`. FUZZ_MINUTES says for how long (default: an hour), FUZZ_BACKENDS on which backends
 * (default: all in turn), ISTHMUS_SEED with which case it begins (default: by the commit). With files of cases as arguments
 * it runs those alone.
 */
async function main(files: readonly string[]): Promise<void> {
  const tools = await engineTools();
  const say = (words: string): void => void process.stdout.write(`${words}\n`);
  for (const file of files) {
    const {
      failure = "all promises kept",
      kills,
      said,
      steps,
    } = await replayOn(parseCase(readFileSync(file, "utf8")), tools);
    say(`${said}\n${file}: ${steps} steps, ${kills} kills: ${failure}`);
    if (failure !== "all promises kept") process.exitCode = 1;
  }
  if (files.length > 0) return;
  const chosen = process.env["FUZZ_BACKENDS"]?.split(",");
  const { cases, failures, kills, steps } = await campaign({
    tools,
    backends: backendNames.filter((name: BackendName) => chosen?.includes(name) ?? true),
    seed,
    minutes: Number(process.env["FUZZ_MINUTES"] ?? 60),
    directory: process.env["FUZZ_DIRECTORY"] ?? join(tmpdir(), "isthmus-fuzz"),
    isShrinking: process.env["FUZZ_SHRINK"] !== "false",
    say,
  });
  say(
    `${cases} cases, ${steps} steps, ${kills} kills, from ISTHMUS_SEED=${seed} on; ${failures.length} broke a promise`,
  );
  if (failures.length > 0) process.exitCode = 1;
}

void main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
