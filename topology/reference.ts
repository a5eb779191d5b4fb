import type { JsonSchema } from "./json-schema";
import { meshKey } from "./path";

/** A row of the configuration's reference. */
interface Row {
  readonly path: string;
  readonly type: string;
  readonly presence: string;
  readonly meaning: string;
}

/** The configuration's reference in Markdown: a table with every key, from the JSON Schema that editors use. */
export function configurationReference(mesh: JsonSchema): string {
  const rows = rowsBelow(mesh, "").map(
    ({ path, type, presence, meaning }) => `| \`${path}\` | ${type} | ${presence} | ${meaning} |`,
  );
  return `# Configuration

What stands under \`${meshKey}\` in \`Pulumi.<stack>.yaml\`. Generated from the schema by \`npm run schema\`: change \`topology/schema.ts\`, not this page.
Every problem with a configuration is reported at once, before anything is changed, with the path as it stands here below \`${meshKey}.\`.

An editor with YAML support completes and explains all of this when the file begins with

\`\`\`yaml
# yaml-language-server: $schema=docs/schema/stack.schema.json
\`\`\`

| Path | Type | Default | Meaning |
|---|---|---|---|
${rows.join("\n")}
`;
}

function rowsBelow(schema: JsonSchema, path: string): Row[] {
  const required = new Set(schema.required);
  const properties = Object.entries(schema.properties ?? {}).flatMap(([key, property]) =>
    rowsOf(property, path === "" ? key : `${path}.${key}`, required.has(key) ? "required" : "optional"),
  );
  const items = schema.additionalProperties;
  const named = typeof items === "object" && isDescribed(items) ? rowsOf(items, `${path}.<name>`, "at least one") : [];
  const branches = (schema.anyOf ?? []).flatMap((branch) => rowsBelow(branch, path));
  return [...properties, ...branches.map((row) => ({ ...row, presence: "one of these" })), ...named];
}

function isDescribed(schema: JsonSchema): boolean {
  return schema.description !== undefined;
}

function rowsOf(schema: JsonSchema, path: string, presence: "required" | "optional" | "at least one"): Row[] {
  const [meaning, reason] = splitDefault(schema.description ?? "");
  return [
    {
      path,
      type: typeOf(schema),
      presence: presence === "optional" ? defaultOf(schema, reason) : `**${presence}**`,
      meaning: cell(meaning),
    },
    ...rowsBelow(schema, path),
  ];
}

/** Descriptions end with the default and its reason: `… Default: 90, so that …`. */
function splitDefault(description: string): readonly [meaning: string, reason: string] {
  const [meaning = "", reason = ""] = description.split(/ Default: /);
  return [meaning, reason.replace(/\.$/, "")];
}

function defaultOf(schema: JsonSchema, reason: string): string {
  if (reason !== "") return cell(reason);
  if (schema.type === "object") return "as below";
  return schema.default === undefined ? "none" : `\`${JSON.stringify(schema.default)}\``;
}

function typeOf(schema: JsonSchema): string {
  if (schema.anyOf !== undefined) return "one of two mappings";
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(" or ");
  if (schema.type === "integer") return `whole number, ${schema.minimum} to ${schema.maximum}`;
  return schema.type === "object" ? "mapping" : (schema.type ?? "any");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
