import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { runCommand } from "./command";
import { cniDirectories, cniPluginNames, type SystemPackage } from "./system-programs";
import { ToolError } from "./tool-error";
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
  const words = await wordsOf(paths.get(program) ?? program, flag);
  const version = parseVersion(words);
  if (version === undefined || !isAtLeast(version, wanted.least)) return undefined;
  if (wanted.kind !== undefined && !words.includes(wanted.kind)) return undefined;
  return { version: version.join("."), paths };
}

/** @returns what a program says about its version, nothing when it does not run. */
async function wordsOf(program: string, flag: string): Promise<string> {
  try {
    const { output, errors } = await runCommand([program, flag]);
    return `${output}\n${errors}`;
  } catch (error) {
    // Whatever is wrong with the installed one, the lab fetches its own.
    if (error instanceof ToolError) return "";
    throw error;
  }
}

/** @returns a directory that has every CNI plugin of the lab. */
export function findCniPlugins(): string | undefined {
  return cniDirectories.find((directory) => cniPluginNames.every((plugin) => existsSync(join(directory, plugin))));
}
