import assert from "node:assert/strict";
import { delimiter } from "node:path";
import type { MeshConfig } from "../../../topology";
import { kubeconfig, meshOf, ResolveBench, token } from "./resolve-support";

describe("resolveAccess finds the file", () => {
  const bench = new ResolveBench();

  const east = meshOf({ east: "k" });

  async function serverOf(
    config: MeshConfig,
    environment?: Readonly<Record<string, string>>,
  ): Promise<string | undefined> {
    const { clusters, problems } = await bench.resolve(config, environment);
    assert.deepEqual(problems, []);
    return clusters.get("east")?.server;
  }

  it("that the mesh names, relative to the project, or to the home directory", async () => {
    await bench.write("sub/config", kubeconfig("k"));
    assert.equal(await serverOf(meshOf({ east: "k" }, "sub/config"), { KUBECONFIG: "/nowhere" }), "https://k:6443");
    assert.equal(await serverOf(meshOf({ east: "k" }, "~/sub/config")), "https://k:6443");
  });

  it("that KUBECONFIG names, passing over what is missing", async () => {
    const file = await bench.write("config", kubeconfig("k"));
    assert.equal(await serverOf(east, { KUBECONFIG: ["/nowhere", "", file].join(delimiter) }), "https://k:6443");
  });

  it("that kubectl uses when nothing is named", async () => {
    await bench.write(".kube/config", kubeconfig("k"));
    assert.equal(await serverOf(east), "https://k:6443");
  });

  it("and lets the first of several files win, entry by entry", async () => {
    const first = await bench.write("first", {
      contexts: [{ name: "k", context: { cluster: "k", user: "k" } }],
      clusters: [{ name: "k", cluster: { server: "https://first" } }],
    });
    const second = await bench.write("second", { ...kubeconfig("k"), contexts: [], clusters: [] });
    const { clusters, problems } = await bench.resolve(east, { KUBECONFIG: [first, second].join(delimiter) });
    assert.deepEqual(problems, []);
    const access = clusters.get("east");
    assert.equal(access?.server, "https://first");
    assert.match(access.kubeconfig, new RegExp(token));
  });

  it("in JSON too", async () => {
    await bench.write(".kube/config", JSON.stringify(kubeconfig("k")));
    assert.equal(await serverOf(east), "https://k:6443");
  });
});
