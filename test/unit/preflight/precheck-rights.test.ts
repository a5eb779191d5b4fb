import assert from "node:assert/strict";
import { supportedKubernetesMinors, systemNamespace } from "../../../topology";
import type { Cluster } from "../access/fake-api-server";
import { configOf, context, only, PrecheckBench } from "./precheck-support";

describe("precheck of rights and version", () => {
  const bench = new PrecheckBench();

  it("names what the user may not do", async () => {
    const { problems, rights } = await bench.checkEast({
      allows: ({ verb, resource }) =>
        verb !== "*" && resource !== "customresourcedefinitions" && !(resource === "secrets" && verb === "delete"),
    });
    assert.equal(
      only(problems),
      `${context}: expected a user who may install Istio, found one who may not create, patch, delete customresourcedefinitions; delete secrets. Give the user these rights, or name a context of a user who has them, with cluster-admin for one.`,
    );
    // Of that a preview only warns.
    assert.deepEqual(rights, problems);
  });

  it("names what a user who may nothing lacks, without a word from Node", async () => {
    const warnings: string[] = [];
    const listen = (warning: Error): void => {
      warnings.push(warning.message);
    };
    process.on("warning", listen);
    const { problems } = await bench.checkEast({ allows: () => false });
    await new Promise(setImmediate);
    process.off("warning", listen);
    assert.deepEqual(warnings, []);
    assert.match(
      only(problems),
      /found one who may not create, patch, delete namespaces, customresourcedefinitions, .* and 11 more\. Give the user/,
    );
  });

  it("asks for EndpointSlices where a Service leads to another cluster's istiod, and nowhere else", async () => {
    const allows: Cluster["allows"] = ({ verb, resource }) => verb !== "*" && resource !== "endpointslices";
    const { clusters, ...mesh } = configOf("east", "edge");
    const edge = { network: "a", controlPlane: "east", access: { context: "edge" } };
    const { problems } = await bench.check(
      [await bench.cluster("east", { allows }), await bench.cluster("edge", { allows })],
      { ...mesh, clusters: { ...clusters, edge } },
    );
    assert.equal(
      only(problems),
      "isthmus:mesh.clusters.edge.access.context: expected a user who may install Istio, found one who may not create, patch, delete endpointslices. Give the user these rights, or name a context of a user who has them, with cluster-admin for one.",
    );
  });

  it("accepts a user with just the rights that are needed", async () => {
    const { problems } = await bench.checkEast({ allows: ({ verb }) => verb !== "*" });
    assert.deepEqual(problems, []);
  });

  it("asks for rights in the namespace where they are used", async () => {
    const asked: string[] = [];
    await bench.checkEast({
      allows: ({ verb, resource, namespace }) => {
        asked.push(`${verb} ${resource} ${namespace}`);
        return verb !== "*";
      },
    });
    assert.ok(asked.includes(`create secrets ${systemNamespace}`));
    assert.ok(asked.includes("create clusterroles undefined"));
  });

  it("warns of a Kubernetes that Istio does not support", async () => {
    for (const [gitVersion, found] of [
      ["v1.31.9+k3s1", "1.31.9"],
      ["v1.37.0", "1.37.0"],
    ] as const) {
      const { problems, warnings } = await bench.checkEast({ gitVersion });
      assert.deepEqual(problems, []);
      assert.equal(
        only(warnings),
        `${context}: expected Kubernetes 1.32 to 1.36, which Istio 1.31.1 supports, found ${found}. Upgrade the cluster, or take an Istio that supports it.`,
      );
    }
    assert.deepEqual((await bench.checkEast({ gitVersion: "v1.36.1" })).warnings, []);
    for (const version of ["1.30.4", "1.31.1"]) assert.deepEqual(supportedKubernetesMinors(version), [32, 36]);
  });
});
