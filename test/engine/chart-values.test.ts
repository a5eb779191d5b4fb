import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseStackConfiguration } from "../../access";
import { baseValues, eastWestGatewayValues, istiodValues } from "../../components/internal/helm-values";
import { unknownValues } from "../../components/internal/known-values";
import type { HelmValues } from "../../components/internal/merge-values";
import { builtTools } from "../../lab/tools";
import { parseMesh, planMesh } from "../../topology";

const project = join(__dirname, "..", "..");
const stackFiles = readdirSync(project).filter((file) => /^Pulumi\..+\.yaml$/.test(file));

/** Helm ignores a value that its chart does not know: a misspelt one would do nothing, and nobody would be told. */
describe("Helm values of the shipped stacks", function () {
  const toolbox = builtTools();
  if (toolbox === undefined) {
    it("is skipped: the charts are not built; `npx isthmus lab tools` builds them");
    return;
  }
  const defaultsOf = (chart: string): HelmValues =>
    parse(readFileSync(join(toolbox.charts, chart, "values.yaml"), "utf8")) as HelmValues;

  for (const file of stackFiles) {
    const plan = planMesh(parseMesh(parseStackConfiguration(readFileSync(join(project, file), "utf8"), file)));
    for (const cluster of plan.clusters) {
      it(`are all known to Istio's charts: ${file}, cluster ${cluster.name}`, () => {
        assert.deepEqual(unknownValues(baseValues(plan.istio), defaultsOf("base")), []);
        assert.deepEqual(unknownValues(istiodValues(plan, cluster), defaultsOf("istiod")), []);
        assert.deepEqual(unknownValues(eastWestGatewayValues(plan.istio, cluster), defaultsOf("gateway")), []);
      });
    }
  }
});
