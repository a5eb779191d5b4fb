import { appendFileSync } from "node:fs";
import type { LabFault } from "./fault";
import type { PeerWords } from "./peers";

/** What a fault came to, as a line of the file that `ISTHMUS_FAULTS_RESULTS` names. */
export interface FaultResult {
  readonly name: string;
  readonly done: string;
  readonly causes: readonly string[];
  readonly mended: string;
  readonly namedAfterSeconds: number;
  readonly wellAfterSeconds: number;
  /** Left out where Istio's own command line was not asked. */
  readonly peers?: PeerWords;
}

/** File that results are added to; undefined where nobody asks for them. */
export const resultsFile = process.env["ISTHMUS_FAULTS_RESULTS"];

/** Adds a result to the file, where one is asked for. */
export function tellResult(result: FaultResult): void {
  if (resultsFile !== undefined) appendFileSync(resultsFile, `${JSON.stringify(result)}\n`);
}

/** How a fault is mended, in words. */
export function mendedWords({ mend }: LabFault): string {
  if (mend.by === "hand") return mend.words;
  return mend.by === "kubectl" ? "the command of kubectl" : `\`isthmus ${mend.by}\``;
}

/** A table of docs/faults.md, one row a fault, the last result of each. Pure. */
export function resultsTable(results: readonly FaultResult[]): string {
  const last = [...new Map(results.map((result) => [result.name, result])).values()];
  const said = (words: readonly string[] | undefined): string =>
    words === undefined ? "not asked" : words.length === 0 ? "–" : words.join(", ");
  const rows = last.map(({ causes, done, mended, peers }) => [
    done,
    causes.map((cause) => `\`${cause}\``).join(", "),
    mended,
    said(peers?.analyze),
    said(peers?.remoteClusters),
    said(peers?.precheck),
  ]);
  const head = ["somebody", "`isthmus doctor` names", "mended by", "`analyze`", "`remote-clusters`", "`x precheck`"];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
