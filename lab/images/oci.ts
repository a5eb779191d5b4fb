import { createHash, type Hash } from "node:crypto";
import { open, stat, type FileHandle } from "node:fs/promises";
import { blockSize, tarEnd, tarEntrySize, tarHeader, tarPadding, type TarHeader } from "./tar";

/** One file of an image. */
export type ImageEntry =
  | { readonly path: string; readonly source: string; readonly mode?: number }
  | { readonly path: string; readonly content: string; readonly mode?: number }
  | { readonly path: string; readonly linkTarget: string }
  | { readonly path: string; readonly directory: true; readonly mode?: number };

/** A container image of one layer. */
export interface ImageSpec {
  /** With registry and tag: `lab.local/pause:lab`. */
  readonly name: string;
  /** Paths without a leading slash. Directories above them come by themselves. */
  readonly entries: readonly ImageEntry[];
  readonly entrypoint: readonly string[];
  /** `NAME=value`. */
  readonly environment?: readonly string[];
  /** `uid:gid`. Default: root. */
  readonly user?: string;
}

/** Go's name of the machine's processor, as images have it. */
const imageArchitecture = (): string => (process.arch === "x64" ? "amd64" : process.arch);

/** Files above 1 MiB are read in pieces of this size, so that memory does not grow with them. */
const chunkBytes = 4 * 1024 * 1024;

/**
 * Writes an image as a tar of an OCI image layout (OCI image specification 1.0), uncompressed: it is read once, on the
 * same machine. The same contents give the same bytes.
 */
export async function writeImage(spec: ImageSpec, path: string): Promise<void> {
  const file = await open(path, "w");
  try {
    const layer = await writeLayer(spec.entries, file);
    const archive = new ArchiveWriter(file, tarEntrySize(layer.size));
    const config = await archive.addBlob(imageConfig(spec, layer.digest));
    const manifest = await archive.addBlob({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
      layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", ...layer }],
    });
    await archive.add("index.json", {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.index.v1+json",
      manifests: [
        {
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          ...manifest,
          platform: { architecture: imageArchitecture(), os: "linux" },
          annotations: {
            "io.containerd.image.name": spec.name,
            "org.opencontainers.image.ref.name": spec.name.slice(spec.name.lastIndexOf(":") + 1),
          },
        },
      ],
    });
    await archive.add("oci-layout", { imageLayoutVersion: "1.0.0" });
    await archive.end();
  } finally {
    await file.close();
  }
}

interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

function imageConfig(spec: ImageSpec, layerDigest: string): object {
  return {
    created: "1970-01-01T00:00:00Z",
    architecture: imageArchitecture(),
    os: "linux",
    config: {
      ...(spec.user === undefined ? {} : { User: spec.user }),
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ...(spec.environment ?? [])],
      Entrypoint: spec.entrypoint,
      WorkingDir: "/",
    },
    rootfs: { type: "layers", diff_ids: [layerDigest] },
    history: [{ created: "1970-01-01T00:00:00Z", created_by: "isthmus lab" }],
  };
}

/**
 * Writes the layer as the archive's first entry. Its name is its digest, known only at its end: the header is written
 * last, into the block left free for it, so that large files are read once.
 */
async function writeLayer(entries: readonly ImageEntry[], file: FileHandle): Promise<Descriptor> {
  const layer = new HashingWriter(file, blockSize);
  for (const entry of withParents(entries)) await writeEntry(entry, layer);
  await layer.write(tarEnd);
  const descriptor = { digest: layer.digest(), size: layer.size };
  await writeAt(file, tarPadding(layer.size), blockSize + layer.size);
  await writeAt(file, blobHeader(descriptor), 0);
  return descriptor;
}

async function writeEntry(entry: ImageEntry, layer: HashingWriter): Promise<void> {
  if ("directory" in entry) {
    await layer.write(tarHeader({ path: entry.path, mode: entry.mode ?? 0o755, size: 0, type: "directory" }));
  } else if ("linkTarget" in entry) {
    const { path, linkTarget } = entry;
    await layer.write(tarHeader({ path, mode: 0o777, size: 0, type: "symlink", linkTarget }));
  } else if ("content" in entry) {
    const content = Buffer.from(entry.content);
    await layer.write(fileHeader(entry.path, entry.mode ?? 0o644, content.length));
    await layer.write(content);
    await layer.write(tarPadding(content.length));
  } else {
    const { size, mode } = await stat(entry.source);
    await layer.write(fileHeader(entry.path, entry.mode ?? ((mode & 0o111) === 0 ? 0o644 : 0o755), size));
    await copyFile(entry.source, size, layer);
    await layer.write(tarPadding(size));
  }
}

async function copyFile(source: string, size: number, layer: HashingWriter): Promise<void> {
  const input = await open(source, "r");
  try {
    const chunk = Buffer.allocUnsafe(Math.min(size, chunkBytes));
    for (let copied = 0; copied < size;) {
      const { bytesRead } = await input.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) throw new Error(`${source} became shorter while it was read`);
      await layer.write(chunk.subarray(0, bytesRead));
      copied += bytesRead;
    }
  } finally {
    await input.close();
  }
}

/** Adds the directories above the entries and sorts: each directory stands before what is in it. */
export function withParents(entries: readonly ImageEntry[]): readonly ImageEntry[] {
  const byPath = new Map<string, ImageEntry>();
  for (const { path } of entries) {
    for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
      const parent = path.slice(0, slash);
      byPath.set(parent, { path: parent, directory: true });
    }
  }
  for (const entry of entries) byPath.set(entry.path, entry);
  return [...byPath.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

const fileHeader = (path: string, mode: number, size: number): Buffer =>
  tarHeader({ path, mode, size, type: "file" } satisfies TarHeader);

const blobHeader = ({ digest, size }: Descriptor): Buffer =>
  fileHeader(`blobs/sha256/${digest.replace("sha256:", "")}`, 0o644, size);

/** A write may take fewer bytes than it was given. */
async function writeAt(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
  }
}

/** Writes from a position on and hashes what it writes. */
class HashingWriter {
  size = 0;
  private readonly hash: Hash = createHash("sha256");

  constructor(
    private readonly file: FileHandle,
    private readonly start: number,
  ) {}

  async write(bytes: Buffer): Promise<void> {
    this.hash.update(bytes);
    await writeAt(this.file, bytes, this.start + this.size);
    this.size += bytes.length;
  }

  digest(): string {
    return `sha256:${this.hash.digest("hex")}`;
  }
}

/** Adds small JSON files to the outer archive. */
class ArchiveWriter {
  constructor(
    private readonly file: FileHandle,
    private position: number,
  ) {}

  async addBlob(value: object): Promise<Descriptor> {
    const content = Buffer.from(JSON.stringify(value));
    const descriptor = {
      digest: `sha256:${createHash("sha256").update(content).digest("hex")}`,
      size: content.length,
    };
    await this.append(Buffer.concat([blobHeader(descriptor), content, tarPadding(content.length)]));
    return descriptor;
  }

  async add(path: string, value: object): Promise<void> {
    const content = Buffer.from(JSON.stringify(value));
    await this.append(Buffer.concat([fileHeader(path, 0o644, content.length), content, tarPadding(content.length)]));
  }

  end(): Promise<void> {
    return this.append(tarEnd);
  }

  private async append(bytes: Buffer): Promise<void> {
    await writeAt(this.file, bytes, this.position);
    this.position += bytes.length;
  }
}
