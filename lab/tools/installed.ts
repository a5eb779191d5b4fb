import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { runCommand } from "./command";
import { cniDirectories, cniPluginNames, type SystemPackage } from "./system-programs";
import { isAtLeast, parseVersion } from "./versions";

/** Directories where distributions keep programs for root, which are not on every user's PATH. */
const rootPath = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** @returns the program's absolute path, undefined when it is not installed. */
export function findProgram(name: string, path: string = process.env["PATH"] ?? ""): string | undefined {
  const directories = [...path.split(delimiter).filter((directory) => directory.startsWith("/")), ...rootPath];
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Programs of one package that the machine has, in a version that fits. */
export interface InstalledPackage {
  readonly version: string;
  /** Program to absolute path. */
  readonly paths: ReadonlyMap<string, string>;
}

/** @returns undefined when a program is missing or too old. */
export async function findInstalled(wanted: SystemPackage): Promise<InstalledPackage | undefined> {
  const paths = new Map<string, string>();
  for (const program of wanted.programs) {
    const path = findProgram(program);
    if (path === undefined) return undefined;
    paths.set(program, path);
  }
  const [program, flag] = wanted.version;
  const version = await versionOf(paths.get(program) ?? program, flag);
  if (version === undefined || !isAtLeast(version, wanted.least)) return undefined;
  return { version: version.join("."), paths };
}

/** @returns undefined when the program does not run or does not tell. */
async function versionOf(program: string, flag: string): Promise<readonly number[] | undefined> {
  try {
    const { output, errors } = await runCommand([program, flag]);
    return parseVersion(output) ?? parseVersion(errors);
  } catch {
    // Whatever is wrong with the installed one, the lab fetches its own.
    return undefined;
  }
}

/** @returns a directory that has every CNI plugin of the lab. */
export function findCniPlugins(): string | undefined {
  return cniDirectories.find((directory) => cniPluginNames.every((plugin) => existsSync(join(directory, plugin))));
}
