import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../support/isthmus";

/** The blocks of code in one language that a page of the documentation has, in their order. */
export function codeBlocks(page: string, language: string): readonly string[] {
  const text = readFileSync(join(repository, page), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "gm"))].map(([, block = ""]) => block);
}

/** The one block that has a text in it. */
export function blockWith(page: string, language: string, text: string): string {
  const found = codeBlocks(page, language).filter((block) => block.includes(text));
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${page} has ${found.length} blocks with ${text}`);
  return found[0];
}
