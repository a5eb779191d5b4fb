import assert from "node:assert/strict";
import { ConfigurationError, parseMesh, planMesh, planProgramMesh, type ProgramMeshConfig } from "../../../topology";
import { externals, meshOf } from "./meshes";

const istio = { version: "1.31.1" };

describe("the plan of a mesh whose clusters a program reaches itself", () => {
  it("is the plan of the same mesh in a stack file, wherever the clusters are", () => {
    const config = meshOf(
      { east: {}, west: { controlPlane: "control", network: "other" } },
      { externalControlPlanes: externals({ control: {} }) },
    );
    const placeless = (value: object): unknown =>
      JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === "access" ? undefined : inner)));
    const ofProgram = placeless(config) as ProgramMeshConfig;
    assert.deepEqual(placeless(planProgramMesh(ofProgram)), placeless(planMesh(parseMesh(config))));
  });

  it("refuses what such a program says otherwise, and all else that is wrong, at once", () => {
    const config = {
      id: "mesh1",
      kubeconfig: "~/.kube/config",
      istio: { ...istio, transforms: "./transforms.ts" },
      globalServices: { files: ["services"] },
      clusters: {
        east: { network: "east", access: { context: "east" }, ifUnreachable: "skip" },
        west: { network: "west", controlPlane: "nobody", apiServer: { url: "https://west.example" } },
        North: { network: "north" },
      },
    };
    assert.throws(
      () => planProgramMesh(config as ProgramMeshConfig),
      (error: unknown) => {
        assert.ok(error instanceof ConfigurationError);
        assert.deepEqual(error.problems.map(({ path }) => path).sort(), [
          "mesh.clusters.North",
          "mesh.clusters.east.access",
          "mesh.clusters.east.ifUnreachable",
          "mesh.clusters.west.apiServer",
          "mesh.globalServices.files",
          "mesh.istio.transforms",
          "mesh.kubeconfig",
        ]);
        assert.match(error.message, /mesh\.clusters\.east\.access: expected one of the keys .*network.*, found/);
        return true;
      },
    );
  });

  it("gives examples that such a program can follow", () => {
    for (const config of [{}, { clusters: "east" }, { clusters: { east: "here" } }, { externalControlPlanes: "one" }]) {
      assert.throws(
        () => planProgramMesh(config as unknown as ProgramMeshConfig),
        (error: unknown) => error instanceof ConfigurationError && !/access|context/.test(error.message),
      );
    }
  });

  it("holds it to the rules between clusters", () => {
    const clusters = { west: { network: "west", controlPlane: "nobody" } };
    assert.throws(
      () => planProgramMesh({ id: "mesh1", istio, clusters }),
      (error: unknown) =>
        error instanceof ConfigurationError && error.message.startsWith("mesh.clusters.west.controlPlane: expected "),
    );
  });
});
