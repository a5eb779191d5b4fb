import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { remoteValues } from "../../components/internal/helm-values";
import { builtTools } from "../../lab/tools";
import type { ClusterPlan } from "../../topology";
import { valuesOfConfigurationClusters, valuesOfProfiles, valuesOfRemotes } from "../../topology/remote-values";
import { planOf, sharedExternalControlPlane } from "../support/plans";
import { ChartRenderings, type Attempts } from "./chart-renderings";

/** One object that holds all values, for istioctl to read; nobody acts on it. */
const valuesConfigMap = "# Source: istiod/templates/configmap-values.yaml";

/** The mesh's configuration, of which istiods read the trust domain alone where the cluster is nobody's configuration cluster. */
const meshConfigMap = "# Source: istiod/templates/configmap.yaml";

/** What of the objects that lead to an istiod elsewhere has to do with its address. */
interface Leading {
  readonly kind: string;
  readonly spec?: { readonly type?: string; readonly externalName?: string; readonly ipFamilies?: readonly string[] };
  readonly addressType?: string;
  readonly endpoints?: readonly { readonly addresses: readonly unknown[] }[];
}

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

  async function triedIn(name: string, unread: readonly string[]): Promise<Attempts> {
    const cluster = plan.clusters.find((candidate) => candidate.name === name) as ClusterPlan;
    const { read, refused } = await renderings.tried("istiod", remoteValues(plan, cluster, "172.18.11.1"), (rendered) =>
      rendered
        .split(/^---$/m)
        .filter((object) => !unread.some((source) => object.includes(source)))
        .join("---"),
    );
    return { read, refused: refused.filter((path) => !path.startsWith("global.tracer.stackdriver.")) };
  }

  for (const [address, family, written = address] of [
    ["172.18.11.1", "IPv4"],
    ["2001:db8::1", "IPv6"],
    ["64:ff9b::192.0.2.33", "IPv6", "64:ff9b::c000:221"],
    ["2001:db8::", "IPv6", "2001:db8::0"],
    ["1:2:3:4:5:6:7:8", "IPv6"],
  ] as const) {
    it(`lead to ${address} by a Service and an EndpointSlice of ${family}`, async () => {
      const cluster = plan.clusters.find(({ name }) => name === "west") as ClusterPlan;
      const rendered = await renderings.rendered("istiod", remoteValues(plan, cluster, address));
      assert.ok(rendered !== undefined);
      const objects = parseAllDocuments(rendered).map((document) => document.toJS() as Leading | null);
      const slices = objects.filter((object) => object?.kind === "EndpointSlice");
      assert.deepEqual(
        slices.map((slice) => [slice?.addressType, slice?.endpoints?.map(({ addresses }) => addresses)]),
        [[family, [[written]]]],
      );
      const [service, ...others] = objects.filter((object) => object?.kind === "Service");
      assert.deepEqual(others, []);
      assert.deepEqual([service?.spec?.type, service?.spec?.externalName], [undefined, undefined]);
      assert.deepEqual(service?.spec?.ipFamilies, family === "IPv6" ? ["IPv6"] : undefined);
    });
  }

  it("are those that the caution knows", async () => {
    const { read, refused } = await triedIn("west", [valuesConfigMap, meshConfigMap]);
    assert.deepEqual(read, [...valuesOfRemotes].sort());
    assert.deepEqual(refused, [...valuesOfProfiles].sort());
  });

  it("are those that the caution knows where the cluster holds an external control plane's configuration", async () => {
    const { read } = await triedIn("east", [valuesConfigMap]);
    assert.deepEqual(read, [...valuesOfRemotes, ...valuesOfConfigurationClusters].sort());
  });
});
