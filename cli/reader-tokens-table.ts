import { createColors } from "picocolors";
import type { ClusterTokens, ReaderTokensReport, TokensState, TokenStatus, TokenStep } from "../operations/deployment";
import type { Style } from "./verify-table";

const words: Record<TokensState, string> = {
  settled: "ok       ",
  "under-way": "UNDER WAY",
  following: "FOLLOWING",
  unapplied: "UNAPPLIED",
  unread: "UNREAD   ",
};
const symbols: Record<TokensState, string> = {
  settled: "✓",
  "under-way": "→",
  following: "…",
  unapplied: "!",
  unread: "✗",
};

/** What a line of a cluster begins with. */
const indent = "      ";

/** Some lines for each cluster: its tokens, who goes by which, what is awaited and what comes next. Pure. */
export function readerTokensTable(
  { clusters }: ReaderTokensReport,
  steps: ReadonlyMap<string, TokenStep>,
  style: Style,
): string {
  const paint = createColors(style.colour);
  const colours: Record<TokensState, (text: string) => string> = {
    settled: paint.green,
    "under-way": paint.yellow,
    following: paint.yellow,
    unapplied: paint.yellow,
    unread: paint.red,
  };
  const lines = clusters.flatMap((cluster) => {
    const mark = colours[cluster.state](style.symbols ? symbols[cluster.state] : words[cluster.state]);
    const due = cluster.isDue ? ` ${paint.yellow("(due)")}` : "";
    return [
      `${mark} ${cluster.cluster}${due}`,
      ...linesOf(cluster, steps.get(cluster.cluster)).map((line) => `${indent}${line}`),
    ];
  });
  return [...lines, ""].join("\n");
}

function linesOf({ awaited, readers, tokens }: ClusterTokens, step: TokenStep | undefined): string[] {
  return [
    ...tokens.map((token) => `token    ${tokenWords(token)}`),
    ...readers.map(({ cluster, given, lag }) => {
      const what = given === undefined ? "has been given none of these" : `has been given ${given}`;
      return `reader   ${cluster} ${what}${lag === undefined ? "" : ` (${lag})`}`;
    }),
    ...awaited.map((one) => `awaits   ${one}`),
    ...(step === undefined ? [] : [`next     ${step.what}`, `         ${step.why}`]),
  ];
}

const places: Record<TokenStatus["place"], string> = {
  used: "used",
  beside: "beside",
  leaving: "to be revoked",
};

function tokenWords({ ageDays, name, place }: TokenStatus): string {
  const age = ageDays === undefined ? "not made yet" : `${String(ageDays)} ${ageDays === 1 ? "day" : "days"} old`;
  return `${name}, ${places[place]}, ${age}`;
}
