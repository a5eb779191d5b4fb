import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "./command";
import { findProgram } from "./installed";
import { ToolError } from "./tool-error";

/** @returns whether packages can be fetched from a Debian archive here. */
export const hasApt = (): boolean => ["apt-get", "apt-cache", "dpkg"].every((name) => findProgram(name) !== undefined);

/**
 * Unpacks Debian packages and the libraries that they need into a directory, without installing anything: installing
 * containerd, say, would remove a user's Docker.
 * @param scratch an empty directory for downloads and, if need be, package lists.
 */
export async function unpackPackages(names: readonly string[], root: string, scratch: string): Promise<void> {
  const downloads = join(scratch, "downloads");
  await mkdir(downloads, { recursive: true });
  await mkdir(root, { recursive: true });
  try {
    await download(names, downloads, []);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    // The machine's package lists are missing or name versions that are gone: fresh ones of our own, the machine's stay.
    await rm(downloads, { recursive: true });
    await mkdir(downloads);
    const own = await freshLists(join(scratch, "apt"));
    await download(names, downloads, own);
  }
  for (const file of await readdir(downloads)) {
    if (file.endsWith(".deb")) await runCommand(["dpkg", "-x", join(downloads, file), root]);
  }
}

async function freshLists(directory: string): Promise<readonly string[]> {
  await mkdir(join(directory, "lists", "partial"), { recursive: true });
  await mkdir(join(directory, "cache", "archives", "partial"), { recursive: true });
  const options = [
    `Dir::State::lists=${join(directory, "lists")}`,
    `Dir::Cache=${join(directory, "cache")}`,
    "APT::Update::Post-Invoke-Success=",
    // Without it an archive that is not reached counts as a warning.
    "APT::Update::Error-Mode=any",
  ].flatMap((option) => ["-o", option]);
  await apt(["apt-get", "update", "-qq"], options, directory);
  return options;
}

async function download(names: readonly string[], directory: string, options: readonly string[]): Promise<void> {
  const all = [...names, ...(await missingLibraries(names, options, directory))];
  await apt(["apt-get", "download", "-qq", ...all], options, directory);
}

/** @returns libraries that the packages depend on, directly or through others, and the machine does not have. */
async function missingLibraries(
  names: readonly string[],
  options: readonly string[],
  directory: string,
): Promise<readonly string[]> {
  const missing = new Set<string>();
  let ask = [...names];
  while (ask.length > 0) {
    const { output } = await apt(["apt-cache", "depends", "--important", ...ask], options, directory);
    const libraries = new Set([...output.matchAll(/Depends: (lib[\w.+-]+)/g)].map((match) => match[1] ?? ""));
    const fresh = [...libraries].filter((library) => !missing.has(library));
    const installed = await Promise.all(fresh.map(isInstalled));
    ask = fresh.filter((_, index) => installed[index] === false);
    for (const library of ask) missing.add(library);
  }
  return [...missing];
}

async function isInstalled(name: string): Promise<boolean> {
  try {
    const { output } = await runCommand(["dpkg-query", "-W", "-f", "${db:Status-Status}\\n", name]);
    return output.split("\n").includes("installed");
  } catch (error) {
    // dpkg-query fails on a package that it has never seen.
    if (error instanceof ToolError) return false;
    throw error;
  }
}

const fix = "Look at the lines; `apt-get update` must work on this machine, or install the packages by hand.";

function apt(command: readonly [string, ...string[]], options: readonly string[], directory: string) {
  const [program, ...args] = command;
  // The download user of apt may not enter a private cache directory.
  return runCommand([program, "-o", "APT::Sandbox::User=root", ...options, ...args], {
    directory,
    environment: { LC_ALL: "C" },
    fix,
  });
}
