import type { Acceptance } from "../../acceptance";
import { faultTitles, type DoctorCause, type DoctorConsequence } from "../../doctor";
import { markup, type Markup } from "../../markup";
import { checks, type CheckResult } from "../../verify";
import { calledBy } from "../calls";
import type { MeshReport } from "../report";
import { pairWords } from "./pairs";
import { section, table, type Section } from "./section";

/** What is wrong and what to do: causes, then checks that did not pass, what follows from causes, and what nobody saw. */
export function findingsSection({ doctor, verify }: MeshReport): Section {
  const { consequences, notLookedAt } = doctor;
  const causes = doctor.causes.filter(({ accepted }) => accepted === undefined);
  const known = doctor.causes.filter(({ accepted }) => accepted !== undefined);
  const troubles = (verify?.checks ?? []).filter(({ status }) => status === "fail" || status === "warn");
  return section("findings", "What is wrong, and what to do", [
    causes.length === 0
      ? markup`<p>No cause was found in what could be looked at.</p>`
      : markup`<ol class="findings">${causeGroups(causes).map(causeItem)}</ol>`,
    troubles.length === 0
      ? undefined
      : markup`<h3>Checks that did not pass</h3>
<ul class="findings">${troubleGroups(troubles).map(troubleItem)}</ul>`,
    known.length === 0
      ? undefined
      : markup`<h3>What the mesh's file accepts</h3>
<ul>${known.map(knownItem)}</ul>`,
    consequences.length === 0
      ? undefined
      : markup`<h3>What follows from that</h3>
<ul>${consequences.map(consequenceItem)}</ul>`,
    notLookedAt.length === 0
      ? undefined
      : table(
          "What could not be looked at",
          ["Cluster", "What", "Why"],
          notLookedAt.map(({ cluster, reason, what }) => [cluster, what, reason]),
        ),
  ]);
}

function knownItem({ accepted, clusters, found, id }: DoctorCause): Markup {
  return markup`<li>${upper(faultTitles.get(id) ?? id)} (${clusters.join(", ")}): ${found}. ${acceptedWords(accepted)}</li>
`;
}

function acceptedWords(accepted: Acceptance | undefined): string {
  if (accepted === undefined) return "";
  return `Accepted${accepted.until === undefined ? "" : ` until ${accepted.until}`}: ${accepted.reason}.`;
}

/** Causes of one kind that are mended in one way are told together, in the place of the first one. */
function causeGroups(causes: readonly DoctorCause[]): (readonly [DoctorCause, ...DoctorCause[]])[] {
  return groups(causes, ({ fix, id }) => [id, fix]);
}

/** So many of a kind are told at once; the others are folded. */
const mostTold = 4;

function causeItem(causes: readonly [DoctorCause, ...DoctorCause[]]): Markup {
  const [first, ...others] = causes;
  const times = others.length === 0 ? "" : `, ${causes.length} times`;
  return markup`<li class="wrong"><h3><span class="sign" aria-hidden="true">✗</span> ${upper(faultTitles.get(first.id) ?? first.id)}${times} <code>${first.id}</code></h3>
${others.length === 0 ? [occurrence(first), proofOf(first)] : occurrences(causes)}
<p class="fix"><b>What to do:</b> ${withCode(first.fix)}</p></li>
`;
}

function occurrences(causes: readonly DoctorCause[]): Markup[] {
  const list = (some: readonly DoctorCause[]): Markup =>
    markup`<ul>${some.map((one) => markup`<li>${occurrence(one)}${foldedProofOf(one)}</li>`)}</ul>`;
  const [told, folded] = [causes.slice(0, mostTold), causes.slice(mostTold)];
  if (folded.length === 0) return [list(told)];
  return [list(told), markup`<details><summary>${folded.length} more</summary>${list(folded)}</details>`];
}

function occurrence({ clusters, found }: DoctorCause): Markup {
  return markup`<p><b>${clusters.join(", ")}:</b> ${found}</p>
`;
}

function proofOf({ clusters, proof }: DoctorCause): Markup | undefined {
  if (proof.length === 0) return undefined;
  return markup`<pre tabindex="0" role="group" aria-label="What shows it in ${clusters.join(", ")}">${proof.join("\n")}</pre>
`;
}

function foldedProofOf(cause: DoctorCause): Markup | undefined {
  const proof = proofOf(cause);
  return proof === undefined
    ? undefined
    : markup`<details><summary>What shows it</summary>${proof}</details>
`;
}

/** Checks of the same kind that fail in the same way are one. */
function troubleGroups(results: readonly CheckResult[]): (readonly [CheckResult, ...CheckResult[]])[] {
  return groups(results, ({ accepted, hint, id, message, status }) => [
    id,
    status,
    message,
    hint,
    acceptedWords(accepted),
  ]);
}

function groups<T>(things: readonly T[], keyOf: (one: T) => readonly string[]): (readonly [T, ...T[]])[] {
  const grouped = Map.groupBy(things, (one) => JSON.stringify(keyOf(one)));
  return [...grouped.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [[first, ...others] as const],
  );
}

function troubleItem(results: readonly [CheckResult, ...CheckResult[]]): Markup {
  const [{ accepted, hint, id, message, status }] = results;
  const title = checks.find((check) => check.id === id)?.title ?? id;
  const sign = status === "fail" ? "✗" : "!";
  const where =
    id === calledBy
      ? pairWords(results.map(({ clusters }) => clusters))
      : results.map(({ clusters }) => clusters.join(", ")).join("; ");
  return markup`<li class="${status === "fail" ? "wrong" : "warning"}"><h4><span class="sign" aria-hidden="true">${sign}</span> ${status === "fail" ? "Failed" : "Warning"}: ${title} <code>${id}</code></h4>
<p><b>${where}:</b> ${message}</p>
${accepted === undefined ? undefined : markup`<p>${acceptedWords(accepted)}</p>`}
${hint === "" ? undefined : markup`<p class="fix"><b>What to do:</b> ${withCode(hint)}</p>`}</li>
`;
}

function consequenceItem({ clusters, found, from, id }: DoctorConsequence): Markup {
  const causes = from.map((one) => faultTitles.get(one.id) ?? one.id);
  return markup`<li>${upper(faultTitles.get(id) ?? id)} (${clusters.join(", ")}): ${found}. Follows from: ${causes.join("; ")}.</li>
`;
}

/** Words with their commands, which stand in backquotes, as such. */
function withCode(words: string): Markup[] {
  return words.split("`").map((part, index) => (index % 2 === 0 ? markup`${part}` : markup`<code>${part}</code>`));
}

function upper(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
