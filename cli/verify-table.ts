import { createColors } from "picocolors";
import { acceptanceWords, type CheckResult, type Status, type VerifyReport } from "../operations/deployment";
import { acceptedWords } from "./accepted-words";

/** What the place of output can show. */
export interface Style {
  readonly colour: boolean;
  /** Whether ✓ and ✗ can be shown; else plain letters. */
  readonly symbols: boolean;
}

/** What a stream can show: symbols at a terminal that speaks UTF-8, colours at one that wants them. */
export function styleOf(stream: { readonly isTTY?: boolean }, variables: NodeJS.ProcessEnv): Style {
  const terminal = stream.isTTY === true;
  const locale = variables["LC_ALL"] || variables["LC_CTYPE"] || variables["LANG"] || "";
  return {
    colour: terminal && !variables["NO_COLOR"] && variables["TERM"] !== "dumb",
    symbols: terminal && /utf-?8/i.test(locale),
  };
}

const words: Record<Status, string> = { pass: "ok  ", warn: "WARN", fail: "FAIL", skip: "skip" };
const symbols: Record<Status, string> = { pass: "✓", warn: "!", fail: "✗", skip: "-" };

/** The worst comes first in a check's line. */
const severity: readonly Status[] = ["fail", "warn", "skip", "pass"];

/**
 * A line for each check, and below it one for each set of clusters where it does not hold, with what to do. What was not
 * checked is counted once, by the reason. Pure.
 * @param titles Of the checks, by id.
 */
export function verifyTable(report: VerifyReport, titles: ReadonlyMap<string, string>, style: Style): string {
  const paint = createColors(style.colour);
  const colours: Record<Status, (text: string) => string> = {
    pass: paint.green,
    warn: paint.yellow,
    fail: paint.red,
    skip: paint.dim,
  };
  const mark = (status: Status): string => colours[status](style.symbols ? symbols[status] : words[status]);

  const lines = [...groupById(report.checks)].flatMap(([id, results]) => {
    const worst = severity.find((status) => results.some((result) => result.status === status)) ?? "pass";
    const clusters = unique(results.flatMap((result) => result.clusters)).join(", ");
    return [
      `${mark(worst)} ${titles.get(id) ?? id} ${paint.dim(`(${clusters})`)}`,
      ...results
        .filter(
          ({ status }) => status === "fail" || status === "warn" || (status === "pass" && id === "calls-answered"),
        )
        .flatMap((result) => [
          `     ${mark(result.status)} ${subjectOf(result)}: ${result.message}`,
          ...(result.accepted === undefined ? [] : [`       ${acceptedWords(result.accepted)}`]),
        ]),
      ...unique(results.map((result) => result.hint))
        .filter((hint) => hint !== "")
        .map((hint) => `     ${paint.bold(style.symbols ? "→" : "->")} ${hint}`),
    ];
  });
  const { pass, warn, fail, skip } = report.summary;
  const skipped = Map.groupBy(
    report.checks.filter(({ status }) => status === "skip"),
    ({ message }) => message,
  );
  const reasons = [...skipped].map(([message, results]) => paint.dim(`${results.length} ${message}`));
  const leftOut = [...Map.groupBy(report.leftOut ?? [], ({ reason }) => reason)].map(([reason, checks]) =>
    paint.dim(`not looked at: ${checks.map(({ id }) => id).join(", ")}, because ${reason}`),
  );
  const accepted = report.checks.filter((result) => result.accepted !== undefined).length;
  return [
    ...lines,
    "",
    ...reasons,
    ...leftOut,
    ...(report.acceptances ?? []).flatMap((state) => acceptanceWords(state) ?? []),
    `${pass} passed, ${warn} warned${accepted === 0 ? "" : ` (${String(accepted)} accepted)`}, ${fail} failed, ${skip} skipped`,
    "",
  ].join("\n");
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}

/** Ids of what is looked at on the way from one cluster to another. */
const ofWays: readonly string[] = ["helloworld-reached", "api-server-reached", "gateway-addressed"];

function subjectOf({ id, clusters }: CheckResult): string {
  return clusters.join(ofWays.includes(id) ? " to " : ", ");
}

function groupById(results: readonly CheckResult[]): Map<string, CheckResult[]> {
  const groups = new Map<string, CheckResult[]>();
  for (const result of results) groups.set(result.id, [...(groups.get(result.id) ?? []), result]);
  return groups;
}
