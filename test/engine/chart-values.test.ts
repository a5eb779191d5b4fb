import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseStackConfiguration } from "../../access";
import { findCharts, valueReferences } from "../../preflight/charts";
import { eastWestGatewayValues } from "../../components/internal/gateway-values";
import {
  baseValues,
  configurationBaseValues,
  externalValues,
  primaryValues,
  remoteBaseValues,
  remoteValues,
} from "../../components/internal/helm-values";
import { builtTools } from "../../lab/tools";
import {
  controlPlaneIn,
  findUnknown,
  knownValues,
  parseMesh,
  planMesh,
  type Chart,
  type ClusterPlan,
  type HelmValues,
  type KnownValues,
  type MeshPlan,
} from "../../topology";
import { externalControlPlane, planOf, topologies, twoPrimaries } from "../support/plans";

const project = join(__dirname, "..", "..");
const stackFiles = readdirSync(project).filter((file) => /^Pulumi\..+\.yaml$/.test(file));

/** Every kind of address leads to values of its own. */
const addresses = ["172.18.11.1", "2001:db8::1", "istiod.example.org"];

/** Helm ignores a value that its chart does not know: a misspelt one would do nothing, and nobody would be told. */
describe("Helm values", function () {
  const toolbox = builtTools();
  if (toolbox === undefined) {
    it("is skipped: the charts are not built; `npx isthmus lab tools` builds them");
    return;
  }
  const known = new Map<Chart, KnownValues>();

  before(async () => {
    const { istio } = planOf({
      ...twoPrimaries,
      istio: { version: "1.31.1", charts: { directory: toolbox.charts } },
    });
    const { charts } = await findCharts(istio, project, {}, 1000);
    for (const [chart, files] of charts) {
      const defaults = parse(files.get("values.yaml") ?? "") as HelmValues;
      const references = [...files.values()].flatMap((text) => valueReferences(text));
      known.set(chart, knownValues(defaults, references));
    }
  });

  function unknownTo(chart: Chart, values: HelmValues): string[] {
    const knownToChart = known.get(chart);
    assert.ok(knownToChart !== undefined, `there is a chart ${chart}`);
    return findUnknown(values, knownToChart).map(({ keys }) => keys.join("."));
  }

  function assertClusterKnown(plan: MeshPlan, cluster: ClusterPlan): void {
    const controlPlane = controlPlaneIn(plan, cluster.name);
    const { base } = cluster.values;
    assert.deepEqual(unknownTo("base", controlPlane === undefined ? remoteBaseValues(base) : baseValues(base)), []);
    assert.deepEqual(unknownTo("gateway", eastWestGatewayValues(cluster)), []);
    for (const address of addresses) {
      const values =
        controlPlane === undefined ? remoteValues(plan, cluster, address) : primaryValues(plan, controlPlane, address);
      assert.deepEqual(unknownTo("istiod", values), []);
      assert.deepEqual(unknownTo("base", configurationBaseValues(base, address)), []);
    }
  }

  function assertAllKnown(plan: MeshPlan): void {
    for (const cluster of plan.clusters) assertClusterKnown(plan, cluster);
    for (const controlPlane of plan.controlPlanes.filter(({ kind }) => kind === "external")) {
      assert.deepEqual(
        unknownTo(
          "istiod",
          externalValues(plan, controlPlane, { exposedHost: "istiod.example.org", kubeconfigDigest: "d1" }),
        ),
        [],
      );
    }
  }

  for (const file of stackFiles) {
    it(`are all known to Istio's charts: ${file}`, () => {
      assertAllKnown(planMesh(parseMesh(parseStackConfiguration(readFileSync(join(project, file), "utf8"), file))));
    });
  }

  for (const [name, config] of Object.entries(topologies)) {
    it(`are all known to Istio's charts: ${name}`, () => {
      assertAllKnown(planOf(config));
    });
  }

  it("are all known to Istio's charts: pull secrets", () => {
    for (const config of [twoPrimaries, externalControlPlane]) {
      assertAllKnown(planOf({ ...config, istio: { ...config.istio, imagePullSecrets: ["registry"] } }));
    }
  });

  it("are all known to Istio's charts: roots that may become others", () => {
    const trust = { generated: { roots: ["first", "2031"] } };
    for (const config of [twoPrimaries, externalControlPlane]) assertAllKnown(planOf({ ...config, trust }));
  });

  it("are told from others", () => {
    assert.deepEqual(unknownTo("istiod", { global: { externalIstoid: true } }), ["global.externalIstoid"]);
    // Istio's documentation passes it; the chart knows nothing of it any more.
    assert.deepEqual(unknownTo("base", { global: { externalIstiod: true } }), ["global.externalIstiod"]);
  });
});
