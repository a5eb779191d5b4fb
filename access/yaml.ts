import { parseDocument, type Document } from "yaml";

/** A text that is no YAML. Says where, but quotes nothing: the text may hold credentials. */
export interface YamlFailure {
  readonly line?: number;
  /** What is wrong there, such as `duplicate key` or `bad indent`. */
  readonly reason: string;
}

/** The reason of a failure by an alias, of which the parser says not where it stands. */
export const badAlias = "bad alias";

/** The reason of a failure by a `<<` that is followed by something else than mappings. */
export const badMerge = "bad merge";

/** Reads YAML, of which JSON is a part. */
export function readYaml(text: string): { readonly content: unknown } | { readonly failure: YamlFailure } {
  return contentOf(parseDocument(text, { logLevel: "silent" }));
}

/** The content of a document, or why it has none. */
export function contentOf(
  document: Document.Parsed,
): { readonly content: unknown } | { readonly failure: YamlFailure } {
  const error = document.errors[0];
  if (error !== undefined) {
    const line = error.linePos?.[0].line;
    return {
      failure: { reason: error.code.toLowerCase().replaceAll("_", " "), ...(line === undefined ? {} : { line }) },
    };
  }
  try {
    return { content: document.toJS() };
  } catch (error) {
    // Aliases that refer to nothing, or to so much that the document would fill the memory.
    if (error instanceof ReferenceError) return { failure: { reason: badAlias } };
    if (error instanceof Error && error.message.startsWith("Merge sources")) return { failure: { reason: badMerge } };
    throw error;
  }
}

/** A failure in words: `line 3 (duplicate key)`. */
export function describeYamlFailure({ line, reason }: YamlFailure): string {
  return line === undefined ? reason : `line ${line} (${reason})`;
}
