import { existsSync } from "node:fs";
import { mkdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Report } from "../progress";
import { digestFiles, type BuildPlace, type BuildResult, type Group } from "./cache";
import { hasApt, unpackPackages } from "./debian";
import { findCniPlugins, findInstalled, type InstalledPackage } from "./installed";
import { cniPackage, cniPluginNames, systemPackages, type SystemPackage } from "./system-programs";
import { ToolError } from "./tool-error";
import { exposePrograms, libraryDirectories } from "./unpacked";

/** Where iptables' parts are, for the images. Paths are absolute. */
export interface IptablesParts {
  /** The one binary that acts as iptables, iptables-save … */
  readonly binary: string;
  /** Directory of its extension modules. */
  readonly modules: string;
  /** Where its libraries are looked for before the system's own directories. */
  readonly searchPath: readonly string[];
}

/** What the group's directory holds, by name. */
export const systemGroupPaths = { bin: "bin", cni: "cni", iptables: "iptables.json" } as const;

/** etcd, containerd, runc, CNI plugins and iptables: the machine's own if they fit, else unpacked from Debian packages. */
export function systemGroup(cache: string, note: (line: string) => void): Group {
  const sources = ["system-group", "system-programs", "installed", "debian", "unpacked"];
  return {
    name: "system",
    title: "etcd, containerd, runc, CNI plugins, iptables",
    // The programs' scripts name their directory, so a cache that was moved is another one.
    key: [process.arch, cache, digestFiles(sources.map((name) => join(__dirname, `${name}.ts`)))],
    build: (place, report) => build(place, report, note),
  };
}

async function build(place: BuildPlace, report: Report, note: (line: string) => void): Promise<BuildResult> {
  const bin = join(place.directory, systemGroupPaths.bin);
  const root = { directory: join(place.directory, "root"), target: join(place.target, "root") };
  await mkdir(bin, { recursive: true });
  report({ detail: "looking for installed ones" });
  const installed = await Promise.all(systemPackages.map(findInstalled));
  const cni = findCniPlugins();

  const absent = systemPackages.filter((_, index) => installed[index] === undefined);
  const names = [...absent.map(({ name }) => name), ...(cni === undefined ? [cniPackage] : [])];
  if (names.length > 0) {
    if (!hasApt()) throw notToBeHad(absent, cni === undefined);
    report({ detail: `fetching ${names.join(", ")}` });
    const scratch = join(place.directory, "scratch");
    await unpackPackages(names, root.directory, scratch);
    await rm(scratch, { recursive: true });
    await rm(join(root.directory, "usr/share"), { recursive: true, force: true });
  }

  const external: string[] = [];
  for (const [index, wanted] of systemPackages.entries()) {
    const found = installed[index];
    if (found === undefined) await exposePrograms(wanted, root, bin);
    else external.push(...(await linkInstalled(wanted, found, bin, note)));
  }
  external.push(...(await linkCni(cni, join(place.directory, systemGroupPaths.cni), note)));
  const iptables = installed[systemPackages.findIndex(({ name }) => name === "iptables")];
  const parts = iptables === undefined ? unpackedIptables(root) : await installedIptables(iptables);
  await writeFile(join(place.directory, systemGroupPaths.iptables), JSON.stringify(parts));
  return { external };
}

async function linkInstalled(
  wanted: SystemPackage,
  found: InstalledPackage,
  bin: string,
  note: (line: string) => void,
): Promise<readonly string[]> {
  for (const [program, path] of found.paths) await symlink(path, join(bin, program));
  note(`Using the installed ${wanted.name} ${found.version}: ${found.paths.get(wanted.version[0])}`);
  return [...found.paths.values()];
}

/** @returns the files elsewhere that the link leads to. */
async function linkCni(
  found: string | undefined,
  link: string,
  note: (line: string) => void,
): Promise<readonly string[]> {
  await symlink(found ?? join("root", "usr/lib/cni"), link);
  if (found === undefined) return [];
  note(`Using the installed CNI plugins: ${found}`);
  return cniPluginNames.map((plugin) => join(found, plugin));
}

function unpackedIptables(root: { readonly directory: string; readonly target: string }): IptablesParts {
  const multicall = systemPackages.find(({ name }) => name === "iptables")?.multicall ?? "";
  const directories = libraryDirectories(root.directory);
  const modules = directories.map((directory) => join(directory, "xtables"));
  return {
    binary: join(root.target, multicall),
    modules: join(root.target, modules.find((directory) => existsSync(join(root.directory, directory))) ?? ""),
    searchPath: directories.map((directory) => join(root.target, directory)),
  };
}

async function installedIptables(found: InstalledPackage): Promise<IptablesParts> {
  const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
  const candidates = [`/usr/lib/${machine}-linux-gnu/xtables`, "/usr/lib64/xtables", "/usr/lib/xtables"];
  const modules = candidates.find((directory) => existsSync(directory));
  if (modules === undefined) {
    throw new ToolError(
      `The installed iptables' extension modules are in none of ${candidates.join(", ")}`,
      "Install the distribution's iptables package anew.",
    );
  }
  return { binary: await realpath(found.paths.get("iptables") ?? ""), modules, searchPath: [] };
}

function notToBeHad(absent: readonly SystemPackage[], cni: boolean): ToolError {
  const least = (wanted: SystemPackage) => `${wanted.programs.join(", ")} (${wanted.least.join(".")} or later)`;
  const plugins = cni ? [`the CNI plugins ${cniPluginNames.join(", ")}`] : [];
  return new ToolError(
    `The lab needs ${[...absent.map(least), ...plugins].join("; ")}, and this system has no apt to fetch them with`,
    "Install them with the system's package manager so that they are on PATH, and run it again.",
  );
}
