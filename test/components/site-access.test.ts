import assert from "node:assert/strict";
import type { ReachedCluster } from "../../preflight";
import { parseLastOutputs } from "../../stacks/last-outputs";
import { siteAccess } from "../../stacks/site-access";
import { sitesOf, type MeshConfig } from "../../topology";
import { isSecret, record, type RecordedResource } from "../support/mocks";
import { planOf, twoPrimaries } from "../support/plans";
import { find, provided } from "./support";

const reached: ReachedCluster = {
  name: "east",
  kubeconfig: "KUBECONFIG",
  server: "https://east.example:6443",
  forOthers: { server: "https://east.example:6443" },
  existingNamespaces: [],
  isReachable: true,
};

/** The provider of the cluster east, as the stack's program asks for it. */
async function providerOf(config: MeshConfig, lastOutputs: object = {}): Promise<RecordedResource> {
  const plan = planOf(config);
  const site = sitesOf(plan).find(({ name }) => name === "east");
  assert.ok(site !== undefined);
  const last = parseLastOutputs(lastOutputs);
  return find(await record("update", provided, () => void siteAccess(plan, site, reached, last)), "east");
}

describe("the provider of a cluster in a stack", () => {
  it("keeps the kubeconfig secret, replaces nothing, lets no Secret vanish and leaves what it cannot reach", async () => {
    const { inputs, ignores, formerly } = await providerOf(twoPrimaries);
    assert.ok(isSecret(inputs["kubeconfig"]));
    assert.deepEqual(
      { ...inputs, kubeconfig: undefined },
      {
        kubeconfig: undefined,
        clusterIdentifier: "east",
        enableSecretMutable: "true",
        skipUpdateUnreachable: "true",
      },
    );
    assert.deepEqual([ignores, formerly], [["clusterIdentifier"], []]);
  });

  it("is the one of the cluster's former name, where it was renamed", async () => {
    const { east, west } = twoPrimaries.clusters;
    const { formerly } = await providerOf({
      ...twoPrimaries,
      clusters: { east: { ...east, replaces: "paris" }, west },
    });
    assert.deepEqual(formerly, ["paris"]);
  });

  it("takes over what a stack of 0.1.0 made, in one update", async () => {
    const { inputs } = await providerOf(twoPrimaries, { clusters: { east: {} }, mesh: { id: "mesh1" } });
    assert.deepEqual([inputs["upsertExistingObjects"], inputs["enablePatchForce"]], ["true", "true"]);
  });
});
