import { isMap, isScalar, isSeq, type ParsedNode } from "yaml";

/** Something that this program and Pulumi, whose YAML is Go's, would read differently. */
export interface TwofoldReading {
  /** Where it stands; of a name, the name itself among them. */
  readonly keys: readonly (string | number)[];
  /** As it is written: digits, signs and a few letters. */
  readonly text: string;
  readonly what: "name" | "value";
  /** Place in the text. */
  readonly offset: number;
}

/** Numbers that Go's YAML reads by the rules of YAML 1.1: octal, binary, with underscores. */
const numberOf11 = /^[-+]?(0[0-9_]+|0b[01_]+|[0-9][0-9_]*_[0-9_]*)$/;

/** Dates, which Go's YAML reads as points in time. */
const dateOf11 = /^\d{4}-\d{1,2}-\d{1,2}([Tt ]|$)/;

/**
 * Names and values without quotes that mean one thing here, where YAML is 1.2, and another to Pulumi: a cluster `0123` is
 * 123 here and 83 there, and a date becomes a point in time. Names are to be texts, so that a name that is read as anything
 * else counts too, but for a whole number, whose text is the same in both.
 */
export function twofoldReadings(node: ParsedNode | null, keys: readonly (string | number)[] = []): TwofoldReading[] {
  if (isSeq(node)) return node.items.flatMap((item, index) => twofoldReadings(item, [...keys, index]));
  if (isMap(node)) {
    return node.items.flatMap(({ key, value }) => {
      const name = isScalar(key) ? String(key.value) : "";
      return [...nameReadings(key, [...keys, name]), ...twofoldReadings(value, [...keys, name])];
    });
  }
  const text = plainText(node);
  if (node === null || text === undefined || !(numberOf11.test(text) || dateOf11.test(text))) return [];
  return [{ keys, text, what: "value", offset: node.range[0] }];
}

function nameReadings(key: ParsedNode, keys: readonly (string | number)[]): TwofoldReading[] {
  const text = plainText(key);
  if (!isScalar(key) || text === undefined) return [];
  const isText = typeof key.value === "string" && !numberOf11.test(text) && !dateOf11.test(text);
  const isWholeNumber = typeof key.value === "number" && /^(0|[1-9]\d{0,14})$/.test(text);
  return isText || isWholeNumber ? [] : [{ keys, text, what: "name", offset: key.range[0] }];
}

/** What is written without quotes; `<<` is no name but lays one mapping over another. */
function plainText(node: ParsedNode | null): string | undefined {
  if (!isScalar(node) || node.type !== "PLAIN") return undefined;
  return node.source === "<<" ? undefined : node.source;
}
