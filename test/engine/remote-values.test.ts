import assert from "node:assert/strict";
import { remoteValues } from "../../components/internal/helm-values";
import { builtTools } from "../../lab/tools";
import type { ClusterPlan } from "../../topology";
import { valuesOfConfigurationClusters, valuesOfProfiles, valuesOfRemotes } from "../../topology/remote-values";
import { planOf, sharedExternalControlPlane } from "../support/plans";
import { ChartRenderings, type Attempts } from "./chart-renderings";

/** One object that holds all values, for istioctl to read; nobody acts on it. */
const valuesConfigMap = "# Source: istiod/templates/configmap-values.yaml";

/**
 * A caution tells of values of a remote cluster that do nothing. Which those are is found by trying: each value that the
 * chart knows is made another one, and what Helm renders is compared.
 */
describe("The values that a remote cluster reads", function () {
  this.timeout(300_000);
  const toolbox = builtTools();
  if (toolbox === undefined) {
    it("is skipped: the charts are not built; `npx isthmus lab tools` builds them");
    return;
  }
  const plan = planOf(sharedExternalControlPlane);
  const renderings = new ChartRenderings(toolbox);
  after(() => {
    renderings.dispose();
  });

  async function triedIn(name: string): Promise<Attempts> {
    const cluster = plan.clusters.find((candidate) => candidate.name === name) as ClusterPlan;
    const { read, refused } = await renderings.tried("istiod", remoteValues(plan, cluster, "172.18.11.1"), (rendered) =>
      rendered
        .split(/^---$/m)
        .filter((object) => !object.includes(valuesConfigMap))
        .join("---"),
    );
    return { read, refused: refused.filter((path) => !path.startsWith("global.tracer.stackdriver.")) };
  }

  it("are those that the caution knows", async () => {
    const { read, refused } = await triedIn("west");
    assert.deepEqual(read, [...valuesOfRemotes].sort());
    assert.deepEqual(refused, [...valuesOfProfiles].sort());
  });

  it("are those that the caution knows where the cluster holds an external control plane's configuration", async () => {
    const { read } = await triedIn("east");
    assert.deepEqual(read, [...valuesOfRemotes, ...valuesOfConfigurationClusters].sort());
  });
});
