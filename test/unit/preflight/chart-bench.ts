import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createHttpsServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { pack } from "tar-stream";
import type { Environment } from "../../../access";
import { checkCharts, type ChartFindings } from "../../../preflight/checks/chart-check";
import { formatProblem, type MeshConfig, type Problem } from "../../../topology";
import { planOf } from "../../support/plans";
import { TestAuthority, type Identity } from "../access/certificates";

/** Files by path. */
export type Files = Readonly<Record<string, string>>;

/** What a test's server answers: a page, or a status with headers. */
export type Page =
  | string
  | Buffer
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    };

/** A server of this machine. */
export interface ChartServer {
  /** Its host and port. */
  readonly host: string;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
  readonly close: () => Promise<void>;
}

/** Istio's version in these tests. */
export const version = "1.31.1";

/** A chart's files as a release of Istio has them. */
export function chartFiles(chart: string, own = version, more: Files = {}): Files {
  return {
    "Chart.yaml": `apiVersion: v2\nname: ${chart}\nversion: ${own}\nappVersion: ${own}\n`,
    "values.yaml": "_internal_defaults_do_not_set:\n  global:\n    hub: docker.io/istio\n  pilot: 1\n",
    ...more,
  };
}

/** A chart as `helm package` writes it. */
export async function packaged(chart: string, files: Files = chartFiles(chart)): Promise<Buffer> {
  const archive = pack();
  for (const [path, text] of Object.entries(files)) archive.entry({ name: `${chart}/${path}` }, text);
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return zipped(Buffer.concat(chunks));
}

/** Gzipped content. */
export async function zipped(content: Buffer): Promise<Buffer> {
  return promisify(gzip)(content);
}

/** The SHA-256 of a file, in hexadecimal. */
export function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** A repository's index as Helm writes it. */
export function helmIndex(
  ...entries: readonly { chart: string; version?: string; digest?: string; url?: string }[]
): string {
  const lines = entries.map(
    (entry) =>
      `  ${entry.chart}:\n  - apiVersion: v2\n    keywords:\n    - istio\n    name: ${entry.chart}\n` +
      (entry.digest === undefined ? "" : `    digest: ${entry.digest}\n`) +
      `    urls:\n    - ${entry.url ?? `${entry.chart}-${entry.version ?? version}.tgz`}\n    version: ${entry.version ?? version}\n`,
  );
  return `apiVersion: v1\nentries:\n${lines.join("")}generated: "2026-09-21"\n`;
}

/** A project, a home and servers for the tests of one `describe`. */
export class ChartBench {
  identity!: Identity;
  project = "";
  /** What the check sees of the environment; its home is empty at first. */
  environment: Environment = {};
  readonly #servers: ChartServer[] = [];

  /** Registers what must be done before and after the tests. */
  constructor() {
    before(async () => {
      const authority = await TestAuthority.create("charts");
      this.identity = await authority.issue(["127.0.0.1"]);
      this.project = await mkdtemp(join(tmpdir(), "isthmus-charts-"));
      await this.write({ "authority.pem": authority.certificate });
    });
    beforeEach(async () => {
      const home = join(this.project, "home");
      await rm(home, { recursive: true, force: true });
      await mkdir(home);
      this.environment = { HOME: home, SSL_CERT_FILE: join(this.project, "authority.pem") };
    });
    afterEach(async () => {
      await Promise.all(this.#servers.splice(0).map(({ close }) => close()));
    });
    after(() => rm(this.project, { recursive: true }));
  }

  /** Writes files into the project. */
  async write(files: Readonly<Record<string, string | Buffer>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(this.project, path)), { recursive: true });
      await writeFile(join(this.project, path), content);
    }
  }

  /** Writes the three charts into folders of a directory. */
  async writeCharts(directory: string, own = version, more: Readonly<Record<string, Files>> = {}): Promise<void> {
    for (const chart of ["base", "istiod", "gateway"]) {
      for (const [path, text] of Object.entries(chartFiles(chart, own, more[chart]))) {
        await this.write({ [`${directory}/${chart}/${path}`]: text });
      }
    }
  }

  /** A server without TLS, as a repository within a company may be. */
  async web(
    pages: Readonly<Record<string, Page>> | ((request: IncomingMessage) => Page | undefined),
  ): Promise<ChartServer> {
    return this.#listen((listener) => createHttpServer(listener), pages);
  }

  /** A server with a certificate that the bench's authority signed. */
  async registry(answer: (request: IncomingMessage) => Page | undefined): Promise<ChartServer> {
    const { certificate: cert, key } = this.identity;
    return this.#listen((listener) => createHttpsServer({ cert, key }, listener), answer);
  }

  /** What is found out about charts and extra values, whether or not the latter are Isthmus's to decide. */
  async check({ values = {}, ...istio }: Partial<MeshConfig["istio"]>, timeoutMs = 10_000): Promise<ChartFindings> {
    const plan = planOf({
      id: "mesh1",
      istio: { version, ...istio },
      clusters: { east: { network: "a", access: { context: "east" } } },
    });
    const extraValues = [{ path: "isthmus:mesh.istio.values", values }];
    return checkCharts({ ...plan.istio, extraValues }, this.project, this.environment, timeoutMs);
  }

  /** The one problem of such a check. */
  async problem(istio: Partial<MeshConfig["istio"]>): Promise<string> {
    const { problems, warnings } = await this.check(istio);
    assert.deepEqual(warnings, []);
    return only(problems);
  }

  /** Names of the archives in the cache. */
  async cached(): Promise<string[]> {
    return (await readdir(join(this.project, "home/.cache/isthmus/charts"))).sort();
  }

  async #listen(
    create: (listener: RequestListener) => Server | ReturnType<typeof createHttpServer>,
    pages: Readonly<Record<string, Page>> | ((request: IncomingMessage) => Page | undefined),
  ): Promise<ChartServer> {
    const asked: string[] = [];
    const server = create((request, response) => {
      asked.push(request.url ?? "");
      const page = (typeof pages === "function" ? pages(request) : pages[request.url ?? ""]) ?? { status: 404 };
      if (typeof page === "string" || Buffer.isBuffer(page)) response.writeHead(200).end(page);
      else response.writeHead(page.status, page.headers).end(page.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const opened = {
      host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      asked,
      close: async () => {
        const closed = new Promise((resolve) => server.close(resolve));
        server.closeAllConnections();
        await closed;
      },
    };
    this.#servers.push(opened);
    return opened;
  }
}

/** The one problem, as it is shown; addresses of this machine are called HOST. */
export function only(problems: readonly Problem[]): string {
  const shown = problems.map(formatProblem);
  assert.equal(shown.length, 1, shown.join("\n"));
  return shown.join().replace(/127\.0\.0\.1:\d+/g, "HOST");
}

/** Asserts that nothing is wrong. */
export function assertNothing({ problems, warnings }: ChartFindings): void {
  assert.deepEqual([...problems, ...warnings].map(formatProblem), []);
}
