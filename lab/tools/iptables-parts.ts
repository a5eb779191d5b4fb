import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import type { InstalledPackage } from "./installed";
import { libraryDirectories, type UnpackedRoot } from "./unpacked";

/** Where iptables' parts are, for the images. Paths are absolute. */
export interface IptablesParts {
  /** The one binary that acts as iptables, iptables-save … */
  readonly binary: string;
  /** Directory of its extension modules. */
  readonly modules: string;
  /** Where its libraries are looked for before the system's own directories. */
  readonly searchPath: readonly string[];
}

/** Where distributions put the extension modules. */
const moduleDirectories = (): readonly string[] => {
  const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
  return [`/usr/lib/${machine}-linux-gnu/xtables`, "/usr/lib64/xtables", "/usr/lib/xtables"];
};

/** @returns undefined when the installed one's modules are not where distributions have them. */
export async function installedIptables(found: InstalledPackage | undefined): Promise<IptablesParts | undefined> {
  const program = found?.paths.get("iptables");
  const modules = moduleDirectories().find((directory) => existsSync(directory));
  if (program === undefined || modules === undefined) return undefined;
  return { binary: await realpath(program), modules, searchPath: [] };
}

/** @param binary path of the binary in the unpacked package. */
export function unpackedIptables(root: UnpackedRoot, binary: string): IptablesParts {
  const directories = libraryDirectories(root.directory);
  const modules = directories.map((directory) => join(directory, "xtables"));
  return {
    binary: join(root.target, binary),
    modules: join(root.target, modules.find((directory) => existsSync(join(root.directory, directory))) ?? ""),
    searchPath: directories.map((directory) => join(root.target, directory)),
  };
}
