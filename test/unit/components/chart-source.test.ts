import assert from "node:assert/strict";
import { chartSource } from "../../../components/internal/chart";
import type { IstioPlan, MeshConfig } from "../../../topology";
import { planOf, twoPrimaries } from "../../support/plans";

function istioFrom(charts?: MeshConfig["istio"]["charts"]): IstioPlan {
  const istio = { version: "1.31.1", ...(charts === undefined ? {} : { charts }) };
  return planOf({ ...twoPrimaries, istio }).istio;
}

describe("chartSource", () => {
  it("names a chart of the public repository with Istio's version", () => {
    assert.deepEqual(chartSource(istioFrom(), "istiod"), {
      chart: "istiod",
      version: "1.31.1",
      repositoryOpts: { repo: "https://blob.istio.io/istio-release/charts" },
    });
  });

  it("names a chart in an OCI registry with Istio's version", () => {
    assert.deepEqual(chartSource(istioFrom({ oci: "oci://ghcr.io/istio/release/charts" }), "gateway"), {
      chart: "oci://ghcr.io/istio/release/charts/gateway",
      version: "1.31.1",
    });
  });

  it("names a directory so that Helm takes it for one", () => {
    for (const [directory, chart] of [
      ["charts", "./charts/base"],
      ["./charts/", "./charts/base"],
      [".lab/charts", ".lab/charts/base"],
      ["../charts", "../charts/base"],
      ["/srv/charts", "/srv/charts/base"],
    ] as const) {
      assert.deepEqual(chartSource(istioFrom({ directory }), "base"), { chart });
    }
  });

  it("names a packaged chart by its version", () => {
    assert.deepEqual(chartSource(istioFrom({ archives: "packaged" }), "istiod"), {
      chart: "./packaged/istiod-1.31.1.tgz",
    });
  });
});
