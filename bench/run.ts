import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Table from "cli-table3";
import { bundleNames, measureBundle } from "./benchmarks/bundle";
import { diagnoseFirstFailure, firstFailureName } from "./benchmarks/first-failure";
import { joins, measureJoin } from "./benchmarks/join";
import { globalServicesScaleNames, measureGlobalServicesScale } from "./benchmarks/global-services-scale";
import { labFromNothing } from "./benchmarks/lab";
import { planGrowth, planNames, planSizes } from "./benchmarks/plan";
import { measureRotation, rotationNames, rotations } from "./benchmarks/rotation";
import { measureSplit, splitNames, splitSizes } from "./benchmarks/split";
import { measureSummary, summaryName } from "./benchmarks/summary";
import { planSplit, planSplitNames } from "./benchmarks/plan-split";
import { errorMessage } from "../topology";
import { measureVerify, verifiedMeshes } from "./benchmarks/verify";
import { describeMachine } from "./machine";
import { resultOf, type BenchResult, type Measurement } from "./result";

/** A group of benchmarks that share what they set up. */
interface Group {
  readonly names: readonly string[];
  readonly measure: (repository: string, report: (line: string) => void) => Promise<Measurement[]>;
}

const groups: readonly Group[] = [
  { names: ["lab-2", "lab-5", "lab-memory-per-cluster"], measure: labFromNothing },
  ...joins.map((join): Group => {
    const names = [join.name, ...Object.values(join.alongside ?? {})];
    return { names, measure: (repository, report) => measureJoin(join, repository, report) };
  }),
  { names: [firstFailureName], measure: diagnoseFirstFailure },
  { names: bundleNames, measure: (_, report) => measureBundle(report) },
  { names: [summaryName], measure: measureSummary },
  ...splitSizes.map((size): Group => {
    return { names: splitNames(size), measure: (repository, report) => measureSplit(size, repository, report) };
  }),
  ...rotations.map((rotation): Group => {
    return { names: rotationNames(rotation), measure: (_, report) => measureRotation(rotation, report) };
  }),
  ...verifiedMeshes.map((mesh): Group => {
    return { names: [mesh.name], measure: (repository, report) => measureVerify(mesh, repository, report) };
  }),
  { names: planSplitNames, measure: planSplit },
  { names: globalServicesScaleNames, measure: measureGlobalServicesScale },
  ...planSizes.map((size): Group => {
    return { names: planNames(size), measure: (repository, report) => planGrowth(size, repository, report) };
  }),
];

const report = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

function asTable(results: readonly BenchResult[]): string {
  const table = new Table({
    head: ["benchmark", "median", "runs", "beside", "its median", "ratio"],
    style: { head: [], border: [] },
  });
  for (const result of results) {
    table.push([
      result.name,
      `${String(result.value)} ${result.unit}`,
      result.runs.join(", "),
      result.peer ?? "",
      result.peerValue === undefined ? "" : `${String(result.peerValue)} ${result.unit}`,
      result.ratio?.toString() ?? "",
    ]);
  }
  return table.toString();
}

/** Runs all benchmarks, or those that are asked for, together with what their groups set up. */
async function main(repository: string, asked: readonly string[]): Promise<void> {
  const known = groups.flatMap(({ names }) => names);
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`BENCH=${unknown.join(" ")}: expected some of ${known.join(", ")}.\n`);
    process.exitCode = 2;
    return;
  }
  const wanted = asked.length === 0 ? known : asked;
  const chosen = groups.filter(({ names }) => names.some((name) => wanted.includes(name)));
  const machine = describeMachine();
  const results: BenchResult[] = [];
  for (const group of chosen) {
    for (const measurement of await group.measure(repository, report)) {
      if (!wanted.includes(measurement.name)) continue;
      results.push(resultOf(measurement, machine, new Date()));
      for (const note of measurement.notes ?? []) report(`${measurement.name}: ${note}`);
    }
  }
  const directory = join(repository, "bench", "results");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "latest.json"), `${JSON.stringify(results, undefined, 2)}\n`);
  console.log(machine);
  console.log(asTable(results));
}

void main(join(__dirname, ".."), process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${errorMessage(error)}\n`);
  process.exitCode = 1;
});
