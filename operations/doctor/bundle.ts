import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { describeFileError, errorCode } from "../../access/file-problem";
import { readJson } from "../../access/json";
import type { MeshSnapshot } from "../../diagnosis";
import { ConfigurationError, type Problem } from "../../topology";
import { writePrivateFile } from "../private-file";
import { bundleSchema, snapshotSchema } from "./bundle-schema";

/** By this a file is known as a bundle. */
const bundleFormat = "isthmus-doctor";

/** Version of what stands in a bundle: another one wherever a snapshot of today would be misread. */
const bundleVersion = 1;

/** More than a mesh of some hundred clusters has, in bytes: a small file may hold far more than the memory does. */
const largestBundleBytes = 2 ** 30;

/**
 * Writes a snapshot into a file, in JSON; compressed where its name ends in `.gz`. At any moment it is the former file or the
 * whole new one.
 * @throws ConfigurationError where the file cannot be written.
 */
export async function writeBundle(path: string, snapshot: MeshSnapshot): Promise<void> {
  const text = `${JSON.stringify({ format: bundleFormat, version: bundleVersion, snapshot }, undefined, 2)}\n`;
  const content = path.endsWith(".gz") ? await promisify(gzip)(text) : text;
  await writePrivateFile(path, content, "bundle");
}

/**
 * Reads a snapshot out of a file that {@link writeBundle} wrote, compressed or not.
 * @throws ConfigurationError where it is no bundle, or one that this release cannot read.
 */
export async function readBundle(path: string): Promise<MeshSnapshot> {
  const content = readJson(await textIn(path));
  const bundle = bundleSchema.safeParse(content).data;
  if (bundle?.format !== bundleFormat) {
    throw refusal(path, "something else", "Name a file that `isthmus doctor --bundle` wrote, and that is whole.");
  }
  if (bundle.version !== bundleVersion) {
    const way =
      bundle.version > bundleVersion
        ? "Take the release of Isthmus that wrote it, or a newer one."
        : "Make it anew with `isthmus doctor --bundle`.";
    throw refusal(path, `one of version ${String(bundle.version)}`, way, ` of version ${String(bundleVersion)}`);
  }
  const { data, error } = snapshotSchema.safeParse(bundle.snapshot);
  if (data !== undefined) return data as MeshSnapshot;
  const place = error.issues[0]?.path.map(String).join(".") ?? "";
  throw refusal(
    path,
    `one that is not as it was written, at snapshot.${place}`,
    "Make it anew with `isthmus doctor --bundle`; where something was to be hidden, change texts alone.",
  );
}

async function textIn(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw refusal(path, describeFileError(error), "Name a file that `isthmus doctor --bundle` wrote.");
  }
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isCompressed) return bytes.toString();
  try {
    return (await promisify(gunzip)(bytes, { maxOutputLength: largestBundleBytes })).toString();
  } catch (error) {
    throw refusal(
      path,
      `a compressed file that cannot be read (${errorCode(error) ?? "unknown reason"})`,
      "Fetch the file again, whole, or make it anew.",
    );
  }
}

function refusal(path: string, found: string, fix: string, which = ""): ConfigurationError {
  const problem: Problem = { path, expected: `a bundle${which} of isthmus doctor`, found, fix };
  return new ConfigurationError([problem]);
}
