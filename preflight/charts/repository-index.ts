import { asText, below } from "../../access/mapping";
import { readJson } from "../checks/permissions";
import { readYaml } from "../../access/yaml";

/** A chart of one version in a repository's index. */
export interface IndexEntry {
  readonly version: string;
  /** Where the archive is, relative to the repository; undefined where the index does not say. */
  readonly url?: string;
  /** The archive's SHA-256 in hexadecimal, where the index says it. */
  readonly digest?: string;
}

/**
 * The entries of a chart in a repository's index, in the index's order. An index of Istio's has thousands of lines and
 * reading all of YAML would take seconds, so the form in which Helm writes it is read by line, and any other in full.
 */
export function entriesOf(index: string, chart: string): readonly IndexEntry[] {
  const byLine = entriesByLine(index, chart);
  if (byLine.length > 0) return byLine;
  const entries = below(contentOf(index), "entries", chart);
  return Array.isArray(entries) ? entries.flatMap(entryOf) : [];
}

/** Above this size an index that Helm did not write is passed over, in characters: reading it would take seconds. */
const longestForeignIndex = 1_000_000;

function contentOf(index: string): unknown {
  if (index.trimStart().startsWith("{")) return readJson(index);
  if (index.length > longestForeignIndex) return undefined;
  const read = readYaml(index);
  return "content" in read ? read.content : undefined;
}

function entryOf(content: unknown): IndexEntry[] {
  const version = asText(below(content, "version"));
  if (version === undefined) return [];
  const urls = below(content, "urls");
  const url = asText(Array.isArray(urls) ? urls[0] : undefined);
  const digest = asText(below(content, "digest"))?.replace(/^sha256:/, "");
  return [{ version, ...(url === undefined ? {} : { url }), ...(digest === undefined ? {} : { digest }) }];
}

function entriesByLine(index: string, chart: string): readonly IndexEntry[] {
  const start = index.search(new RegExp(`^  ${chart}:\\s*$`, "m"));
  if (start < 0) return [];
  const entries: { version?: string; url?: string; digest?: string }[] = [];
  let inUrls = false;
  for (const line of index.slice(start).split("\n").slice(1)) {
    if (/^( {0,2}[^\s#-])/.test(line)) break;
    if (line.startsWith("  - ")) entries.push({});
    const entry = entries.at(-1);
    if (entry === undefined) continue;
    const item = /^ {4}- *["']?([^"'\s]+)["']?\s*$/.exec(line)?.[1];
    if (inUrls && item !== undefined) entry.url ??= item;
    const [, key, value] = /^(?: {2}- | {4})(\w+):(?: *["']?([^"'\s]+)["']?\s*$)?/.exec(line) ?? [];
    if (key !== undefined) inUrls = key === "urls";
    if ((key === "version" || key === "digest") && value !== undefined) entry[key] = value.replace(/^sha256:/, "");
  }
  return entries.flatMap(({ version, ...rest }) => (version === undefined ? [] : [{ version, ...rest }]));
}
