import assert from "node:assert/strict";
import fc from "fast-check";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { meshGraph, meshSvg, type MeshGraph } from "../../../operations/graph";
import { parseMesh, planMesh, type MeshConfig } from "../../../topology";
import { externalControlPlane, fixedGateways, planOf, primaries, twoPrimaries } from "../../support/plans";
import { validConfig } from "../topology/arbitraries";

const svgOf = (config: MeshConfig): Promise<string> => meshSvg(meshGraph(planOf(config)));

/** All texts of elements of a kind, as a reader of XML sees them. */
function textsIn(svg: string, element: string): string[] {
  const pattern = new RegExp(`<${element}(?: [^>]*)?>([^<]*)</${element}>`, "g");
  const texts = [...svg.matchAll(pattern)].map(([, text = ""]) => `<t>${text}</t>`);
  const parser = new XMLParser({ parseTagValue: false, trimValues: false });
  return texts.map((text) => (parser.parse(text) as { t: string }).t);
}

/** The sentences of the lines that are drawn. */
const linesIn = (svg: string): string[] =>
  [...svg.matchAll(/<g class="line \w+"><title>([^<]*)<\/title>/g)].map(([, words = ""]) =>
    words.replace("&#39;", "'"),
  );

describe("the picture of a mesh as SVG", () => {
  it("has networks, clusters, istiods and gateways in each other, and who reads and calls whom as lines", async () => {
    const svg = await svgOf(twoPrimaries);
    assert.equal(XMLValidator.validate(svg), true);
    assert.deepEqual(textsIn(svg, "text").slice(0, 5), [
      "network east",
      "east",
      "istiod",
      "east-west gateway",
      "port 15443",
    ]);
    assert.deepEqual(linesIn(svg), [
      "the istiods of east and west read each other's API server",
      "network west calls through the gateway of east",
      "network east calls through the gateway of west",
    ]);
    assert.deepEqual(textsIn(svg, "text").slice(-2), ["istiod reads API server", "calls from another network"]);
  });

  it("says all that it shows in sentences", async () => {
    const [words] = textsIn(await svgOf(externalControlPlane), "desc");
    assert.equal(words, "1 cluster on 1 network. Network east: east. The istiod of control serves east.");
    const [addresses] = textsIn(await svgOf(fixedGateways), "desc");
    assert.match(
      addresses ?? "",
      /The east-west gateway of east at 203\.0\.113\.10, 203\.0\.113\.11 is called from west\./,
    );
  });

  it("says in a box what would be too many lines", async () => {
    assert.equal(linesIn(await svgOf(primaries(3))).length, 3 + 6);
    const svg = await svgOf(primaries(40));
    assert.deepEqual(linesIn(svg), []);
    const rows = textsIn(svg, "text");
    assert.equal(rows.filter((row) => row === "reads all other clusters").length, 40);
    assert.equal(rows.filter((row) => row === "called from all other networks").length, 40);
    const [, width = "", height = ""] = /<svg [^>]* width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
    assert.ok(Number(width) <= 1200 && Number(height) <= 4000, `${width} x ${height}`);
  });

  it("lets no name be markup, and shortens one that is long, but not in its title", async () => {
    const graph = meshGraph(planOf(twoPrimaries));
    const name = `</text><script>alert("1")</script>&${"long".repeat(20)}\u0000\u202e`;
    const hostile = JSON.parse(JSON.stringify(graph).replaceAll('"east"', JSON.stringify(name))) as MeshGraph;
    const svg = await meshSvg(hostile);
    assert.equal(XMLValidator.validate(svg), true);
    assert.ok(!svg.includes("<script"), svg);
    assert.ok(!svg.includes("\u0000") && !svg.includes("\u202e"));
    assert.ok(textsIn(svg, "text").every((text) => Array.from(text).length <= 64));
    assert.ok(textsIn(svg, "title").some((title) => title.startsWith(name.slice(0, 80))));
  });

  it("is the same for the same mesh, names every cluster, and leads every line from a box to another", () =>
    fc.assert(
      fc.asyncProperty(validConfig, async (config) => {
        const graph = meshGraph(planMesh(parseMesh(config)));
        const svg = await meshSvg(graph);
        assert.equal(await meshSvg(structuredClone(graph)), svg);
        assert.equal(XMLValidator.validate(svg), true);
        const texts = textsIn(svg, "text");
        for (const { name } of graph.clusters) assert.ok(texts.includes(name), name);
        const edges = edgesIn(svg);
        for (const [, path = ""] of svg.matchAll(/<g class="line \w+"><title>[^<]*<\/title><path d="([^"]+)"/g)) {
          const points = [...path.matchAll(/[ML](\S+) ([^ML]+)/g)].map(([, x, y]) => ({ x: Number(x), y: Number(y) }));
          for (const end of [points[0], points.at(-1)]) {
            assert.ok(end && edges.some((edge) => isNear(edge, end)), `${path} ends nowhere`);
          }
        }
      }),
      { numRuns: 20 },
    ));
});

interface Edge {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function edgesIn(svg: string): Edge[] {
  return [...svg.matchAll(/<rect x="([^"]+)" y="([^"]+)" width="([^"]+)" height="([^"]+)"/g)].map((found) => {
    const [x = 0, y = 0, width = 0, height = 0] = found.slice(1).map(Number);
    return { x, y, width, height };
  });
}

/** Whether a point is on a box's edge, or an arrow's head away from it. */
function isNear({ height, width, x, y }: Edge, point: { readonly x: number; readonly y: number }): boolean {
  const far = 11;
  const isBetween = (value: number, from: number, to: number): boolean => value >= from - far && value <= to + far;
  const isAt = (value: number, ...edges: number[]): boolean => edges.some((edge) => Math.abs(value - edge) <= far);
  return (
    isBetween(point.x, x, x + width) &&
    isBetween(point.y, y, y + height) &&
    (isAt(point.x, x, x + width) || isAt(point.y, y, y + height))
  );
}
