import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, parseDocument, stringify, type Pair, type ParsedNode, type YAMLMap } from "yaml";
import { ConfigurationError, configurationPath, meshKey, type Problem } from "../topology";
import { asMapping, below } from "./mapping";
import { replaceFile } from "./replaced-file";
import { stackConfigurationPath, stackFile } from "./stack-configuration";
import { readYaml } from "./yaml";

/** A value of the mesh's configuration that is to be another one. */
export interface ConfigurationEdit {
  /** Keys that lead to it, below `isthmus:mesh`. */
  readonly keys: readonly [string, ...string[]];
  /** What is to stand there, as JSON has it; undefined: nothing, and its key goes with it. */
  readonly value: unknown;
}

/** A stack's file that was changed. */
export interface EditedFile {
  /**
   * Puts back what stood there before.
   * @throws ConfigurationError where somebody else has changed it since; it stays as it is then.
   */
  readonly undo: () => Promise<void>;
}

/**
 * Changes values of the mesh's configuration in a stack's file, and no other letter of it: comments, order and spacing stay.
 * The file is at any moment the old one or the new one.
 * @throws ConfigurationError where the file is not written so that it can be done, and where somebody else changed it
 *   meanwhile; it is as it was then.
 */
export async function editStackFile(
  projectDirectory: string,
  stack: string,
  edits: readonly ConfigurationEdit[],
): Promise<EditedFile> {
  const path = await stackConfigurationPath(projectDirectory, stack);
  const text = await readFile(path, "utf8");
  const edited = edits.reduce((before, edit) => editedText(before, edit, stackFile(stack)), text);
  await replaceText(path, text, edited);
  return { undo: () => replaceText(path, edited, text) };
}

async function replaceText(path: string, text: string, edited: string): Promise<void> {
  if (edited === text) return;
  await replaceFile(path, edited, (await stat(path)).mode, async () => {
    if ((await readFile(path, "utf8")) !== text) throw new ConfigurationError([changedMeanwhile(basename(path))]);
  });
}

/**
 * The text of a stack's file with another value of the mesh's configuration. Pure.
 * @param file The file's name, for problems.
 * @throws ConfigurationError where the value cannot be put there without changing anything else.
 */
export function editedText(text: string, edit: ConfigurationEdit, file: string): string {
  const path = ["config", meshKey, ...edit.keys];
  const before = contentOf(text);
  if (edit.value === undefined && below(before, ...path) === undefined) return text;
  const wanted = withValue(before, path, edit.value);
  if (isDeepStrictEqual(before, wanted)) return text;
  const edited = spliced(text, parseDocument(text).contents, path, edit.value);
  // What was written is read again: an anchor or a merge may make more of it than meant.
  if (edited === undefined || !isDeepStrictEqual(contentOf(edited), wanted)) {
    throw new ConfigurationError([byHand(edit, file)]);
  }
  return edited;
}

function contentOf(text: string): unknown {
  const read = readYaml(text);
  return "content" in read ? read.content : undefined;
}

function withValue(content: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const mapping = asMapping(content);
  if (value !== undefined || rest.length > 0) return { ...mapping, [key]: withValue(below(content, key), rest, value) };
  return Object.fromEntries(Object.entries(mapping ?? {}).filter(([name]) => name !== key));
}

/** @returns Undefined where the keys lead through something that is no mapping of its own. */
function spliced(text: string, node: ParsedNode | null, keys: readonly string[], value: unknown): string | undefined {
  const [key, ...rest] = keys;
  if (key === undefined || !isMap<ParsedNode, ParsedNode | null>(node)) return undefined;
  const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
  if (value === undefined && rest.length === 0) return removed(text, node, pair);
  if (pair === undefined) return inserted(text, node, key, wrapped(rest, value));
  if (rest.length === 0 || isEmpty(pair.value)) return replaced(text, pair, wrapped(rest, value));
  return spliced(text, pair.value, rest, value);
}

/** Whether nothing is lost where a mapping takes its place. */
function isEmpty(node: ParsedNode | null): boolean {
  if (node === null || (isScalar(node) && node.value === null)) return true;
  return isMap(node) && node.items.length === 0;
}

