/** Whether clusters on paper hold the same, as far as it can be the same. Pure. */

import type { PlacedObject } from "../paper/world";
import { without } from "./without";

/** Objects in a form that compares, by cluster, type and id. */
export type Comparable = ReadonlyMap<string, string>;

/**
 * @param placed Objects of a mesh.
 * @param contexts What the API servers are called, by `host:port`.
 */
export function comparable(placed: readonly PlacedObject[], contexts: ReadonlyMap<string, string>): Comparable {
  return new Map(
    placed.map(({ server, type, id, object }) => [
      `${contexts.get(server) ?? server} ${type} ${id}`,
      named(JSON.stringify(sorted(withoutChance(object))), contexts),
    ]),
  );
}

/** What one has and the other has not, or has otherwise, in words. */
export function differences(present: Comparable, expected: Comparable): string[] {
  const missing = [...expected.keys()].filter((key) => !present.has(key)).map((key) => `missing: ${key}`);
  return [...present]
    .flatMap(([key, text]) => {
      const wanted = expected.get(key);
      if (wanted === undefined) return [`too many: ${key}`];
      return wanted === text ? [] : [`different: ${key}: ${firstDifference(text, wanted)}`];
    })
    .concat(missing)
    .sort();
}

const shownLength = 60;

function firstDifference(text: string, wanted: string): string {
  let index = 0;
  while (text[index] === wanted[index]) index++;
  const shown = (of: string): string => of.slice(Math.max(0, index - shownLength), index + shownLength);
  return `…${shown(text)}… instead of …${shown(wanted)}…`;
}

/** An object without what no two have in common: UIDs, times, and what Secrets hold. */
function withoutChance({ metadata, ...object }: PlacedObject["object"]): object {
  const labels = without((metadata["labels"] ?? {}) as Readonly<Record<string, unknown>>, "modifiedAt");
  const entries = Object.entries(object as Readonly<Record<string, unknown>>).map(([key, value]) => {
    const isHidden = object.kind === "Secret" && ["data", "stringData"].includes(key);
    return [key, isHidden ? Object.keys(value ?? {}) : value] as const;
  });
  return { ...Object.fromEntries(entries), metadata: { ...without(metadata, "uid", "creationTimestamp"), labels } };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/** What follows from keys and ports, by what it is. */
function named(text: string, contexts: ReadonlyMap<string, string>): string {
  const servers = [...contexts].reduce((all, [server, context]) => all.replaceAll(server, context), text);
  return servers
    .replace(/-----BEGIN[^-]*-----.*?-----END[^-]*-----(\\n)?/gs, "<pem>")
    .replace(/LS0tLS1CRUdJTi[A-Za-z0-9+/=]+/g, "<pem>")
    .replace(/([0-9A-F]{2}:){31}[0-9A-F]{2}/g, "<fingerprint>")
    .replace(/\b[0-9a-f]{32,64}\b/g, "<digest>");
}
