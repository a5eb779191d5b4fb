import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { formatProblem } from "../../../topology";
import { assertNothing, ChartBench, only, packaged, sha256, type ChartServer, type Page } from "./chart-bench";

const layerType = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const path = "isthmus:mesh.istio.charts.oci";

describe("charts of an OCI registry", () => {
  const bench = new ChartBench();
  let archives: ReadonlyMap<string, Buffer>;

  before(async () => {
    const packages = await Promise.all(["base", "istiod", "gateway"].map((chart) => packaged(chart)));
    archives = new Map(["base", "istiod", "gateway"].map((chart, at) => [chart, packages[at] ?? Buffer.alloc(0)]));
  });

  /** What a registry has; other pages come first. */
  function content({ url = "" }: IncomingMessage, tag = "1.31.1", mediaType = layerType): Page | undefined {
    for (const [chart, archive] of archives) {
      const manifest = {
        layers: [
          { mediaType: "application/vnd.cncf.helm.chart.provenance.v1.prov", digest: `sha256:${"0".repeat(64)}` },
          { mediaType, digest: `sha256:${sha256(archive)}` },
        ],
      };
      if (url === `/v2/release/charts/${chart}/manifests/${tag}`) return JSON.stringify(manifest);
      if (url === `/v2/release/charts/${chart}/blobs/sha256:${sha256(archive)}`) return archive;
    }
    return undefined;
  }

  const from = ({ host }: ChartServer): { charts: { oci: string } } => ({
    charts: { oci: `oci://${host}/release/charts` },
  });

  it("are found, and downloaded once", async () => {
    const registry = await bench.registry(content);
    assertNothing(await bench.check(from(registry)));
    assert.equal(registry.asked.length, 6);
    assertNothing(await bench.check(from(registry)));
    assert.equal(registry.asked.length, 9);
    assert.equal((await bench.cached()).length, 3);
  });

  it("are found by the tag that Helm makes of a version with a plus sign", async () => {
    const registry = await bench.registry((request) => content(request, "1.31.1_1"));
    assertNothing(await bench.check({ version: "1.31.1+1", ...from(registry) }));
  });

  /** A registry that wants a token from its own `/token`, for which it may want a name and a password. */
  async function guarded(credentials?: string): Promise<ChartServer & { readonly scopes: string[] }> {
    const scopes: string[] = [];
    const registry: ChartServer = await bench.registry((request) => {
      const url = new URL(request.url ?? "", "https://registry");
      if (url.pathname === "/token") {
        scopes.push(`${url.searchParams.get("service")} ${url.searchParams.get("scope")}`);
        const known = credentials === undefined || request.headers.authorization === `Basic ${credentials}`;
        return known ? JSON.stringify({ token: "t0ken" }) : { status: 401 };
      }
      if (request.headers.authorization === "Bearer t0ken") return content(request);
      const realm = `realm="https://${registry.host}/token",service="registry",scope="repository:charts:pull"`;
      return { status: 401, headers: { "www-authenticate": `Bearer ${realm}` } };
    });
    return { ...registry, scopes };
  }

  it("are found with a token that everyone gets", async () => {
    const registry = await guarded();
    assertNothing(await bench.check(from(registry)));
    assert.deepEqual([...new Set(registry.scopes)], ["registry repository:charts:pull"]);
  });

  const auth = Buffer.from("robot:s3cr3t").toString("base64");

  for (const [place, file] of [
    ["Helm keeps", "home/.config/helm/registry/config.json"],
    ["Docker keeps", "home/.docker/config.json"],
    ["HELM_REGISTRY_CONFIG names", "home/elsewhere.json"],
  ] as const) {
    it(`are found with the credentials that ${place}`, async () => {
      const registry = await guarded(auth);
      await bench.write({ [file]: JSON.stringify({ auths: { [registry.host]: { auth } } }) });
      if (place.startsWith("HELM")) {
        bench.environment = { ...bench.environment, HELM_REGISTRY_CONFIG: `${bench.project}/${file}` };
      }
      assertNothing(await bench.check(from(registry)));
    });
  }

  it("are found with credentials that the registry takes without a token", async () => {
    const registry = await bench.registry((request) =>
      request.headers.authorization === `Basic ${auth}`
        ? content(request)
        : { status: 401, headers: { "www-authenticate": 'Basic realm="registry"' } },
    );
    await bench.write({ "home/.docker/config.json": JSON.stringify({ auths: { [registry.host]: { auth } } }) });
    assertNothing(await bench.check(from(registry)));
  });

  it("are told to need a login", async () => {
    const registry = await guarded(auth);
    const { problems } = await bench.check(from(registry));
    assert.equal(problems.length, 3);
    assert.equal(
      only(problems.slice(0, 1)),
      `${path}: expected the chart base 1.31.1 at HOST/release/charts/base, found 401. Log in (\`helm registry login HOST\`), or mend the URL.`,
    );
  });

  it("are told not to be checked where only a credential helper has the credentials", async () => {
    const registry = await guarded(auth);
    await bench.write({ "home/.docker/config.json": JSON.stringify({ credsStore: "desktop" }) });
    const { problems, warnings } = await bench.check(from(registry));
    assert.deepEqual(problems.map(formatProblem), []);
    assert.match(
      only(warnings.slice(0, 1)),
      /found 401 without the credentials, which a credential helper holds\. Make/,
    );
  });

  it("go without credentials to where the registry keeps its files", async () => {
    const seen: (string | undefined)[] = [];
    const store = await bench.registry((request) => {
      seen.push(request.headers.authorization);
      return content(request);
    });
    const registry = await bench.registry((request) => {
      if (request.headers.authorization !== `Basic ${auth}`) {
        return { status: 401, headers: { "www-authenticate": 'Basic realm="registry"' } };
      }
      const blob = request.url?.includes("/blobs/") === true;
      return blob
        ? { status: 307, headers: { location: `https://${store.host}${request.url ?? ""}` } }
        : content(request);
    });
    await bench.write({ "home/.docker/config.json": JSON.stringify({ auths: { [registry.host]: { auth } } }) });
    assertNothing(await bench.check(from(registry)));
    assert.deepEqual(seen, [undefined, undefined, undefined]);
  });

  it("send no credentials over a connection without TLS, whatever the registry says", async () => {
    const token = await bench.web({});
    const registry = await bench.registry(() => ({
      status: 401,
      headers: { "www-authenticate": `Bearer realm="http://${token.host}/token",service="registry"` },
    }));
    await bench.write({ "home/.docker/config.json": JSON.stringify({ auths: { [registry.host]: { auth } } }) });
    assert.equal((await bench.check(from(registry))).problems.length, 3);
    assert.deepEqual(token.asked, []);
  });

  async function problemWith(answer: (request: IncomingMessage) => Page | undefined): Promise<string> {
    const registry = await bench.registry((request) => answer(request) ?? content(request));
    return bench.problem(from(registry));
  }

  const istiod = `${path}: expected the chart istiod 1.31.1 at HOST/release/charts/istiod`;

  it("are missed when they are not there, or are something else", async () => {
    const asksIstiod = ({ url = "" }: IncomingMessage): boolean => url.includes("istiod/manifests");
    assert.equal(
      await problemWith((request) => (asksIstiod(request) ? { status: 404 } : undefined)),
      `${istiod}, found 404. Take a version that the registry has, or mend the URL.`,
    );
    assert.equal(
      await problemWith((request) => (asksIstiod(request) ? content(request, "1.31.1", "image/layer") : undefined)),
      `${istiod}, found something else than a Helm chart. Name the registry's folder that has Istio's charts.`,
    );
    assert.equal(
      await problemWith(({ url = "" }) => (url.includes("istiod/blobs") ? "another file" : undefined)),
      `${istiod} as its manifest describes it, found a file with another SHA-256. Push the chart again, or name another source of the charts.`,
    );
    assert.match(await problemWith((request) => (asksIstiod(request) ? "<html>" : undefined)), /found something else/);
  });

  it("are told to be at a registry whose certificate nobody here trusts, or that is not there", async () => {
    const registry = await bench.registry(content);
    bench.environment = { ...bench.environment, SSL_CERT_FILE: "" };
    assert.equal(
      await bench.problem(from(registry)),
      `${path}: expected a certificate of HOST that its authority signed, found another (UNABLE_TO_VERIFY_LEAF_SIGNATURE). Add the authority that signed it to those that this machine trusts, or name its file in SSL_CERT_FILE.`,
    );
    await registry.close();
    assert.match(await bench.problem(from(registry)), /expected an answer from HOST, found a refused connection/);
  });
});
