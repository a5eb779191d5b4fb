import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBackend, type BackendName } from "../backends";
import type { EngineTools } from "../tools";
import { formatCase, shorterCases, type FuzzCase, type RecordedCase } from "./case";
import { generateCase } from "./generator";
import { replay, type FuzzReport } from "./replay";

/** Which cases are run, and for how long. */
export interface CampaignOptions {
  readonly tools: EngineTools;
  /** In turn. */
  readonly backends: readonly BackendName[];
  /** Of the first case; the others count on from it. */
  readonly seed: number;
  /** No case is begun after that; one is run at least. */
  readonly minutes: number;
  /** Where cases go that break a promise. */
  readonly directory: string;
  /** Whether steps are left out of such a case as long as it breaks one. */
  readonly isShrinking: boolean;
  readonly say: (words: string) => void;
}

/** What the cases came to. */
export interface CampaignResult {
  readonly cases: number;
  readonly steps: number;
  readonly kills: number;
  /** Files of the cases that broke a promise. */
  readonly failures: readonly { readonly file: string; readonly failure: string }[];
}

/** Runs cases until the time is over. */
export async function campaign(options: CampaignOptions): Promise<CampaignResult> {
  const { backends, minutes, say, seed, tools } = options;
  const end = performance.now() + minutes * 60_000;
  const failures: { file: string; failure: string }[] = [];
  let [cases, steps, kills] = [0, 0, 0];
  do {
    const backend = backends[cases % backends.length] ?? "file";
    const next = generateCase((seed + cases) | 0, backend);
    const start = performance.now();
    const report = await replayOn(next, tools);
    cases += 1;
    steps += report.steps;
    kills += report.kills;
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    say(
      `case ${next.seed} on ${backend}: ${report.steps} of ${next.steps.length} steps, ${report.kills} kills, ${seconds} s: ${report.failure ?? "all promises kept"}`,
    );
    if (report.failure === undefined) continue;
    const file = await recorded(next, report, options);
    failures.push({ file, failure: report.failure });
    say(`written to ${file}`);
  } while (performance.now() < end);
  return { cases, steps, kills, failures };
}

/** Runs a case on a new backend of the kind that it names. */
export async function replayOn(original: FuzzCase, tools: EngineTools): Promise<FuzzReport> {
  const backend = await startBackend(original.backend);
  try {
    return await replay(original, tools, backend);
  } finally {
    await backend.stop();
  }
}

/** @returns the path of the file that a case is written to, with what the command line said beside it. */
async function recorded(original: FuzzCase, report: FuzzReport, options: CampaignOptions): Promise<string> {
  const { directory, isShrinking, say, tools } = options;
  const write = (broken: FuzzCase, { failure = "", said }: FuzzReport): string => {
    const file = join(directory, `${broken.backend}-${broken.seed}.json`);
    writeFileSync(file, formatCase({ ...broken, failure } satisfies RecordedCase));
    writeFileSync(`${file}.log`, said);
    return file;
  };
  mkdirSync(directory, { recursive: true });
  let file = write(original, report);
  let shortest = original;
  for (let isShorter = isShrinking; isShorter;) {
    isShorter = false;
    for (const shorter of shorterCases(shortest)) {
      const again = await replayOn(shorter, tools);
      if (again.failure === undefined) continue;
      say(`still so with ${shorter.steps.length} steps: ${again.failure}`);
      file = write(shorter, again);
      shortest = shorter;
      isShorter = true;
      break;
    }
  }
  return file;
}