function wrapped(keys: readonly string[], value: unknown): unknown {
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

/** The value after its key, in one line, whichever way it stood there before. */
function replaced(text: string, { key, value }: Pair<ParsedNode, ParsedNode | null>, to: unknown): string | undefined {
  const colon = text.indexOf(":", key.range[1]);
  if (colon < 0) return undefined;
  const [start, end] = value === null || value.range[0] === value.range[1] ? [colon + 1, colon + 1] : value.range;
  const old = text.slice(start, end);
  const isBlock = text.slice(colon, start).includes("\n");
  const rest = isBlock || start === colon + 1 ? text.slice(end - trailing(old)) : text.slice(end);
  return `${text.slice(0, colon + 1)} ${flow(to)}${rest}`;
}

/** A mapping in several lines counts the end of its last line as its own. */
function trailing(old: string): number {
  return old.length - old.trimEnd().length;
}

/** Without a key and its value: of a mapping in several lines all of their lines, of one in a line with the comma beside. */
function removed(
  text: string,
  { flow: isFlow, items }: YAMLMap<ParsedNode, ParsedNode | null>,
  pair: Pair<ParsedNode, ParsedNode | null> | undefined,
): string | undefined {
  const index = items.findIndex((item) => item === pair);
  const [before, item, after] = [items[index - 1], items[index], items[index + 1]];
  // A mapping without anything would be none.
  if (item === undefined || (before === undefined && after === undefined)) return undefined;
  const endOf = ({ key, value }: Pair<ParsedNode, ParsedNode | null>): number => (value ?? key).range[1];
  if (isFlow === true) {
    const [from, to] = before === undefined ? [item.key.range[0], after?.key.range[0]] : [endOf(before), endOf(item)];
    return `${text.slice(0, from)}${text.slice(to)}`;
  }
  const lineStart = text.lastIndexOf("\n", item.key.range[0] - 1) + 1;
  const lineEnd = text.indexOf("\n", text.slice(0, endOf(item)).trimEnd().length);
  return `${text.slice(0, lineStart)}${lineEnd < 0 ? "" : text.slice(lineEnd + 1)}`;
}

function inserted(
  text: string,
  map: YAMLMap<ParsedNode, ParsedNode | null>,
  key: string,
  value: unknown,
): string | undefined {
  const last = map.items.at(-1);
  const written = `${flow(key)}: ${flow(value)}`;
  if (last === undefined || map.range === undefined || map.range === null) return undefined;
  const [start, end] = [last.key.range[0], (last.value ?? last.key).range[1]];
  if (map.flow === true) return `${text.slice(0, end)}, ${written}${text.slice(end)}`;
  const indent = start - (text.lastIndexOf("\n", start - 1) + 1);
  // After the last line with something in it: what stands behind it in the same line is its comment.
  const upTo = text.slice(0, end).trimEnd().length;
  const lineEnd = text.indexOf("\n", upTo);
  const at = lineEnd < 0 ? text.length : lineEnd;
  return `${text.slice(0, at)}\n${" ".repeat(indent)}${written}${text.slice(at)}`;
}

/** As it stands in one line, with quotes where YAML would take a text for something else. */
function flow(value: unknown): string {
  return stringify(value, { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: true }).trimEnd();
}

function byHand({ keys, value }: ConfigurationEdit, file: string): Problem {
  return {
    path: configurationPath(...keys),
    expected: `a place in ${file} that can be changed without changing anything else there`,
    found: "none: it stands in a text of JSON, behind an alias, or is merged into more than one place",
    fix:
      value === undefined
        ? "Take it out by hand; then run again."
        : `Write it there by hand: \`${flow(wrapped(keys, value))}\`, below ${meshKey}; then run again.`,
  };
}

function changedMeanwhile(file: string): Problem {
  return {
    path: file,
    expected: "the file that was read",
    found: "another one: somebody has changed it meanwhile",
    fix: "Nothing was changed. Run again.",
  };
}
