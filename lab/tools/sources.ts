import { readdirSync } from "node:fs";
import { join } from "node:path";

/** @returns the source files below a directory, tests aside, in a fixed order. */
export function sourceFiles(directory: string, extension: ".go" | ".ts"): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension) && !entry.name.endsWith(`_test${extension}`))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
