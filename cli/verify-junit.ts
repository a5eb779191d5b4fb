import type { CheckResult, VerifyReport } from "../operations/deployment";
import { acceptedWords } from "./accepted-words";

/**
 * The report in the XML that JUnit writes and CI servers show as tests: a suite for each check, a case for each set of
 * clusters that it is about. A warning is a case that passed, with what it says as its output. Pure.
 * @param titles Of the checks, by id.
 * @param command What gave the report, by which CI servers call it. Default: isthmus verify.
 */
export function verifyJunit(
  report: VerifyReport,
  titles: ReadonlyMap<string, string>,
  command = "isthmus verify",
): string {
  const { checks, leftOut = [], summary } = report;
  const suites = [...Map.groupBy(checks, ({ id }) => id)].map(([id, results]) =>
    suite(id, titles.get(id) ?? id, results),
  );
  const skipped = leftOut.map(
    ({ id, reason }) =>
      `  <testsuite name="${attribute(id)}" tests="1" failures="0" skipped="1">\n    <testcase classname="${attribute(id)}" name="${attribute(titles.get(id) ?? id)}">\n      <skipped message="${attribute(reason)}"/>\n    </testcase>\n  </testsuite>`,
  );
  const counts = `tests="${String(checks.length + leftOut.length)}" failures="${String(summary.fail)}" skipped="${String(summary.skip + leftOut.length)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${attribute(command)}" ${counts}>`,
    ...suites,
    ...skipped,
    "</testsuites>",
  ].join("\n");
}

function suite(id: string, title: string, results: readonly CheckResult[]): string {
  const count = (status: CheckResult["status"]): string =>
    String(results.filter((result) => result.status === status).length);
  const cases = results.map((result) => {
    const name = `${title} (${result.clusters.join(" to ")})`;
    return `    <testcase classname="${attribute(id)}" name="${attribute(name)}">${outcome(result)}</testcase>`;
  });
  const counts = `tests="${String(results.length)}" failures="${count("fail")}" skipped="${count("skip")}"`;
  return [`  <testsuite name="${attribute(id)}" ${counts}>`, ...cases, "  </testsuite>"].join("\n");
}

function outcome({ accepted, hint, message, status }: CheckResult): string {
  switch (status) {
    case "pass":
      return "";
    case "skip":
      return `<skipped message="${attribute(message)}"/>`;
    case "fail":
      return `<failure message="${attribute(message)}">${text(hint)}</failure>`;
    case "warn":
      return `<system-out>${text(`warning: ${message}. ${accepted === undefined ? hint : acceptedWords(accepted)}`)}</system-out>`;
  }
}

/** What XML has a place for (XML 1.0, 2.2, Char), whatever a cluster said. */
function isXml(character: string): boolean {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x20) return ["\t", "\n", "\r"].includes(character);
  return point !== 0xfffe && point !== 0xffff;
}

function text(words: string): string {
  const known = Array.from(words.toWellFormed(), (character) => (isXml(character) ? character : "\uFFFD")).join("");
  return known.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function attribute(words: string): string {
  return text(words).replaceAll('"', "&quot;").replace(/\s/g, " ");
}
