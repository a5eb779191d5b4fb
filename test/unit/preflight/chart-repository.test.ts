import assert from "node:assert/strict";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { formatProblem } from "../../../topology";
import { assertNothing, ChartBench, helmIndex, only, packaged, sha256, version, type Page } from "./chart-bench";

const charts = ["base", "istiod", "gateway"];

describe("charts of a repository", () => {
  const bench = new ChartBench();
  let archives: Record<string, Buffer>;

  before(async () => {
    archives = Object.fromEntries(
      await Promise.all(charts.map(async (chart) => [`/charts/${chart}-${version}.tgz`, await packaged(chart)])),
    ) as Record<string, Buffer>;
  });

  const digestOf = (chart: string): string => sha256(archives[`/charts/${chart}-${version}.tgz`] ?? Buffer.alloc(0));
  const index = helmIndex(...charts.map((chart) => ({ chart })));
  const withDigests = (): string => helmIndex(...charts.map((chart) => ({ chart, digest: digestOf(chart) })));

  function entries(write: (byChart: unknown) => string): string {
    return write(Object.fromEntries(charts.map((chart) => [chart, [{ version, urls: [`${chart}-${version}.tgz`] }]])));
  }

  for (const [form, text] of [
    ["as Helm writes it", index],
    ["as JSON", entries((byChart) => JSON.stringify({ entries: byChart }))],
    ["in YAML of another style", entries((byChart) => `entries: ${JSON.stringify(byChart)}\n`)],
  ] as const) {
    it(`are found by an index that is written ${form}`, async () => {
      const { host } = await bench.web({ ...archives, "/charts/index.yaml": text });
      assertNothing(await bench.check({ charts: { repository: `http://${host}/charts` } }));
    });
  }

  it("are found in a repository whose index moved", async () => {
    const there = await bench.web({ "/index.yaml": index });
    const moved = { status: 302, headers: { location: `http://${there.host}/index.yaml` } };
    const here = await bench.web({ ...archives, "/charts/index.yaml": moved });
    assertNothing(await bench.check({ charts: { repository: `http://${here.host}/charts/` } }));
  });

  it("are found at another host", async () => {
    const there = await bench.web(archives);
    const elsewhere = helmIndex(
      ...charts.map((chart) => ({ chart, url: `http://${there.host}/charts/${chart}-${version}.tgz` })),
    );
    const here = await bench.web({ "/index.yaml": elsewhere });
    assertNothing(await bench.check({ charts: { repository: `http://${here.host}` } }));
    assert.equal(there.asked.length, charts.length);
  });

  it("are downloaded once", async () => {
    const { host, asked } = await bench.web({ ...archives, "/charts/index.yaml": withDigests() });
    const repository = `http://${host}/charts`;
    assertNothing(await bench.check({ charts: { repository } }));
    assert.deepEqual(await bench.cached(), charts.map((chart) => `${digestOf(chart)}.tgz`).sort());
    assertNothing(await bench.check({ charts: { repository } }));
    assert.deepEqual(
      asked.filter((path) => path.endsWith(".tgz")).sort(),
      charts.map((chart) => `/charts/${chart}-${version}.tgz`).sort(),
    );
  });

  it("are downloaded again where the cache is damaged", async () => {
    const { host, asked } = await bench.web({ ...archives, "/charts/index.yaml": withDigests() });
    await bench.write({ [`home/.cache/isthmus/charts/${digestOf("base")}.tgz`]: "half of i" });
    assertNothing(await bench.check({ charts: { repository: `http://${host}/charts` } }));
    assert.ok(asked.includes(`/charts/base-${version}.tgz`));
    assertNothing(await bench.check({ charts: { repository: `http://${host}/charts` } }));
    assert.equal(asked.filter((path) => path.includes("base")).length, 1);
  });

  it("are found where nothing can be kept", async () => {
    await bench.write({ "home/.cache": "a file where a folder should be" });
    await chmod(join(bench.project, "home"), 0o500);
    const { host } = await bench.web({ ...archives, "/charts/index.yaml": withDigests() });
    assertNothing(await bench.check({ charts: { repository: `http://${host}/charts` } }));
  });

  async function problemWith(pages: Readonly<Record<string, Page>>): Promise<string> {
    const { host } = await bench.web({ "/charts/index.yaml": index, ...archives, ...pages });
    return bench.problem({ charts: { repository: `http://${host}/charts` } });
  }

  const path = "isthmus:mesh.istio.charts.repository";
  const istiod = `/charts/istiod-${version}.tgz`;

  it("are missed when the archive is missing, or is another file", async () => {
    assert.equal(
      await problemWith({ [istiod]: { status: 404 } }),
      `${path}: expected the packaged chart istiod 1.31.1 at HOST${istiod}, found 404. Mend the repository, or name another source of the charts.`,
    );
    assert.equal(
      await problemWith({ [istiod]: "<html>Please log in</html>" }),
      `${path}: expected the packaged chart istiod 1.31.1 at HOST${istiod}, found a file that is no archive, or a damaged one. Mend the repository, or name another source of the charts.`,
    );
    assert.equal(
      await problemWith({ [istiod]: await packaged("base") }),
      `${path}: expected Istio's chart istiod, found the chart "base" under its name. Name the source of Istio's own charts.`,
    );
    assert.equal(
      await problemWith({ "/charts/index.yaml": withDigests(), [istiod]: await packaged("base") }),
      `${path}: expected the packaged chart istiod 1.31.1 at HOST${istiod} as index.yaml describes it, found a file with another SHA-256. Mend the repository, or name another source of the charts.`,
    );
    assert.equal(
      await problemWith({ "/charts/index.yaml": index.replace(/ {4}urls:\n.*istiod.*\n/, "") }),
      `${path}: expected the packaged chart istiod 1.31.1, found no URL of it in index.yaml. Mend the repository's index.`,
    );
  });

  it("are told when their version is missing, and which there is", async () => {
    const { host } = await bench.web({
      "/index.yaml": helmIndex({ chart: "base" }, { chart: "istiod" }).replace("generated", "x"),
    });
    assert.equal(
      await bench.problem({ charts: { repository: `http://${host}` } }),
      "isthmus:mesh.istio.version: expected a version of which HOST has the charts base, istiod and gateway, found 1.31.1, of which it has no gateway. Take another version: it has 1.31.1.",
    );
  });

  it("are missed in a repository that is none, that leads in a circle, and that is not there", async () => {
    const { host, close } = await bench.web({
      "/index.yaml": "<html>welcome</html>",
      "/circle/index.yaml": { status: 302, headers: { location: "/circle/index.yaml" } },
    });
    const inRepository = async (below: string): Promise<string> =>
      bench.problem({ charts: { repository: `http://${host}${below}` } });
    assert.match(await inRepository("/charts"), /expected a Helm chart repository at HOST, found 404 for index\.yaml/);
    assert.match(await inRepository("/circle"), /found 302 for index\.yaml/);
    assert.match(await inRepository(""), /it has no base, istiod, gateway\. Name a repository of Istio's charts\./);
    await close();
    assert.match(
      await inRepository(""),
      /charts\.repository: expected an answer from HOST, found a refused connection/,
    );
  });

  it("are told not to be checked where a proxy is none that Node can use", async () => {
    bench.environment = { ...bench.environment, HTTP_PROXY: "socks5://127.0.0.1:1" };
    const elsewhere = helmIndex(...charts.map((chart) => ({ chart, url: `http://charts.example/${chart}.tgz` })));
    const { host } = await bench.web({ "/index.yaml": elsewhere });
    const { problems, warnings } = await bench.check({ charts: { repository: `http://${host}` } });
    assert.deepEqual(problems.map(formatProblem), []);
    assert.match(only(warnings), /expected an answer from charts\.example, found a proxy that does not lead there/);
  });

  it("are looked for through a SOCKS proxy, which is named when it does not answer", async () => {
    bench.environment = { ...bench.environment, HTTPS_PROXY: "socks5://127.0.0.1:1" };
    assert.equal(
      await bench.problem({ charts: { repository: "https://charts.example" } }),
      "isthmus:mesh.istio.charts.repository: expected an answer from charts.example, found a refused connection (ECONNREFUSED) through the proxy HOST. Mend the proxy (proxy-url in the kubeconfig, else HTTPS_PROXY), or name what is reached without it in NO_PROXY.",
    );
  });
});
