import { configurationPath, type Chart, type Problem } from "../../topology";
import { asText, below } from "../../access/mapping";
import { readJson } from "../checks/permissions";
import { ConnectionError } from "../../access/connection/connection-error";
import type { RawAnswer } from "../../access/connection/http";
import { digestOf, isDigest, type ArchiveCache } from "./archive-cache";
import { ChartFault } from "./chart-fault";
import type { ChartFiles } from "./chart-files";
import type { Downloads } from "./downloads";
import { registryCredentials } from "./registry-credentials";
import { unreachable } from "./unreachable";
import { BadArchive, unpackChart } from "./unpack";

const registryPath = configurationPath("istio", "charts", "oci");

/** The layer of a manifest that is the packaged chart (helm.sh, "HIPs 0006", and its older name). */
const chartMediaTypes = ["application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/tar+gzip"];

const manifestMediaType = "application/vnd.oci.image.manifest.v1+json";

/** The charts of one version in an OCI registry (opencontainers/distribution-spec, "Pulling manifests"). */
export class ChartRegistry {
  readonly #origin: URL;
  readonly #folder: string;

  /** @param folder The charts' folder: `oci://host/path`. */
  constructor(
    folder: string,
    private readonly version: string,
    private readonly downloads: Downloads,
    private readonly cache: ArchiveCache,
  ) {
    const [host = "", ...path] = folder.replace(/^oci:\/\//, "").split("/");
    // What is called docker.io answers at another name, and Helm knows that too.
    this.#origin = new URL(`https://${host === "docker.io" ? "registry-1.docker.io" : host}`);
    this.#folder = path.join("/");
  }

  /**
   * A chart's files, downloaded unless they are in the cache.
   * @throws ChartFault when it is not there, or is no chart.
   */
  async chart(chart: Chart): Promise<ChartFiles> {
    const name = `${this.#folder}/${chart}`;
    // A tag has no plus sign, so Helm writes an underscore.
    const manifest = await this.#get(name, `manifests/${this.version.replaceAll("+", "_")}`, {
      accept: manifestMediaType,
    });
    const expected = `the chart ${chart} ${this.version} at ${this.#origin.host}/${name}`;
    if (manifest.status !== 200) throw await this.#refusal(manifest.status, expected);
    const digest = chartLayer(readJson(manifest.content.toString("utf8")));
    if (digest === undefined) {
      throw fault({
        expected,
        found: "something else than a Helm chart",
        fix: "Name the registry's folder that has Istio's charts.",
      });
    }
    const archive = (await this.cache.find(digest)) ?? (await this.#layer(name, digest, expected));
    try {
      return await unpackChart(archive);
    } catch (error) {
      if (!(error instanceof BadArchive)) throw error;
      throw fault({
        expected,
        found: error.message,
        fix: "Push the chart again, or name another source of the charts.",
      });
    }
  }

  async #layer(name: string, digest: string, expected: string): Promise<Buffer> {
    const { status, content } = await this.#get(name, `blobs/sha256:${digest}`);
    if (status !== 200) throw await this.#refusal(status, expected);
    if (digestOf(content) !== digest) {
      throw fault({
        expected: `${expected} as its manifest describes it`,
        found: "a file with another SHA-256",
        fix: "Push the chart again, or name another source of the charts.",
      });
    }
    await this.cache.keep(content);
    return content;
  }

  /** Asks, and where the registry wants to know who asks, once more with what it wants. */
  async #get(name: string, what: string, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
    const url = new URL(`/v2/${name}/${what}`, this.#origin);
    try {
      const answer = await this.downloads.get(url, headers);
      const challenge = answer.headers["www-authenticate"];
      if (answer.status !== 401 || challenge === undefined) return answer;
      const authorization = await this.#authorization(challenge);
      return authorization === undefined ? answer : await this.downloads.get(url, { ...headers, authorization });
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      throw unreachable(error, registryPath, this.#origin.host, "registry");
    }
  }

  /** The header that a challenge asks for: the user's own credentials, or a token that is got with them or without. */
  async #authorization(challenge: string): Promise<string | undefined> {
    const credentials = await registryCredentials(this.#origin.host, this.downloads.environment);
    const own = typeof credentials === "object" ? credentials.header : undefined;
    if (!/^bearer\s/i.test(challenge)) return own;
    const { realm, service, scope } = parametersOf(challenge);
    if (realm === undefined || !URL.canParse(realm)) return undefined;
    const url = new URL(realm);
    // Credentials must not go out in the clear because a server says so.
    if (url.protocol !== "https:") return undefined;
    if (service !== undefined) url.searchParams.set("service", service);
    if (scope !== undefined) url.searchParams.set("scope", scope);
    const answer = await this.downloads.get(url, own === undefined ? {} : { authorization: own });
    const content = readJson(answer.content.toString("utf8"));
    const token = asText(below(content, "token")) ?? asText(below(content, "access_token"));
    return token === undefined ? undefined : `Bearer ${token}`;
  }

  async #refusal(status: number, expected: string): Promise<ChartFault> {
    if (status !== 401 && status !== 403) {
      return fault({
        expected,
        found: `${status}`,
        fix: "Take a version that the registry has, or mend the URL.",
      });
    }
    const { host } = this.#origin;
    if ((await registryCredentials(host, this.downloads.environment)) === "elsewhere") {
      const problem = {
        path: registryPath,
        expected,
        found: `${status} without the credentials, which a credential helper holds`,
        fix: "Make sure yourself that it is there: it was not checked.",
      };
      return new ChartFault(problem, "warning");
    }
    return fault({ expected, found: `${status}`, fix: `Log in (\`helm registry login ${host}\`), or mend the URL.` });
  }
}

function fault(problem: Omit<Problem, "path">): ChartFault {
  return new ChartFault({ path: registryPath, ...problem });
}

/** The digest of the packaged chart in a manifest, in hexadecimal. */
function chartLayer(manifest: unknown): string | undefined {
  const layers = below(manifest, "layers");
  if (!Array.isArray(layers)) return undefined;
  const layer: unknown = layers.find((item) => chartMediaTypes.includes(asText(below(item, "mediaType")) ?? ""));
  const digest = asText(below(layer, "digest"))?.replace(/^sha256:/, "");
  return digest !== undefined && isDigest(digest) ? digest : undefined;
}

/** The parameters of a challenge: `Bearer realm="…",service="…",scope="…"` (RFC 6750, section 3). */
function parametersOf(challenge: string): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value]) => [name, value]));
}
