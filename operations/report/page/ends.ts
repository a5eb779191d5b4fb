import { markup, type Markup } from "../../markup";
import type { EndOfReport } from "../certificates";
import type { MeshReport } from "../report";
import { section, table, type Section } from "./section";

/** Certificates and tokens, and when they end. */
export function endsSection({ ends }: MeshReport): Section {
  const rows = ends.map(
    (one) =>
      [
        unquoted(one.name),
        kinds[one.kind],
        one.clusters.join(one.kind === "token" ? " reads " : ", "),
        markup`<time datetime="${one.notAfter}">${one.notAfter.slice(0, 10)}</time>`,
        stateOf(one),
        one.fingerprint === undefined ? undefined : markup`<code>${short(one.fingerprint)}</code>`,
      ] as const,
  );
  const content =
    rows.length === 0
      ? markup`<p>None could be looked at.</p>`
      : table(
          "Certificates of CAs and tokens, the next end first",
          ["Name", "What", "Where", "Ends", "State", "SHA-256"],
          rows,
        );
  return section("ends", "Certificates and tokens", content);
}

const kinds: Readonly<Record<EndOfReport["kind"], string>> = {
  root: "root CA",
  intermediate: "intermediate CA",
  token: "token by which an istiod reads a cluster",
};

function stateOf({ daysLeft, state }: EndOfReport): Markup {
  if (state === "past") return markup`<span class="wrong"><span class="sign" aria-hidden="true">✗</span> past</span>`;
  const left = `${daysLeft} ${daysLeft === 1 ? "day" : "days"} left`;
  if (state === "good") return markup`<span class="well"><span class="sign" aria-hidden="true">✓</span> ${left}</span>`;
  return markup`<span class="warning"><span class="sign" aria-hidden="true">!</span> ${left}</span>`;
}

/** The first eight bytes of a fingerprint are enough to tell certificates apart that somebody looks at. */
function short(fingerprint: string): string {
  return fingerprint.slice(0, 23);
}

/** A name with commas stands in quotes, for lines among others. */
function unquoted(name: string): string {
  return name.replace(/^"(.*)"$/u, "$1");
}
