import assert from "node:assert/strict";
import { dnsCapturesIn, planWithout, sliceOf, type MeshConfig } from "../../../topology";
import { mixed, planOf, primaryRemote, sharedExternalControlPlane, twoPrimaries } from "../../support/plans";
import { pathsOf } from "./problems";

const shop = { namespace: "shop", selector: { app: "shop" }, ports: { http: { port: 80 } } };
const namespaces: MeshConfig["namespaces"] = {
  shop: {},
  web: { dnsCapture: "all-pods" },
  quiet: { dnsCapture: "annotated-pods" },
};

/** Whether the sidecars of each namespace of a cluster answer DNS, where the mesh's do not do so too. */
function capturesIn(config: MeshConfig, cluster = "east"): Record<string, boolean> {
  return Object.fromEntries(
    dnsCapturesIn(planOf(config), cluster).map(({ capturesDns, namespace }) => [namespace, capturesDns]),
  );
}

describe("DNS by sidecars of a namespace", () => {
  it("is told where it differs from the mesh's, and nowhere else", () => {
    assert.deepEqual(capturesIn({ ...twoPrimaries, namespaces }), { web: true });
    assert.deepEqual(capturesIn({ ...twoPrimaries, namespaces, globalServices: { services: { shop } } }), {
      quiet: false,
    });
    assert.deepEqual(
      capturesIn({
        ...twoPrimaries,
        namespaces,
        globalServices: { dnsCapture: "annotated-pods", services: { shop } },
      }),
      { web: true },
    );
    assert.deepEqual(capturesIn({ ...twoPrimaries, namespaces: { shop: {} } }), {});
  });

  it("differs from what the values of its istiod say, where those say it", () => {
    const values = (text: string): NonNullable<MeshConfig["istio"]["values"]> => ({
      istiod: { meshConfig: { defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: text } } } },
    });
    const of = (text: string): Record<string, boolean> =>
      capturesIn({ ...twoPrimaries, namespaces, istio: { ...twoPrimaries.istio, values: values(text) } });
    assert.deepEqual(of("true"), { quiet: false });
    assert.deepEqual(of("false"), { web: true });
  });

  it("is told in the clusters that hold an istiod's configuration, for all that it serves", () => {
    const clustersOf = (config: MeshConfig): string[] =>
      planOf(config)
        .clusters.map(({ name }) => name)
        .filter((name) => "web" in capturesIn({ ...config, namespaces }, name));
    assert.deepEqual(clustersOf(mixed), ["p1", "p2", "p3"]);
    assert.deepEqual(clustersOf(primaryRemote), ["west"]);
    assert.deepEqual(clustersOf(sharedExternalControlPlane), ["east"]);
  });

  it("must be where its istiod finds it", () => {
    const of = (clusters: string[]): readonly string[] =>
      pathsOf({ ...primaryRemote, namespaces: { web: { clusters, dnsCapture: "all-pods" } } });
    assert.deepEqual(of(["edge"]), ["isthmus:mesh.namespaces.web.clusters"]);
    assert.deepEqual(of(["edge", "west"]), []);
  });

  it("is nothing where nothing is injected", () => {
    const web = { dnsCapture: "all-pods", injection: "disabled" } as const;
    assert.deepEqual(pathsOf({ ...twoPrimaries, namespaces: { web } }), ["isthmus:mesh.namespaces.web.dnsCapture"]);
  });

  it("is a part of a stack's slice where there is any, and else leaves it as it was", () => {
    assert.deepEqual(sliceOf(planOf({ ...twoPrimaries, namespaces }), "west").dnsCaptures, [
      { namespace: "web", capturesDns: true },
    ]);
    assert.ok(!("dnsCaptures" in sliceOf(planOf({ ...twoPrimaries, namespaces: { shop: {} } }), "west")));
  });

  it("does not change when the last global service goes with its cluster", () => {
    const config: MeshConfig = {
      ...twoPrimaries,
      namespaces,
      globalServices: { services: { shop: { ...shop, clusters: { west: {} } } } },
    };
    assert.deepEqual(dnsCapturesIn(planWithout(planOf(config), ["west"]), "east"), [
      { namespace: "quiet", capturesDns: false },
    ]);
  });
});
