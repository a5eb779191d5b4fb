import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Report } from "../progress";
import { digestFiles, type BuildPlace, type BuildResult, type Group } from "./cache";
import { hasApt, unpackPackages } from "./debian";
import { findCniPlugins, findInstalled, type InstalledPackage } from "./installed";
import { installedIptables, unpackedIptables } from "./iptables-parts";
import { cniPackage, cniPluginNames, iptablesPackage, systemPackages, type SystemPackage } from "./system-programs";
import { ToolError } from "./tool-error";
import { exposePrograms } from "./unpacked";

/** What the group's directory holds, by name. */
export const systemGroupPaths = { bin: "bin", cni: "cni", iptables: "iptables.json" } as const;

/** etcd, containerd, runc, CNI plugins and iptables: the machine's own if they fit, else unpacked from Debian packages. */
export function systemGroup(cache: string, note: (line: string) => void): Group {
  const sources = ["system-group", "system-programs", "installed", "iptables-parts", "debian", "unpacked"];
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
  const found = await Promise.all(systemPackages.map(findInstalled));
  const iptables = await installedIptables(found[systemPackages.indexOf(iptablesPackage)]);
  const isUsable = (wanted: SystemPackage) => wanted !== iptablesPackage || iptables !== undefined;
  const installed = systemPackages.map((wanted, index) => (isUsable(wanted) ? found[index] : undefined));
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
    const present = installed[index];
    if (present === undefined) await exposePrograms(wanted, root, bin);
    else external.push(...(await linkInstalled(wanted, present, bin, note)));
  }
  external.push(...(await linkCni(cni, join(place.directory, systemGroupPaths.cni), note)));
  const parts = iptables ?? unpackedIptables(root, iptablesPackage.multicall);
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

function notToBeHad(absent: readonly SystemPackage[], cni: boolean): ToolError {
  const least = (wanted: SystemPackage) => `${wanted.programs.join(", ")} (${wanted.least.join(".")} or later)`;
  const plugins = cni ? [`the CNI plugins ${cniPluginNames.join(", ")}`] : [];
  return new ToolError(
    `The lab needs ${[...absent.map(least), ...plugins].join("; ")}, and this system has no apt to fetch them with`,
    "Install them with the system's package manager so that they are on PATH, and run it again.",
  );
}
