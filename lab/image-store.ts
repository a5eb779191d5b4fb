import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { basename, dirname, join } from "node:path";
import { lastLines } from "./process";
import type { Report } from "./progress";
import { run } from "./run";
import { cacheDirectory, type Toolbox } from "./tools";
import { pollUntil } from "./wait";

/**
 * A containerd root directory with all images in it and unpacked, made once. Clusters get hard links to its files:
 * that takes a moment where an import takes ten seconds of a core, and all clusters share the memory that the kernel
 * caches the files in. Nobody writes into these files: containers write into layers of their own.
 */
export interface ImageStore {
  readonly directory: string;
  /** Changes with the images. */
  readonly key: string;
}

/** The images' tars cannot change without one of these changing. */
async function keyOf(images: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const image of [...images].sort()) {
    const { size, mtimeMs } = await stat(image);
    hash.update(JSON.stringify([basename(image), size, mtimeMs]));
  }
  return hash.digest("hex").slice(0, 16);
}

const storesDirectory = (): string => join(cacheDirectory(), "image-store");

/** @returns the store of the toolbox's images, or undefined when it has not been made yet. */
export async function findImageStore(toolbox: Toolbox): Promise<ImageStore | undefined> {
  const key = await keyOf(toolbox.images);
  const directory = join(storesDirectory(), key);
  return existsSync(directory) ? { directory, key } : undefined;
}

/** Makes the store of the toolbox's images. Stores of other images are removed. */
export async function makeImageStore(toolbox: Toolbox, report: Report): Promise<ImageStore> {
  const key = await keyOf(toolbox.images);
  const directory = join(storesDirectory(), key);
  await rm(storesDirectory(), { recursive: true, force: true });
  const unfinished = `${directory}.new`;
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  await fillStore(unfinished, toolbox, report);
  await rename(unfinished, directory);
  return { directory, key };
}

async function fillStore(directory: string, toolbox: Toolbox, report: Report): Promise<void> {
  const state = `${directory}.state`;
  await mkdir(state, { recursive: true, mode: 0o700 });
  const socket = join(state, "socket");
  const log = join(state, "log");
  const configuration = join(state, "containerd.toml");
  await writeFile(
    configuration,
    [
      "version = 2",
      `root = ${JSON.stringify(directory)}`,
      `state = ${JSON.stringify(join(state, "state"))}`,
      'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
      `[grpc]\n  address = ${JSON.stringify(socket)}`,
    ].join("\n"),
  );
  const environment = { PATH: `${toolbox.bin}:${process.env["PATH"] ?? ""}` };
  const containerd = join(toolbox.bin, "containerd");
  // Ends with this process, whatever ends it, and its mounts with it.
  const child = spawn(
    "setpriv",
    [
      "--pdeathsig",
      "KILL",
      "unshare",
      "--mount",
      "--net",
      "sh",
      "-c",
      // containerd leaves things in /run/containerd whatever its configuration says.
      'mount -t tmpfs isthmus /run && exec "$0" --config "$1" > "$2" 2>&1',
      containerd,
      configuration,
      log,
    ],
    { stdio: "ignore", env: environment },
  );
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  try {
    await pollUntil(
      async () => {
        if (child.exitCode !== null)
          throw new Error(`containerd ended while images were imported:\n${await lastLines(log)}`);
        return await accepts(socket);
      },
      { what: "containerd to start", timeoutMs: 60_000 },
    );
    for (const [position, image] of toolbox.images.entries()) {
      report({ done: position, total: toolbox.images.length, unit: "images" });
      await importInto(toolbox, socket, image);
    }
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
  await rm(state, { recursive: true, force: true });
}

const accepts = (socket: string): Promise<boolean> =>
  new Promise((resolve) => {
    const connection = createConnection(socket, () => {
      connection.destroy();
      resolve(true);
    });
    connection.on("error", () => resolve(false));
  });

/** Gives a containerd that runs one image more. */
export async function importInto(toolbox: Toolbox, socket: string, image: string): Promise<void> {
  const ctr = join(toolbox.bin, "ctr");
  await run([ctr, "--address", socket, "--namespace", "k8s.io", "images", "import", image]);
}

const keyFile = "isthmus-images";

/** Gives a cluster's containerd its images before it starts for the first time. */
export async function ensureImageRoot(store: ImageStore, root: string): Promise<void> {
  if (existsSync(root)) return;
  const unfinished = `${root}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(dirname(root), { recursive: true });
  const sameDevice = (await stat(store.directory)).dev === (await stat(dirname(root))).dev;
  await run(["cp", "--archive", sameDevice ? "--link" : "--reflink=auto", store.directory, unfinished]);
  // The databases are written to: each cluster has its own.
  const databases = (await readdir(store.directory, { recursive: true })).filter((file) => file.endsWith(".db"));
  for (const database of databases) {
    await run(["cp", "--archive", "--remove-destination", join(store.directory, database), join(unfinished, database)]);
  }
  await writeFile(join(unfinished, keyFile), store.key);
  await rename(unfinished, root);
}

/** Imports the images into a containerd that runs and has been given others. */
export async function ensureImages(store: ImageStore, toolbox: Toolbox, root: string, socket: string): Promise<void> {
  const file = join(root, keyFile);
  if ((await readFile(file, "utf8")) === store.key) return;
  for (const image of toolbox.images) await importInto(toolbox, socket, image);
  await writeFile(file, store.key);
}
