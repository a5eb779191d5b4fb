import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { BadArchive, unpackChart } from "../../../preflight/charts/unpack";
import { assertNothing, ChartBench, chartFiles, only, packaged, zipped } from "./chart-bench";

describe("charts on disk", () => {
  const bench = new ChartBench();

  it("are found in a directory, by a link to it too", async () => {
    await bench.writeCharts("charts");
    await symlink("charts", join(bench.project, "linked"));
    assertNothing(await bench.check({ charts: { directory: "charts" } }));
    assertNothing(await bench.check({ charts: { directory: "./linked/" } }));
    assertNothing(await bench.check({ charts: { directory: join(bench.project, "charts") } }));
  });

  it("are missed together where the directory is not there", async () => {
    assert.equal(
      await bench.problem({ charts: { directory: "nowhere" } }),
      "isthmus:mesh.istio.charts.directory: expected a directory with the charts base, istiod and gateway, found no such file at nowhere/base/Chart.yaml, no such file at nowhere/istiod/Chart.yaml, no such file at nowhere/gateway/Chart.yaml. Put the charts there (`helm pull --untar`), or name the directory that has them.",
    );
  });

  it("are refused when they are of another version, unless they are of none as in Istio's repository", async () => {
    await bench.writeCharts("older", "1.30.5");
    assert.equal(
      await bench.problem({ charts: { directory: "older" } }),
      "isthmus:mesh.istio.version: expected 1.30.5, the version of the charts in older, found 1.31.1. Write 1.30.5, or put the charts of 1.31.1 there.",
    );
    await bench.writeCharts("unreleased", "1.0.0");
    assertNothing(await bench.check({ charts: { directory: "unreleased" } }));
    await bench.writeCharts("some-older");
    await bench.write({ "some-older/istiod/Chart.yaml": chartFiles("istiod", "1.30.5")["Chart.yaml"] ?? "" });
    assert.match(await bench.problem({ charts: { directory: "some-older" } }), /expected 1\.30\.5, .* found 1\.31\.1/);
  });

  it("are refused when they are others", async () => {
    await bench.writeCharts("others");
    await bench.write({
      "others/gateway/Chart.yaml": "name: kong\nversion: 3.0.0\n",
      "others/base/Chart.yaml": "name: [",
    });
    const { problems } = await bench.check({ charts: { directory: "others" } });
    assert.match(only(problems.slice(0, 1)), /expected a Chart\.yaml of the chart base, found no YAML in line 1/);
    assert.match(only(problems.slice(1)), /expected Istio's chart gateway, found the chart "kong" under its name/);
  });

  it("are found as packages", async () => {
    for (const chart of ["base", "istiod", "gateway"]) {
      await bench.write({ [`packages/${chart}-1.31.1.tgz`]: await packaged(chart) });
    }
    assertNothing(await bench.check({ charts: { archives: "packages" } }));
    const others =
      "isthmus:mesh.istio.charts.archives: expected a directory with the packaged charts base-1.31.2.tgz, istiod-1.31.2.tgz, gateway-1.31.2.tgz, found no such file at packages/base-1.31.2.tgz, no such file at packages/istiod-1.31.2.tgz, no such file at packages/gateway-1.31.2.tgz. Put them there (`helm pull`), or name the directory that has them.";
    assert.equal(await bench.problem({ version: "1.31.2", charts: { archives: "packages" } }), others);
    await bench.write({ "packages/istiod-1.31.1.tgz": await packaged("istiod", chartFiles("istiod", "1.31.0")) });
    assert.match(await bench.problem({ charts: { archives: "packages" } }), /expected 1\.31\.0, .* found 1\.31\.1\. /);
    await bench.write({ "packages/istiod-1.31.1.tgz": "no archive" });
    assert.match(
      await bench.problem({ charts: { archives: "packages" } }),
      /found a file that is no archive, or a damaged one at packages\/istiod-1\.31\.1\.tgz\./,
    );
  });
});

describe("unpackChart", () => {
  async function refusal(archive: Buffer): Promise<string> {
    try {
      await unpackChart(archive);
    } catch (error) {
      assert.ok(error instanceof BadArchive, String(error));
      return error.message;
    }
    assert.fail("it was taken");
  }

  it("reads what a chart says of itself, and nothing else", async () => {
    const wanted = { ...chartFiles("istiod"), "templates/a/b.yaml": "b", "files/c": "c" };
    const archive = await packaged("istiod", { ...wanted, "README.md": "r", "crds/d": "d" });
    assert.deepEqual(Object.fromEntries(await unpackChart(archive)), wanted);
  });

  it("takes a long file name and a large chart", async () => {
    const path = `templates/${"long/".repeat(60)}file.yaml`;
    const files = { ...chartFiles("base"), [path]: "x", "files/crds.yaml": "x".repeat(1_000_000) };
    const unpacked = await unpackChart(await packaged("base", files));
    assert.equal(unpacked.get(path), "x");
    assert.equal(unpacked.get("files/crds.yaml")?.length, 1_000_000);
  });

  it("says what is wrong with an archive", async () => {
    const good = await packaged("base");
    assert.equal(await refusal(Buffer.from("<html>")), "a file that is no archive, or a damaged one");
    assert.equal(await refusal(Buffer.alloc(0)), "an archive that was cut off");
    assert.equal(await refusal(good.subarray(0, good.length / 2)), "an archive that was cut off");
    assert.equal(await refusal(await zipped(randomBytes(5000))), "a gzip file that holds no tar archive");
    const half = await zipped(gunzipSync(good).subarray(0, 600));
    assert.equal(await refusal(half), "a gzip file that holds no tar archive");
    assert.equal(
      await refusal(await packaged("base", { "README.md": "" })),
      "an archive without a Chart.yaml in its folder",
    );
  });

  it("does not let a small archive fill the memory", async () => {
    const mebibyte = await zipped(Buffer.alloc(1024 * 1024));
    const bomb = Buffer.concat(Array.from({ length: 101 }, () => mebibyte));
    assert.ok(bomb.length < 200_000);
    const before = process.memoryUsage().rss;
    assert.equal(await refusal(bomb), "an archive that unpacks to more than 100 MiB");
    assert.ok(process.memoryUsage().rss - before < 300 * 1024 * 1024);
    const long = { ...chartFiles("base"), "files/long": "x".repeat(5 * 1024 * 1024 + 1) };
    assert.deepEqual([...(await unpackChart(await packaged("base", long))).keys()], ["Chart.yaml", "values.yaml"]);
  });

  it("takes any damage without an error of its own", async () => {
    const good = gunzipSync(await packaged("base"));
    const damages = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(damages, async (damage) => {
        const damaged = Buffer.from(good);
        for (const [at, byte] of damage) damaged[at] = byte;
        await unpackChart(await zipped(damaged)).catch((error: unknown) => assert.ok(error instanceof BadArchive));
      }),
      { numRuns: 200 },
    );
  });
});
