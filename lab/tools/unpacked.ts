import { existsSync, readdirSync } from "node:fs";
import { symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { sharedLibraries } from "./shared-libraries";
import type { SystemPackage } from "./system-programs";
import { ToolError } from "./tool-error";

/** A directory that packages were unpacked into, and where it will stand once it is complete. */
export interface UnpackedRoot {
  readonly directory: string;
  readonly target: string;
}

/**
 * Makes a package's programs callable by their plain names: a link where a program finds its libraries by itself, else
 * a script that tells it where they are.
 */
export async function exposePrograms(unpacked: SystemPackage, root: UnpackedRoot, bin: string): Promise<void> {
  const libraries = libraryDirectories(root.directory);
  for (const program of unpacked.programs) {
    const path = programPath(unpacked, program, root.directory);
    const { missing } = await sharedLibraries(join(root.directory, path));
    if (missing.length > 0) await checkLibraries(join(root.directory, path), libraries, root.directory);
    const exposed = join(bin, program);
    if (missing.length === 0 && unpacked.multicall === undefined) {
      await symlink(relative(dirname(exposed), join(root.directory, path)), exposed);
    } else {
      const name = unpacked.multicall === undefined ? [] : [program];
      const search = libraries.map((directory) => join(root.target, directory));
      await writeFile(exposed, wrapper([join(root.target, path), ...name], search), { mode: 0o755 });
    }
  }
}

/** @returns directories with shared libraries, relative to the root: `usr/lib/x86_64-linux-gnu`. */
export function libraryDirectories(root: string): readonly string[] {
  const roots = ["usr/lib", "lib"].filter((directory) => existsSync(join(root, directory)));
  return roots.flatMap((base) =>
    readdirSync(join(root, base), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name.endsWith("-linux-gnu"))
      .map((entry) => join(base, entry.name)),
  );
}

/** The script replaces itself by the program, so that signals and exit codes are the program's own. */
export function wrapper(command: readonly string[], libraries: readonly string[]): string {
  const modules = libraries.map((directory) => join(directory, "xtables"));
  return [
    "#!/bin/sh",
    `LD_LIBRARY_PATH=${shellQuote(libraries.join(":"))}`,
    `XTABLES_LIBDIR=${shellQuote(modules.join(":"))}`,
    "export LD_LIBRARY_PATH XTABLES_LIBDIR",
    `exec ${command.map(shellQuote).join(" ")} "$@"`,
    "",
  ].join("\n");
}

const shellQuote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

function programPath(unpacked: SystemPackage, program: string, root: string): string {
  const candidates =
    unpacked.multicall === undefined
      ? ["usr/bin", "usr/sbin", "sbin", "bin"].map((directory) => join(directory, program))
      : [unpacked.multicall];
  const found = candidates.find((path) => existsSync(join(root, path)));
  if (found === undefined) {
    throw new ToolError(
      `The package ${unpacked.name} of this system's archive does not have ${program}`,
      `Install ${program} so that it is on PATH.`,
    );
  }
  return found;
}

async function checkLibraries(program: string, libraries: readonly string[], root: string): Promise<void> {
  const { missing } = await sharedLibraries(
    program,
    libraries.map((directory) => join(root, directory)),
  );
  if (missing.length === 0) return;
  throw new ToolError(
    `${program} needs ${missing.join(", ")}, which neither this system nor its package's dependencies have`,
    `Install the package that has ${missing.join(", ")}, or the program itself.`,
  );
}
