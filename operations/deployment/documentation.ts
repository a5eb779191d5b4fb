import { existsSync } from "node:fs";
import { join, relative } from "node:path";

/**
 * Where a page of the documentation stands, for who wants to open it: a path from the working directory, or the full one
 * where that is shorter. The package has its pages with it, so that they are of the version that speaks.
 * @param page Its name, with the section: `checks.md#istiod-ready`.
 * @param from Default: the working directory.
 */
export function documentationPage(page: string, from = process.cwd()): string {
  const full = join(directory(), page);
  const short = relative(from, full);
  return short.length <= full.length ? short : full;
}

/** What is built lies a folder deeper than its source. */
function directory(): string {
  const ofSources = join(__dirname, "..", "..", "docs");
  return existsSync(ofSources) ? ofSources : join(__dirname, "..", "..", "..", "docs");
}
