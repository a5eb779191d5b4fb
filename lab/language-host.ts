import { chmod, copyFile, link, mkdir, readFile, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

const cli = "pulumi";
const host = "pulumi-language-nodejs";

/**
 * How Go notes in a program that it was built from the line of versions that the lab can build. That line takes a
 * program's runtime options from its own arguments; the engine of today sends them by protocol instead, so that they
 * would be lost, and every preview would check the program's types anew.
 */
const takesArguments = "\tgithub.com/pulumi/pulumi/sdk/v3\tv3.60.0";

/** The runtime options of the project's Pulumi.yaml, as arguments of that language host. */
export const languageHostArguments: readonly string[] = ["-typescript=false", "-nodeargs=--require tsx/cjs"];

/**
 * Puts the Pulumi CLI and its language host into a directory for PATH. A host that needs its options as arguments gets
 * them there by a script; the CLI must then be a file in the same directory, since it warns about any other host than
 * the one beside it.
 * @param options As arguments. Default: those of the project's Pulumi.yaml.
 */
export async function linkLanguageHost(
  from: string,
  to: string,
  options: readonly string[] = languageHostArguments,
): Promise<void> {
  await mkdir(to, { recursive: true });
  const program = await realpath(join(from, host));
  if ((await readFile(program)).includes(takesArguments)) {
    await place(join(to, cli), async (fresh) => linkOrCopy(await realpath(join(from, cli)), fresh));
    await place(join(to, host), async (fresh) => {
      await writeFile(fresh, languageHostScript(program, options));
      await chmod(fresh, 0o755);
    });
    return;
  }
  for (const name of [cli, host]) await place(join(to, name), (fresh) => symlink(join(from, name), fresh));
}

/** The script that adds the options to the arguments that the engine gives. */
export function languageHostScript(program: string, options: readonly string[]): string {
  const words = [program, ...options].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  return `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`;
}

/** Makes a file under another name and moves it into place, so that nobody meets half of it. */
async function place(path: string, make: (fresh: string) => Promise<void>): Promise<void> {
  const fresh = `${path}.new`;
  await rm(fresh, { force: true });
  await make(fresh);
  await rename(fresh, path);
  // Two hard links to one file stay both where they are (rename(2)).
  await rm(fresh, { force: true });
}

/** A hard link costs nothing; another file system needs a copy. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!["EXDEV", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    await copyFile(from, to);
  }
}
