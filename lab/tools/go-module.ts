import { mkdir, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Report } from "../progress";
import { runCommand } from "./command";

/** Programs that one Go module builds together. */
export interface GoBuild {
  /** Directory of the module. */
  readonly module: string;
  /** Package patterns; `tool` stands for all of the module's tool directives. */
  readonly packages: readonly string[];
  /** How many programs that makes. */
  readonly programs: number;
  /** Values of string variables, by `import/path.name`, that a release build would set. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Settings that make builds the same on every machine, whatever the user's own `go env` says. An older Go fetches the
 * one that a go.mod asks for.
 */
export const goEnvironment = {
  CGO_ENABLED: "0",
  GO111MODULE: "on",
  GOFLAGS: "-mod=readonly",
  GOTOOLCHAIN: "auto",
  GOWORK: "off",
};

/** Flags that decide which entries of Go's build cache fit; all commands use the same. */
const cacheFlags = ["-trimpath", "-buildvcs=false"];

const buildFix =
  "Mend what the lines say: free memory or disk when there is too little, run `go clean -modcache` when a module is " +
  "damaged. Then run it again.";

/** Everything about a build that its result depends on, the sources aside. */
export function buildFlags(build: GoBuild): readonly string[] {
  const values = Object.entries(build.variables).map(([name, value]) => `-X ${name}=${value}`);
  return [...cacheFlags, `-ldflags=${["-s", "-w", ...values].join(" ")}`];
}

/**
 * Builds a module's programs into a directory. Reports packages compiled and programs linked.
 * @throws ToolError
 */
export async function buildGo(build: GoBuild, directory: string, report: Report): Promise<void> {
  await mkdir(directory, { recursive: true });
  report({ detail: "looking up what is compiled already" });
  let downloaded = 0;
  const onDownload = (line: string) => {
    if (!line.startsWith("go: downloading ")) return false;
    downloaded += 1;
    report({ detail: `${downloaded} modules downloaded` });
    return true;
  };
  const packages = await packagesToCompile(build, onDownload);
  const work: Work = { compiled: 0, linked: 0, packages, programs: build.programs };
  const show = () => report(describeWork(work));
  const watcher = setInterval(() => {
    // The directory is new and ours; a failure to list it would fail the build itself.
    void readdir(directory).then((files) => {
      work.linked = files.length;
      show();
    }, ignoreMissing);
  }, 1000).unref();
  show();
  try {
    await go(["build", "-v", ...buildFlags(build), "-o", `${directory}/`, ...build.packages], build.module, (line) => {
      if (onDownload(line) || line.startsWith("go: ") || line.startsWith("#")) return;
      work.compiled += 1;
      show();
    });
  } finally {
    clearInterval(watcher);
  }
  work.linked = work.programs;
  show();
}

interface Work {
  compiled: number;
  linked: number;
  readonly packages: number;
  readonly programs: number;
}

/** Linking a program takes about as long as compiling forty packages. */
const linkWeight = 40;

/** Packages and programs as one measure of how far a build is. */
export function describeWork(work: Readonly<Work>): { done: number; total: number; detail: string } {
  const compiled = Math.min(work.compiled, work.packages);
  const compiling = work.packages === 0 ? "" : `${compiled} of ${work.packages} packages compiled, `;
  return {
    done: compiled + work.linked * linkWeight,
    total: work.packages + work.programs * linkWeight,
    detail: `${compiling}${work.linked} of ${work.programs} programs linked`,
  };
}

/** @returns how many packages are not in Go's build cache. */
async function packagesToCompile(build: GoBuild, onLine: (line: string) => void): Promise<number> {
  const format = "{{.StaleReason}}";
  const { output } = await go(["list", ...cacheFlags, "-deps", "-f", format, ...build.packages], build.module, onLine);
  return output.split("\n").filter((reason) => reason !== "" && !reason.includes("available in build cache")).length;
}

/** @returns the directory with a module's source, as its go.mod has it. */
export async function moduleSource(module: string, path: string): Promise<string> {
  const { output } = await go(["list", "-m", "-f", "{{.Dir}}", path], module);
  return output.trim();
}

/** @returns the version that a module's go.mod requires of a path, as in `v1.36.1`. */
export function requiredVersion(goMod: string, path: string): string {
  const escaped = path.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const version = new RegExp(`^\\s*(?:require\\s+)?${escaped} (v\\S+)`, "m").exec(goMod)?.[1];
  if (version === undefined) throw new Error(`go.mod does not require ${path}`);
  return version;
}

/** Go's own caches, which the user shares with us. */
export async function goDirectories(): Promise<{ readonly build: string; readonly modules: string }> {
  const { output } = await go(["env", "GOCACHE", "GOMODCACHE"], tmpdir());
  const [build = "", modules = ""] = output.split("\n");
  return { build, modules };
}

/** The files that pin a module's dependencies. */
export const goModFiles = (module: string): readonly string[] => [join(module, "go.mod"), join(module, "go.sum")];

function go(args: readonly string[], directory: string, onErrorLine?: (line: string) => void) {
  return runCommand(["go", ...args], {
    directory,
    environment: goEnvironment,
    fix: buildFix,
    ...(onErrorLine === undefined ? {} : { onErrorLine }),
  });
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
