/** An entry of a tar archive. Owner is root, the time is 0, so that the same contents give the same bytes. */
export interface TarHeader {
  /** Path without a leading slash. */
  readonly path: string;
  readonly mode: number;
  /** Bytes of content that follow the header. */
  readonly size: number;
  readonly type: "file" | "directory" | "symlink";
  /** Where a symbolic link leads. */
  readonly linkTarget?: string;
}

export const blockSize = 512;

const typeFlags = { file: "0", directory: "5", symlink: "2" } as const;

/** A header in the ustar format (POSIX.1-1988, IEEE 1003.1 "pax: ustar Interchange Format"): one block. */
export function tarHeader(header: TarHeader): Buffer {
  const block = Buffer.alloc(blockSize);
  const [prefix, name] = splitPath(header.type === "directory" ? `${header.path}/` : header.path);
  block.write(name, 0, 100);
  block.write(octal(header.mode, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(header.size, 12), 124);
  block.write(octal(0, 12), 136);
  block.fill(" ", 148, 156);
  block.write(typeFlags[header.type], 156);
  block.write(checkLength(header.linkTarget ?? "", 100), 157);
  block.write("ustar\x0000", 257, "latin1");
  block.write(prefix, 345, 155);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${checksum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

/** Bytes that fill a content of this size up to whole blocks. */
export const tarPadding = (size: number): Buffer => Buffer.alloc((blockSize - (size % blockSize)) % blockSize);

/** Bytes that an entry takes: its header and its padded content. */
export const tarEntrySize = (size: number): number => blockSize + Math.ceil(size / blockSize) * blockSize;

/** What stands at an archive's end. */
export const tarEnd: Buffer = Buffer.alloc(2 * blockSize);

function octal(value: number, width: number): string {
  const digits = value.toString(8).padStart(width - 1, "0");
  if (digits.length >= width) throw new RangeError(`${value} does not fit into a tar header's ${width} bytes`);
  return `${digits}\0`;
}

/** A path over 100 bytes is split at a slash into a prefix of up to 155 bytes and the rest. */
function splitPath(path: string): readonly [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ["", path];
  for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
    const prefix = path.slice(0, slash);
    const name = path.slice(slash + 1);
    if (name !== "" && Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return [prefix, name];
  }
  throw new RangeError(`${path} is too long for a tar header`);
}

function checkLength(text: string, bytes: number): string {
  if (Buffer.byteLength(text) > bytes) throw new RangeError(`${text} is too long for a tar header`);
  return text;
}
