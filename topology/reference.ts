import type { JsonSchema } from "./json-schema";
import { meshKey } from "./path";

/** A row of the configuration's reference. */
interface Row {
  readonly path: string;
  readonly type: string;
  readonly presence: string;
  readonly meaning: string;
}

/**
 * The configuration's reference in Markdown, from the JSON Schema that editors use: a table with every key, one for the
 * scalars at the top and one for each mapping there.
 */
export function configurationReference(mesh: JsonSchema): string {
  const required = new Set(mesh.required);
  const top = Object.entries(mesh.properties ?? {});
  const scalars = top.filter(([, property]) => property.type !== "object");
  const mappings = top.filter(([, property]) => property.type === "object");
  const presence = (key: string): Presence => (required.has(key) ? "required" : "optional");
  const sections = mappings.map(([key, property]) => section(key, property, presence(key)));
  return `# Configuration

What stands under \`${meshKey}\` in \`Pulumi.<stack>.yaml\`. Generated from the schema by \`npm run schema\`: change \`topology/schema/\`, not this page.
Every problem with a configuration is reported at once, before anything is changed, with the path as it stands here below \`${meshKey}.\`.

An editor with YAML support completes and explains all of this when the file begins with

\`\`\`yaml
# yaml-language-server: $schema=docs/schema/stack.schema.json
\`\`\`

At the top stand these, and the mappings below: ${mappings.map(([key]) => `[\`${key}\`](#${key.toLowerCase()})`).join(", ")}.

${table(scalars.flatMap(([key, property]) => rowsOf(property, key, presence(key))))}

${sections.join("\n\n")}
`;
}

/** Whether a key must be there; of the names in a mapping, how many there must be; of the keys of a union, one. */
type Presence = "required" | "optional" | "at least one" | "any number" | "one of these";

function section(key: string, schema: JsonSchema, presence: Presence): string {
  const [meaning, reason] = splitDefault(schema.description ?? "");
  const facts = presence === "required" ? " Required." : reason === "" ? "" : ` Default: ${reason}.`;
  return `## ${key}\n\n${meaning}${facts}\n\n${table(rowsBelow(schema, key, presence))}`;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ path, type, presence, meaning }) => `| \`${path}\` | ${type} | ${presence} | ${meaning} |`);
  return ["| Path | Type | Default | Meaning |", "|---|---|---|---|", ...lines].join("\n");
}

function rowsBelow(schema: JsonSchema, path: string, presence: Presence): Row[] {
  const required = new Set(schema.required);
  const properties = Object.entries(schema.properties ?? {}).flatMap(([key, property]) =>
    rowsOf(property, `${path}.${key}`, required.has(key) ? "required" : "optional"),
  );
  const named = schema.additionalProperties;
  const entries =
    typeof named === "object" && named.description !== undefined
      ? rowsOf(named, `${path}.<name>`, presence === "required" ? "at least one" : "any number")
      : [];
  const items = schema.items === undefined ? [] : rowsBelow(schema.items, `${path}[]`, "optional");
  return [...properties, ...branchRows(schema.anyOf ?? [], path), ...entries, ...items];
}

/** Rows of mappings of which one is to be written: a key that several of them have is told once. */
function branchRows(branches: readonly JsonSchema[], path: string): Row[] {
  const rows = branches.flatMap((branch) => {
    const required = branch.required ?? [];
    return rowsBelow(branch, path, "optional").map((row) => {
      const others = required.filter((key) => row.path !== `${path}.${key}`).map((key) => `, with \`${key}\``);
      return row.presence === "**required**" ? { ...row, presence: `one of these${others.join("")}` } : row;
    });
  });
  return rows.filter((row, index) => rows.findIndex((other) => other.path === row.path) === index);
}

function rowsOf(schema: JsonSchema, path: string, presence: Presence): Row[] {
  const [meaning, reason] = splitDefault(schema.description ?? "");
  return [
    {
      path,
      type: typeOf(schema),
      presence: presence === "optional" ? defaultOf(schema, reason) : `**${presence}**`,
      meaning: cell(meaning),
    },
    ...rowsBelow(schema, path, presence),
  ];
}

/** Descriptions end with the default and its reason: `… Default: 90, so that …`. */
function splitDefault(description: string): readonly [meaning: string, reason: string] {
  const [meaning = "", reason = ""] = description.split(/ Default: /);
  return [meaning, reason.replace(/\.$/, "")];
}

function defaultOf(schema: JsonSchema, reason: string): string {
  if (reason !== "") return cell(reason);
  return schema.type === "object" ? "as below" : "none";
}

const numerals = ["no", "one", "two", "three", "four", "five", "six"];

function typeOf(schema: JsonSchema): string {
  if (schema.anyOf !== undefined) return `one of ${numerals[schema.anyOf.length] ?? schema.anyOf.length} mappings`;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(" or ");
  if (schema.type === "integer") return `whole number, ${schema.minimum} to ${schema.maximum}`;
  if (schema.type === "array") return `list of ${severalOf(schema.items ?? {})}`;
  if (schema.type !== "object") return schema.type ?? "any";
  const named = schema.additionalProperties;
  return typeof named === "object" && named.type === "string" ? "strings by key" : "mapping";
}

function severalOf(items: JsonSchema): string {
  return items.type === "integer" ? "whole numbers" : `${typeOf(items)}s`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
