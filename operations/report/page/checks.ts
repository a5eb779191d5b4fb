import { markup, type Markup } from "../../markup";
import { checks, type CheckResult, type Status } from "../../verify";
import type { MeshReport } from "../report";
import { section, table, type Section } from "./section";

/** Every check that was run, and what was left out; undefined where nobody verified the mesh. */
export function checksSection({ verify }: MeshReport): Section | undefined {
  if (verify === undefined) return undefined;
  const results = Map.groupBy(verify.checks, ({ id }) => id);
  const rows = [
    ...[...results]
      .sort(([, one], [, other]) => rankOf(one) - rankOf(other))
      .map(([id, of]) => [titleOf(id), stateOf(of), countWords(of)] as const),
    ...(verify.leftOut ?? []).map(
      ({ id, reason }) => [titleOf(id), markup`<span class="unseen">not looked at</span>`, reason] as const,
    ),
  ];
  return section("checks", "Checks", table("What isthmus verify has checked", ["Check", "State", "Results"], rows));
}

const titleOf = (id: string): string => checks.find((check) => check.id === id)?.title ?? id;

/** The worst comes first. */
const states: readonly {
  readonly status: Status;
  readonly name: string;
  readonly sign: string;
  readonly words: string;
}[] = [
  { status: "fail", name: "wrong", sign: "✗", words: "failed" },
  { status: "warn", name: "warning", sign: "!", words: "warned" },
  { status: "skip", name: "unseen", sign: "?", words: "skipped" },
  { status: "pass", name: "well", sign: "✓", words: "passed" },
];

function rankOf(results: readonly CheckResult[]): number {
  return states.findIndex(({ status }) => results.some((result) => result.status === status));
}

function stateOf(results: readonly CheckResult[]): Markup | undefined {
  const state = states[rankOf(results)];
  if (state === undefined) return undefined;
  return markup`<span class="${state.name}"><span class="sign" aria-hidden="true">${state.sign}</span> ${state.words}</span>`;
}

function countWords(results: readonly CheckResult[]): string {
  return states
    .map(({ status, words }) => ({ words, count: results.filter((result) => result.status === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ count, words }) => `${count} ${words}`)
    .join(", ");
}
