import { configurationPath, listed, type Chart, type Problem } from "../../topology";
import { ConnectionError } from "../../access/connection/connection-error";
import type { RawAnswer } from "../../access/connection/http";
import { baseUrl } from "../../access/connection/settings";
import { digestOf, isDigest, type ArchiveCache } from "./archive-cache";
import { ChartFault } from "./chart-fault";
import { chartNames, type ChartFiles } from "./chart-files";
import type { Downloads } from "./downloads";
import { entriesOf, type IndexEntry } from "./repository-index";
import { unreachable } from "./unreachable";
import { BadArchive, unpackChart } from "./unpack";

const repositoryPath = configurationPath("istio", "charts", "repository");

/** The charts of one version in a Helm repository. */
export class ChartRepository {
  readonly #base: URL;

  private constructor(
    repository: string,
    readonly version: string,
    private readonly index: string,
    private readonly downloads: Downloads,
    private readonly cache: ArchiveCache,
  ) {
    this.#base = baseUrl(repository);
  }

  /**
   * Reads the repository's index.
   * @throws ChartFault when it has none, or not all charts in this version.
   */
  static async open(
    repository: string,
    version: string,
    downloads: Downloads,
    cache: ArchiveCache,
  ): Promise<ChartRepository> {
    const url = new URL("index.yaml", baseUrl(repository));
    const answer = await download(downloads, url);
    if (answer.status !== 200) {
      throw fault({
        expected: `a Helm chart repository at ${url.host}`,
        found: `${answer.status} for index.yaml`,
        fix: "Mend the URL: index.yaml must be right below it.",
      });
    }
    const index = answer.content.toString("utf8");
    const missing = chartNames.filter((chart) => entryIn(index, chart, version) === undefined);
    if (missing.length > 0) throw new ChartFault(noSuchVersion(index, url.host, version, missing));
    return new ChartRepository(repository, version, index, downloads, cache);
  }

  /**
   * A chart's files, downloaded unless they are in the cache.
   * @throws ChartFault when the archive is not there, or is not what the index says.
   */
  async chart(chart: Chart): Promise<ChartFiles> {
    const { url, digest } = entryIn(this.index, chart, this.version) ?? {};
    const expected = `the packaged chart ${chart} ${this.version}`;
    if (url === undefined || !URL.canParse(url, this.#base.href)) {
      throw fault({ expected, found: "no URL of it in index.yaml", fix: "Mend the repository's index." });
    }
    const where = new URL(url, this.#base);
    if (!/^https?:$/.test(where.protocol)) {
      throw new ChartFault(
        {
          path: repositoryPath,
          expected: `${expected} at an http or https URL`,
          found: `one of the scheme ${where.protocol}`,
          fix: "Make sure yourself that it is there: it was not checked.",
        },
        "warning",
      );
    }
    const archive = await this.#archive(where, digest, expected);
    try {
      return await unpackChart(archive);
    } catch (error) {
      if (!(error instanceof BadArchive)) throw error;
      throw fault({ expected: `${expected} at ${placeOf(where)}`, found: error.message, fix: otherSource });
    }
  }

  async #archive(url: URL, digest: string | undefined, expected: string): Promise<Buffer> {
    const kept = digest === undefined ? undefined : await this.cache.find(digest);
    if (kept !== undefined) return kept;
    const { status, content } = await download(this.downloads, url);
    if (status !== 200) {
      throw fault({ expected: `${expected} at ${placeOf(url)}`, found: `${status}`, fix: otherSource });
    }
    if (digest === undefined) return content;
    if (isDigest(digest) && digestOf(content) !== digest) {
      throw fault({
        expected: `${expected} at ${placeOf(url)} as index.yaml describes it`,
        found: "a file with another SHA-256",
        fix: otherSource,
      });
    }
    await this.cache.keep(content);
    return content;
  }
}

const otherSource = "Mend the repository, or name another source of the charts.";

function fault(problem: Omit<Problem, "path">): ChartFault {
  return new ChartFault({ path: repositoryPath, ...problem });
}

/** A URL as problems show it: without what may be secret in it. */
function placeOf({ host, pathname }: URL): string {
  return `${host}${pathname}`;
}

function entryIn(index: string, chart: Chart, version: string): IndexEntry | undefined {
  return entriesOf(index, chart).find((entry) => entry.version === version);
}

async function download(downloads: Downloads, url: URL): Promise<RawAnswer> {
  try {
    return await downloads.get(url);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    throw unreachable(error, repositoryPath, url.host, "repository");
  }
}

function noSuchVersion(index: string, host: string, version: string, missing: readonly Chart[]): Problem {
  const offered = entriesOf(index, "istiod").map((entry) => entry.version);
  return {
    path: configurationPath("istio", "version"),
    expected: `a version of which ${host} has the charts base, istiod and gateway`,
    found: `${version}, of which it has no ${missing.join(", ")}`,
    fix:
      offered.length === 0
        ? "Name a repository of Istio's charts."
        : `Take another version: it has ${listed(offered, 5)}.`,
  };
}
