import { markup, type Markup } from "../../markup";
import type { CallsOfReport } from "../calls";
import type { MeshReport } from "../report";
import { pairWords } from "./pairs";
import { scrollable, section, type Section } from "./section";

/** Who calls whom, and how long that takes: a row for each that calls, a column for each that is called. */
export function callsSection({ calls, graph }: MeshReport): Section {
  const names = graph.clusters.map(({ name }) => name);
  const byPair = new Map(calls.map((one) => [JSON.stringify([one.from, one.to]), one]));
  const isCalled = calls.some(({ outcome }) => outcome !== "not-called");
  const slowest = Math.max(...calls.flatMap(({ medianMs = 0 }) => medianMs));
  const words = isCalled
    ? "A row calls, a column answers: the median time in milliseconds, each call over a new connection."
    : "A row would call, a column answer. Nobody has called.";
  const matrix = markup`<table class="calls"><caption>Calls between clusters</caption>
<thead><tr><td></td>${names.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${names.map(
  (
    from,
  ) => markup`<tr><th scope="row">${from}</th>${names.map((to) => cell(byPair.get(JSON.stringify([from, to])), slowest))}</tr>
`,
)}</tbody></table>`;
  return section("calls", "Calls between clusters", [
    markup`<p>${words}</p>`,
    scrollable("Calls between clusters", matrix),
    reasonsOf(calls),
  ]);
}

function cell(calls: CallsOfReport | undefined, slowestMs: number): Markup {
  if (calls === undefined) return markup`<td class="apart"><span aria-label="not to be reached">–</span></td>`;
  const { answered, medianMs, outcome, slowestMs: ownSlowestMs } = calls;
  if (outcome === "unanswered")
    return markup`<td class="wrong"><span class="sign" aria-hidden="true">✗</span> no answer</td>`;
  if (outcome === "not-called") return markup`<td class="unseen">not called</td>`;
  if (medianMs === undefined) return markup`<td class="well">answered</td>`;
  const title = `${answered ?? 0} answered, slowest ${ownSlowestMs ?? medianMs} ms`;
  return markup`<td class="well step${stepOf(medianMs, slowestMs)}" title="${title}">${medianMs}</td>`;
}

/** How far a time is on the way to the slowest one, in five steps: the darker the slower. */
function stepOf(medianMs: number, slowestMs: number): number {
  return Math.min(4, Math.floor((5 * medianMs) / Math.max(slowestMs, 1)));
}

/** Why calls were not made, each reason once; why some were not answered is among what is wrong. */
function reasonsOf(calls: readonly CallsOfReport[]): Markup | undefined {
  const reasons = Map.groupBy(
    calls.filter(({ outcome, reason }) => outcome === "not-called" && reason !== undefined),
    ({ reason }) => reason,
  );
  if (reasons.size === 0) return undefined;
  const item = ([reason, pairs]: [string | undefined, CallsOfReport[]]): Markup =>
    markup`<li>${pairWords(pairs.map(({ from, to }) => [from, to]))}: ${reason}</li>`;
  return markup`<ul>${[...reasons].map(item)}</ul>`;
}
