import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  parseDocument,
  type Document,
  type ParsedNode,
} from "yaml";
import { ConfigurationError, meshKey, pathBelow, type Problem } from "../topology";
import { asMapping } from "./mapping";
import { badAlias, badMerge, contentOf, describeYamlFailure, type YamlFailure } from "./yaml";
import { twofoldReadings } from "./yaml-readings";

/**
 * The content of a stack's file, as Pulumi reads it too: `<<` lays one mapping over another.
 * @throws ConfigurationError with line numbers, also for what only the text shows: a key that stands there twice, what
 *   Pulumi would read differently, a second document, which it would pass over.
 */
export function readStackFile(text: string, file: string): unknown {
  const read = readOneDocument(text, file, differing);
  const content = read.content ?? {};
  if (asMapping(content) === undefined) {
    throw new ConfigurationError([
      {
        path: file,
        expected: "a mapping with the key config",
        found: "something else",
        fix: `Write \`config:\` and below it \`${meshKey}:\`.`,
      },
    ]);
  }
  return content;
}

/** What is wrong with nodes of a document beside what is wrong with any. */
type NodeRule = (contents: ParsedNode | null, lines: LineCounter, file: string) => readonly Problem[];

/**
 * The content of a file with one YAML document; undefined or null where nothing stands in it.
 * @param rule What else is wrong with it. Default: nothing.
 * @throws ConfigurationError with line numbers, also for what only the text shows: a key that stands there twice, a second
 *   document.
 */
export function readOneDocument(text: string, file: string, rule: NodeRule = () => []): { readonly content: unknown } {
  throwOn(otherEncoding(text, file));
  const lines = new LineCounter();
  const { document, next } = parse(text, lines);
  const read = contentOf(document);
  if ("failure" in read) {
    throw new ConfigurationError([yamlProblem(file, read.failure)]);
  }
  throwOn([
    ...duplicates(document.contents, [], lines, file),
    ...rule(document.contents, lines, file),
    ...(next === undefined ? [] : [secondDocument(next, lines, file)]),
  ]);
  return read;
}

/** What is wrong with a file that is no YAML. */
export function yamlProblem(file: string, failure: YamlFailure): Problem {
  return {
    path: file,
    expected: "YAML",
    found: `a mistake in ${describeYamlFailure(failure)}`,
    fix: fixes[failure.reason] ?? "Mend the line; keys of one mapping begin in one column.",
  };
}

/** What to do, by the reasons of mistakes that are no mistake in a line. */
const fixes: Readonly<Record<string, string>> = {
  [badAlias]: "Put a text that begins with `*` in quotes; an alias comes after the `&` that it names.",
  [badMerge]: "Give `<<` a mapping, an alias of one, or a list of these.",
};

function throwOn(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigurationError(problems);
}

/** The first document, and another one with something in it, where there is one. */
function parse(
  text: string,
  lineCounter: LineCounter,
): { readonly document: Document.Parsed; readonly next: Document.Parsed | undefined } {
  const options = { merge: true, uniqueKeys: false, logLevel: "silent", lineCounter } as const;
  const documents = parseAllDocuments(text, options);
  const [document, ...others] = Array.isArray(documents) ? documents : [];
  if (document === undefined) return { document: parseDocument(text, options), next: undefined };
  const isFilled = ({ contents }: Document.Parsed): boolean => !(isScalar(contents) && contents.value === null);
  return { document, next: others.find((other) => other.contents !== null && isFilled(other)) };
}

function secondDocument({ contents, range }: Document.Parsed, lines: LineCounter, file: string): Problem {
  const { line } = lines.linePos(contents?.range[0] ?? range[0]);
  return {
    path: file,
    expected: "one YAML document",
    found: `another one in line ${line}`,
    fix: "Take out the `---` before it, or the document: all but the first are passed over.",
  };
}

/** What an editor or a shell wrote in two bytes a letter is read as letters and zeros. */
function otherEncoding(text: string, file: string): readonly Problem[] {
  if (!text.includes("\0")) return [];
  return [
    {
      path: file,
      expected: "a text in UTF-8",
      found: "one in another encoding, UTF-16 probably",
      fix: "Save it as UTF-8; in PowerShell write it with `Out-File -Encoding utf8`.",
    },
  ];
}

/** Names and values that Pulumi would read as others. */
function differing(contents: ParsedNode | null, lines: LineCounter, file: string): readonly Problem[] {
  return twofoldReadings(contents)
    .filter(({ keys }) => keys[0] === "config" && keys[1] === meshKey)
    .map(({ keys, offset, text, what }) => ({
      path: readablePath(keys, file),
      expected: `a ${what} that YAML 1.1 and 1.2 read alike`,
      found: `\`${text}\`, in line ${lines.linePos(offset).line} of ${file}`,
      fix: `Put it in quotes: \`${JSON.stringify(text)}\`. Pulumi and Isthmus would read it differently.`,
    }));
}

/** Keys that stand twice in one mapping. YAML forbids it, and of two clusters with one name only one could be meant. */
function duplicates(
  node: ParsedNode | null,
  keys: readonly (string | number)[],
  lines: LineCounter,
  file: string,
): Problem[] {
  if (isSeq(node)) return node.items.flatMap((item, index) => duplicates(item, [...keys, index], lines, file));
  if (!isMap(node)) return [];
  const firstLines = new Map<string, number>();
  return node.items.flatMap((pair) => {
    const name = isScalar(pair.key) ? String(pair.key.value) : undefined;
    if (name === undefined) return [];
    const path = [...keys, name];
    const line = lines.linePos(pair.key.range[0]).line;
    const firstLine = firstLines.get(name);
    const inner = duplicates(pair.value, path, lines, file);
    if (firstLine === undefined) {
      firstLines.set(name, line);
      return inner;
    }
    const isCluster = path.length === 4 && path[1] === meshKey && path[2] === "clusters";
    return [
      {
        path: readablePath(path, file),
        expected: isCluster ? "each cluster's name once" : "each key once",
        found: `\`${name}\` twice, in lines ${firstLine} and ${line} of ${file}`,
        fix: isCluster
          ? "Give one of the two clusters another name, or remove it."
          : "Remove one of the two, or join them.",
      },
      ...inner,
    ];
  });
}

/** A path in the mesh's configuration as problems write it; elsewhere in the file, the file and the keys. */
function readablePath(keys: readonly (string | number)[], file: string): string {
  return keys[0] === "config" && keys[1] === meshKey
    ? pathBelow(meshKey, keys.slice(2))
    : `${file}: ${pathBelow("", keys).replace(/^\./, "")}`;
}
