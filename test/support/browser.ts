import { existsSync, readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildGroup, cacheDirectory, groupDirectory, isBuilt, type Group } from "../../lab/tools/cache";
import { hasApt, unpackPackages } from "../../lab/tools/debian";
import { findProgram } from "../../lab/tools/installed";

/** A browser that can be started without a screen. */
export interface BrowserProgram {
  readonly path: string;
  /** Beside the process's own. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Browsers of a machine that are as good as ours, by their programs' names. */
const installed = ["chromium", "google-chrome-stable", "google-chrome"] as const;

/** Debian's Chromium with a font, unpacked beside the lab's tools and not installed. */
const chromium: Group = {
  name: "chromium",
  title: "Chromium",
  key: [process.arch, "debian"],
  build: async ({ directory }) => {
    const root = join(directory, "root");
    const packages = ["chromium", "chromium-common", "fonts-dejavu-core"];
    await unpackPackages(packages, root, join(directory, "scratch"));
    if (!existsSync(join(root, program))) throw new Error("the archive's package chromium has no Chromium in it");
    await writeFile(
      join(root, "fonts.conf"),
      `<?xml version="1.0"?><fontconfig><dir prefix="relative">usr/share/fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>`,
    );
    return {};
  },
};

const program = "usr/lib/chromium/chromium";

/** Why there is no browser to be had; undefined where there is. */
export function whyNoBrowser(): string | undefined {
  if (installed.some((name) => findProgram(name) !== undefined)) return undefined;
  return process.platform === "linux" && hasApt()
    ? undefined
    : `none of ${installed.join(", ")} is on the PATH, and Chromium comes from a Debian archive`;
}

/** The machine's own browser, else Debian's, which is fetched once. */
export async function browserProgram(): Promise<BrowserProgram> {
  const own = installed.flatMap((name) => findProgram(name) ?? [])[0];
  if (own !== undefined) return { path: own, environment: {} };
  const cache = cacheDirectory();
  if (!isBuilt(cache, chromium)) await buildGroup(cache, chromium, () => undefined);
  const root = join(groupDirectory(cache, chromium), "root");
  const libraries = librariesIn(join(root, "usr/lib")).concat(librariesIn(join(root, "lib")));
  return {
    path: join(root, program),
    environment: { LD_LIBRARY_PATH: libraries.join(":"), FONTCONFIG_FILE: join(root, "fonts.conf") },
  };
}

/** Directories of libraries for this kind of processor, and those in them that packages have of their own. */
function librariesIn(directory: string): string[] {
  const directoriesIn = (path: string): string[] =>
    existsSync(path)
      ? readdirSync(path, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? join(path, one.name) : []))
      : [];
  const own = directoriesIn(directory).filter((path) => path.endsWith("-linux-gnu"));
  return own.flatMap((path) => [path, ...directoriesIn(path)]);
}
