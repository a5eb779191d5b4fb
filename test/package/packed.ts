import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../support/isthmus";

/** A file of the tarball. */
export interface PackedFile {
  readonly path: string;
  readonly size: number;
}

/** The package as it is published, and an otherwise empty project that it is installed in. */
export interface Packed {
  readonly files: readonly PackedFile[];
  /** Size of the tarball in bytes. */
  readonly size: number;
  /** The project's directory. */
  readonly project: string;
}

/** What a command came to. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, with the project's own programs before all others. */
export function run(
  directory: string,
  [program, ...args]: readonly [string, ...string[]],
  variables: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  return new Promise((fulfil, reject) => {
    const options = { cwd: directory, env: { ...process.env, ...variables }, maxBuffer: 64 << 20 };
    execFile(program, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === "number") fulfil({ code, stdout, stderr });
      else reject(error ?? new Error("no exit code"));
    });
  });
}

/** As {@link run}, for a program that must not fail. */
export async function runWell(...args: Parameters<typeof run>): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  if (code !== 0) throw new Error(`${args[1].join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

let packed: Promise<Packed> | undefined;

/** Packs and installs once a process; the directory goes when the process ends. */
export function packedPackage(): Promise<Packed> {
  packed ??= packAndInstall();
  return packed;
}

async function packAndInstall(): Promise<Packed> {
  const project = mkdtempSync(join(tmpdir(), "isthmus-package-"));
  process.once("exit", () => {
    rmSync(project, { recursive: true, force: true });
  });
  // What `prepack` prints would stand before the JSON.
  await runWell(repository, ["npm", "run", "--silent", "prepack"]);
  const answer = await runWell(repository, [
    "npm",
    "pack",
    "--json",
    "--ignore-scripts",
    "--pack-destination",
    project,
  ]);
  const [tarball] = JSON.parse(answer) as { filename: string; size: number; files: PackedFile[] }[];
  if (tarball === undefined) throw new Error(`npm pack made nothing: ${answer}`);

  const manifest = {
    name: "an-empty-project",
    version: "1.0.0",
    private: true,
    dependencies: { isthmus: `file:${tarball.filename}` },
  };
  await writeFile(join(project, "package.json"), JSON.stringify(manifest));
  await writeFile(join(project, "package-lock.json"), JSON.stringify(await lockFor(manifest)));
  const options = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"];
  await runWell(project, ["npm", "install", ...options]);
  return { files: tarball.files, size: tarball.size, project };
}

/**
 * A lock with the versions of our own: npm keeps those that the package asks for and drops the rest. So the test sees what
 * the other tests see, and needs no registry where npm's cache has what `npm ci` got.
 */
async function lockFor(manifest: { readonly name: string; readonly version: string }): Promise<unknown> {
  const lock = JSON.parse(await readFile(join(repository, "package-lock.json"), "utf8")) as {
    readonly packages: Record<string, unknown>;
  };
  const { name, version } = manifest;
  return { ...lock, name, version, packages: { ...lock.packages, "": manifest } };
}
