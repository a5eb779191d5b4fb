import assert from "node:assert/strict";
import type { MeshConfig } from "../../../topology";
import { fakeWebServer } from "./fake-api-server";
import { assertNothing, configOf, only, PrecheckBench } from "./precheck-support";

describe("precheck of charts", () => {
  const bench = new PrecheckBench();

  async function checkCharts(charts: NonNullable<MeshConfig["istio"]["charts"]>, version = "1.31.1"): Promise<string> {
    const mesh = { ...configOf("east"), istio: { version, charts } };
    return only((await bench.check([], mesh, 1000)).problems);
  }

  const index = (chart: string, ...versions: readonly string[]): string =>
    `  ${chart}:\n${versions.map((version) => `  - apiVersion: v2\n    name: ${chart}\n    urls:\n    - ${chart}-${version}.tgz\n    version: ${version}\n`).join("")}`;

  const helmIndex = `apiVersion: v1\nentries:\n${index("base", "1.31.1", "1.31.0")}${index("gateway", "1.31.1")}${index("istiod", "1.31.1", "1.31.0")}generated: "2026-09-21"\n`;

  it("tells a directory without them", async () => {
    assert.equal(
      await checkCharts({ directory: "nowhere" }),
      "isthmus:mesh.istio.charts.directory: expected a directory with the charts base, istiod and gateway, found no such file at nowhere/base/Chart.yaml, no such file at nowhere/istiod/Chart.yaml, no such file at nowhere/gateway/Chart.yaml. Put the charts there (`helm pull --untar`), or name the directory that has them.",
    );
  });

  for (const [form, text] of [
    ["as Helm writes it", helmIndex],
    [
      "as JSON",
      JSON.stringify({
        entries: Object.fromEntries(["base", "istiod", "gateway"].map((chart) => [chart, [{ version: "1.31.1" }]])),
      }),
    ],
    [
      "in YAML of another style",
      "entries: {base: [{version: 1.31.1}], istiod: [{version: 1.31.1}], gateway: [{version: 1.31.1}]}\n",
    ],
  ] as const) {
    it(`finds them in a repository whose index is written ${form}`, async () => {
      const { url } = await bench.opened(fakeWebServer({ "/charts/index.yaml": text }));
      const mesh = { ...configOf("east"), istio: { version: "1.31.1", charts: { repository: `${url}/charts` } } };
      assertNothing(await bench.check([], mesh, 1000));
    });
  }

  it("follows a repository that moved", async () => {
    const there = await bench.opened(fakeWebServer({ "/index.yaml": helmIndex }));
    const here = await bench.opened(fakeWebServer({ "/charts/index.yaml": { location: `${there.url}/index.yaml` } }));
    const mesh = { ...configOf("east"), istio: { version: "1.31.1", charts: { repository: `${here.url}/charts/` } } };
    assert.deepEqual((await bench.check([], mesh, 1000)).problems, []);
  });

  it("ends a circle of moves", async () => {
    const { url } = await bench.opened(fakeWebServer({ "/index.yaml": { location: "/index.yaml" } }));
    assert.match(await checkCharts({ repository: url }), /found 302 for index\.yaml/);
  });

  it("tells a version that a repository does not have, and which it has", async () => {
    const { url } = await bench.opened(fakeWebServer({ "/index.yaml": helmIndex }));
    assert.equal(
      await checkCharts({ repository: url }, "1.31.0"),
      "isthmus:mesh.istio.version: expected a version of which HOST has the charts base, istiod and gateway, found 1.31.0, of which it has no gateway. Take another version: it has 1.31.1, 1.31.0.",
    );
  });

  it("tells a repository that is none, and one that is not there", async () => {
    const { url, close } = await bench.opened(fakeWebServer({ "/index.yaml": "<html>welcome</html>" }));
    assert.match(
      await checkCharts({ repository: `${url}/charts` }),
      /expected a Helm chart repository at HOST, found 404 for index\.yaml/,
    );
    assert.match(
      await checkCharts({ repository: url }),
      /of which it has no base, istiod, gateway\. Name a repository of Istio's charts\./,
    );
    await close();
    assert.match(
      await checkCharts({ repository: url }),
      /charts\.repository: expected an answer from HOST, found a refused connection/,
    );
  });
});
