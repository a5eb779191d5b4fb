import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { extract, type Header } from "tar-stream";
import { errorCode } from "../../access/file-problem";
import { isChartFile, longestFileBytes, type ChartFiles } from "./chart-files";

/** An archive that holds no chart. The message says in the words of a problem's `found` what it is instead. */
export class BadArchive extends Error {}

/** An archive may unpack to so much, as with Helm (helm pkg/chart/loader, MaxDecompressedChartSize). */
const longestChartBytes = 100 * 1024 * 1024;

/**
 * The files of a packaged chart, as `helm package` writes it. Nothing is written to disk, and no more is unpacked than
 * Helm itself would.
 * @throws BadArchive when it is none.
 */
export async function unpackChart(archive: Buffer): Promise<ChartFiles> {
  const files = new Map<string, string>();
  const entries = extract();
  entries.end(await unzip(archive));
  try {
    for await (const entry of entries) {
      const path = pathInChart(entry.header);
      if (path === undefined) entry.resume();
      else files.set(path, await textOf(entry));
    }
  } catch (error) {
    // tar-stream throws plain errors, all of them about what it reads.
    throw new BadArchive("a gzip file that holds no tar archive", { cause: error });
  }
  if (!files.has("Chart.yaml")) throw new BadArchive("an archive without a Chart.yaml in its folder");
  return files;
}

async function unzip(archive: Buffer): Promise<Buffer> {
  try {
    return await promisify(gunzip)(archive, { maxOutputLength: longestChartBytes });
  } catch (error) {
    switch (errorCode(error)) {
      case "ERR_BUFFER_TOO_LARGE":
        throw new BadArchive(`an archive that unpacks to more than ${longestChartBytes / 1024 / 1024} MiB`);
      case "Z_BUF_ERROR":
        throw new BadArchive("an archive that was cut off");
      case "Z_DATA_ERROR":
        throw new BadArchive("a file that is no archive, or a damaged one");
      default:
        throw error;
    }
  }
}

/** Where an entry lies below the archive's one folder, whose name does not matter to Helm; undefined for one of no use. */
function pathInChart({ name, type, size }: Header): string | undefined {
  const path = name.replace(/^(\.\/)?[^/]+\//, "");
  return type === "file" && isChartFile(path) && size <= longestFileBytes ? path : undefined;
}

async function textOf(entry: AsyncIterable<unknown>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString("utf8");
}
