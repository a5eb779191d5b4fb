import assert from "node:assert/strict";
import { eastWestGatewayValues } from "../../../components/internal/gateway-values";
import {
  configurationBaseValues,
  externalValues,
  primaryValues,
  remoteBaseValues,
  remoteValues,
} from "../../../components/internal/helm-values";
import {
  isMap,
  ownedValues,
  parseMesh,
  planMesh,
  type Chart,
  type ClusterPlan,
  type HelmValues,
} from "../../../topology";
import { valuesOfChangingRoots, valuesOfExternals, valuesOfIssuedIntermediates } from "../../../topology/owned-values";
import { externals, meshOf } from "./meshes";

/** What Isthmus sets but leaves to the user to set otherwise. */
const yielded = ["readinessProbe", "base.validationURL"];

/** Every kind of control plane and remote, and gateways at fixed addresses, so that all values come into being. */
const plan = planMesh(
  parseMesh(
    meshOf(
      {
        east: { network: "a", eastWestGateway: { addresses: ["203.0.113.10"] } },
        edge: { network: "b", controlPlane: "east" },
        north: { network: "c", controlPlane: "control" },
      },
      { externalControlPlanes: externals({ control: {} }) },
    ),
  ),
);

/** Paths of the values that are no mappings. */
function leaves(values: HelmValues, path: readonly string[] = []): string[] {
  return Object.entries(values).flatMap(([key, value]) =>
    isMap(value) ? leaves(value, [...path, key]) : [[...path, key].join(".")],
  );
}

/** What is set and neither owned nor yielded: a user's value would break the mesh, and nobody would say so. */
function unowned(chart: Chart, values: HelmValues, more: readonly { readonly path: string }[] = []): string[] {
  const owned = [...ownedValues[chart], ...more].map(({ path }) => path);
  const free = leaves(values).filter((leaf) => !owned.some((path) => leaf === path || leaf.startsWith(`${path}.`)));
  return free.filter((leaf) => !yielded.some((path) => leaf === path || leaf.startsWith(`${path}.`)));
}

function clusterCalled(name: string): ClusterPlan {
  const cluster = plan.clusters.find((candidate) => candidate.name === name);
  assert.ok(cluster !== undefined);
  return cluster;
}

describe("every value that Isthmus sets is owned", () => {
  const host = "istiod.example.org";

  it("in a cluster that runs istiod", () => {
    const controlPlane = plan.controlPlanes.find(({ kind }) => kind === "primary");
    assert.ok(controlPlane !== undefined);
    const values = primaryValues(plan, controlPlane, host);
    assert.ok(leaves(values).some((leaf) => leaf.startsWith("global.meshNetworks.")));
    assert.deepEqual(unowned("istiod", values), []);
  });

  it("in an external control plane", () => {
    const controlPlane = plan.controlPlanes.find(({ kind }) => kind === "external");
    assert.ok(controlPlane !== undefined);
    const of = { exposedHost: host, kubeconfigDigest: "d1" };
    assert.deepEqual(unowned("istiod", externalValues(plan, controlPlane, of), valuesOfExternals), []);
  });

  for (const name of ["edge", "north"]) {
    for (const address of [host, "203.0.113.11"]) {
      it(`in ${name}, a cluster that is served from ${address}`, () => {
        assert.deepEqual(unowned("istiod", remoteValues(plan, clusterCalled(name), address)), []);
        assert.deepEqual(unowned("base", remoteBaseValues({})), []);
        assert.deepEqual(unowned("base", configurationBaseValues({}, address)), []);
      });
    }
  }

  it("where the roots may become others, and then alone", () => {
    const controlPlane = plan.controlPlanes.find(({ kind }) => kind === "primary");
    assert.ok(controlPlane !== undefined);
    const trust = { ...plan.trust, generated: { ...plan.trust.generated, roots: ["first", "2031"] } };
    const values = primaryValues({ ...plan, trust }, controlPlane);
    assert.deepEqual(unowned("istiod", values), [
      "env.ISTIO_MULTIROOT_MESH",
      "meshConfig.defaultConfig.proxyMetadata.PROXY_CONFIG_XDS_AGENT",
    ]);
    assert.deepEqual(unowned("istiod", values, valuesOfChangingRoots), []);
  });

  it("where cert-manager issues the intermediates, and then alone", () => {
    const issuerRef = { name: "mesh-ca", kind: "ClusterIssuer", group: "cert-manager.io" };
    const trust = { ...plan.trust, root: "cert-manager", certManager: { issuerRef, issuerRefs: {} } } as const;
    const issued = [...valuesOfChangingRoots, ...valuesOfIssuedIntermediates];
    for (const controlPlane of plan.controlPlanes) {
      const values =
        controlPlane.kind === "primary"
          ? primaryValues({ ...plan, trust }, controlPlane)
          : externalValues({ ...plan, trust }, controlPlane, { kubeconfigDigest: "d1" });
      assert.ok(leaves(values).includes("env.ROOT_CA_DIR"));
      const more = controlPlane.kind === "primary" ? issued : [...issued, ...valuesOfExternals];
      assert.deepEqual(unowned("istiod", values, more), [], controlPlane.name);
    }
  });

  it("in an east-west gateway", () => {
    assert.deepEqual(unowned("gateway", eastWestGatewayValues(clusterCalled("east"))), []);
  });
});
