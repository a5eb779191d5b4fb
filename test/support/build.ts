import { spawnSync } from "node:child_process";
import { cpSync, rmSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";

const repository = resolve(__dirname, "../..");
/** Variable of the environment that has the directory of what was built. */
export const buildVariable = "ISTHMUS_TEST_BUILD";

/**
 * What `make test` has built of the sources, laid out as the package is, for tests that start the command line or the
 * program as processes, of which there are many hundreds: the build starts in a third of the time. Undefined where tests are
 * run by themselves: then the sources run.
 */
export const build = process.env[buildVariable];

/** Builds the sources anew. Types are checked elsewhere. @returns The directory that it is in. */
export function makeBuild(): string {
  // Where Node.js finds the packages, as it does for the sources.
  const directory = join(repository, "node_modules/.cache/isthmus");
  rmSync(directory, { recursive: true, force: true });
  const options = ["--noCheck", "--declaration", "false", "--outDir", join(directory, "dist")];
  const { status } = spawnSync("tsc", ["--project", "tsconfig.build.json", ...options], {
    cwd: repository,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("the sources could not be built");
  for (const path of ["bin", "package.json"])
    cpSync(join(repository, path), join(directory, path), { recursive: true });
  // Hints name pages of it.
  symlinkSync(join(repository, "docs"), join(directory, "docs"));
  return directory;
}
