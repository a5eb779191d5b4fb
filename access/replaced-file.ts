import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";

/**
 * Writes a file in the place of the one that is there: at any moment it is the old one or the new one.
 * @param mode Its permissions.
 * @param before Looked at when the new one is written: throws where the old one is not to be replaced any more.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  mode: number,
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}${extname(path)}`);
  try {
    await writeFile(temporary, content, { mode });
    await before();
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
