import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { MeshPart, type Elsewhere } from "../../components";
import {
  ConfigurationError,
  parseMesh,
  planMesh,
  sitesOf,
  sliceOf,
  type MeshConfig,
  type MeshPlan,
} from "../../topology";
import { record, reveal } from "../support/mocks";
import {
  planOf,
  primaryRemoteNetworks,
  quietConfiguration,
  sharedExternalControlPlane,
  topologies,
  twoPrimaries,
} from "../support/plans";
import { validConfig } from "../unit/topology/arbitraries";
import { provided } from "./support";

/** Others that have all that a part may take of them, always the same. */
const elsewhere: Elsewhere = {
  rootCertificatePem: pulumi.output("ROOT"),
  rootFingerprint: pulumi.output("AA"),
  intermediateOf: (site) => ({
    certificatePem: pulumi.output(`CERTIFICATE OF ${site}`),
    privateKeyPem: pulumi.secret(`KEY OF ${site}`),
    notAfter: pulumi.output("2027-01-01T00:00:00Z"),
  }),
  addressOf: () => pulumi.output("203.0.113.1"),
  readerOf: (cluster) => pulumi.secret(`READER OF ${cluster}`),
  istiodAccountOf: () =>
    pulumi.secret(JSON.stringify({ clusters: [{ cluster: { server: "https://config.example:6443" } }] })),
  has: () => true,
};

/** What the engine is told of everything in one cluster. */
async function toldOf(plan: MeshPlan, cluster: string): Promise<unknown> {
  const resources = await record("update", provided, () => {
    const provider = new kubernetes.Provider(cluster, { clusterIdentifier: cluster });
    const server = `https://${cluster}.example:6443`;
    const access = { provider, server, addresses: () => Promise.resolve(["203.0.113.2"]) };
    new MeshPart("mesh", { plan, cluster, access, elsewhere });
  });
  return resources.map(({ inputs, ...rest }) => ({ ...rest, inputs: reveal(inputs) }));
}

type Clusters = MeshConfig["clusters"];

/** The configuration with other clusters; undefined where that is no mesh. */
function withClusters(config: MeshConfig, clusters: Clusters): MeshConfig | undefined {
  const changed = { ...config, clusters };
  try {
    planMesh(parseMesh(changed));
    return changed;
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined;
    throw error;
  }
}

/** All meshes that one change of one cluster makes of a mesh. */
function neighbours(config: MeshConfig): readonly MeshConfig[] {
  const names = [...Object.keys(config.clusters), ...Object.keys(config.externalControlPlanes ?? {})];
  const networks = [...new Set(Object.values(config.clusters).map(({ network }) => network)), "another"];
  return Object.entries(config.clusters).flatMap(([name, cluster]) => {
    const others = Object.fromEntries(Object.entries(config.clusters).filter(([other]) => other !== name));
    const changed = [
      ...networks.map((network) => ({ ...cluster, network })),
      ...names.map((controlPlane) => ({ ...cluster, controlPlane })),
    ];
    return [others, ...changed.map((one) => ({ ...config.clusters, [name]: one }))].flatMap(
      (clusters) => withClusters(config, clusters) ?? [],
    );
  });
}

/** Makes sure that what tells in short of what a part depends on tells two plans apart where the part does. */
async function ensureToldApart(before: MeshPlan, after: MeshPlan): Promise<void> {
  const has = (plan: MeshPlan, name: string): boolean => sitesOf(plan).some((site) => site.name === name);
  for (const { name } of sitesOf(before).filter((site) => has(after, site.name))) {
    const [former, present] = [sliceOf(before, name), sliceOf(after, name)].map((slice) => JSON.stringify(slice));
    if (former !== present) continue;
    assert.deepEqual(await toldOf(after, name), await toldOf(before, name), `${name} changes, and its slice does not`);
  }
}

describe("The slice of a plan that a part is made from", function () {
  // Every mesh beside one is made under the mocks: some seconds, on a busy machine many times that.
  this.timeout(300_000);

  for (const [topology, config] of Object.entries({
    "two primaries": twoPrimaries,
    "a primary and a remote on two networks": primaryRemoteNetworks,
    "an external control plane for two clusters": sharedExternalControlPlane,
    "a configuration cluster that no other network calls": quietConfiguration,
  })) {
    it(`differs where what is made in the cluster does, whatever changes elsewhere: ${topology}`, async () => {
      for (const other of neighbours(config)) await ensureToldApart(planOf(config), planOf(other));
    });
  }

  it("differs where what is made in the cluster does, in any mesh", async () => {
    const pairs = fc.oneof(validConfig, fc.constantFrom(...Object.values(topologies))).chain((before) => {
      const all = neighbours(before);
      return fc.record({ before: fc.constant(before), after: fc.constantFrom(...(all.length === 0 ? [before] : all)) });
    });
    await fc.assert(
      fc.asyncProperty(pairs, ({ before, after }) => ensureToldApart(planOf(before), planOf(after))),
      { numRuns: 25 },
    );
  });
});
