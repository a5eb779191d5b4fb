import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseStackConfiguration } from "../../access";
import {
  baseValues,
  eastWestGatewayValues,
  externalValues,
  primaryValues,
  remoteBaseValues,
  remoteValues,
} from "../../components/internal/helm-values";
import { builtTools } from "../../lab/tools";
import {
  controlPlaneIn,
  parseMesh,
  planMesh,
  unknownValues,
  type ClusterPlan,
  type HelmValues,
  type MeshConfig,
  type MeshPlan,
} from "../../topology";
import { externalControlPlane, fixedGateways, mixed, planOf, primaryRemote } from "../support/plans";

const project = join(__dirname, "..", "..");
const stackFiles = readdirSync(project).filter((file) => /^Pulumi\..+\.yaml$/.test(file));

/** Both kinds of address lead to values of their own. */
const addresses = ["172.18.11.1", "istiod.example.org"];

/** Helm ignores a value that its chart does not know: a misspelt one would do nothing, and nobody would be told. */
describe("Helm values", function () {
  const toolbox = builtTools();
  if (toolbox === undefined) {
    it("is skipped: the charts are not built; `npx isthmus lab tools` builds them");
    return;
  }
  const defaultsOf = (chart: string): HelmValues =>
    parse(readFileSync(join(toolbox.charts, chart, "values.yaml"), "utf8")) as HelmValues;

  function assertKnown(chart: "base" | "istiod" | "gateway", values: HelmValues): void {
    assert.deepEqual(unknownValues(values, defaultsOf(chart)), []);
  }

  function assertClusterKnown(plan: MeshPlan, cluster: ClusterPlan): void {
    const controlPlane = controlPlaneIn(plan, cluster.name);
    const { values } = cluster;
    assertKnown("base", controlPlane === undefined ? remoteBaseValues(values.base) : baseValues(values.base));
    assertKnown("gateway", eastWestGatewayValues(cluster));
    for (const address of addresses) {
      assertKnown(
        "istiod",
        controlPlane === undefined ? remoteValues(plan, cluster, address) : primaryValues(plan, controlPlane, address),
      );
    }
  }

  function assertAllKnown(plan: MeshPlan): void {
    for (const cluster of plan.clusters) assertClusterKnown(plan, cluster);
    for (const controlPlane of plan.controlPlanes.filter(({ kind }) => kind === "external")) {
      assertKnown("istiod", externalValues(plan, controlPlane, "istiod.example.org"));
    }
  }

  for (const file of stackFiles) {
    it(`are all known to Istio's charts: ${file}`, () => {
      assertAllKnown(planMesh(parseMesh(parseStackConfiguration(readFileSync(join(project, file), "utf8"), file))));
    });
  }

  const topologies: Readonly<Record<string, MeshConfig>> = {
    primaryRemote,
    externalControlPlane,
    mixed,
    fixedGateways,
  };
  for (const [name, config] of Object.entries(topologies)) {
    it(`are all known to Istio's charts: ${name}`, () => {
      assertAllKnown(planOf(config));
    });
  }

  it("are told from others", () => {
    assert.deepEqual(unknownValues({ global: { externalIstoid: true } }, defaultsOf("istiod")), [
      "global.externalIstoid",
    ]);
  });
});
