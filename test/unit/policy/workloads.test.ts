import assert from "node:assert/strict";
import { permissiveMutualTls, strictMutualTls } from "../../../policy/rules/mutual-tls";
import { pinnedCharts, pinnedImages } from "../../../policy/rules/pinned";
import { object, release, resource } from "./support";

const peerAuthentication = (spec: object, namespace = "istio-system", stack = "prod"): ReturnType<typeof object> =>
  object("security.istio.io/v1", "PeerAuthentication", { stack, metadata: { name: "default", namespace }, spec });

describe("no-permissive-mtls", () => {
  it("refuses what lets plain text in, for a workload or for one port", () => {
    for (const mode of ["PERMISSIVE", "DISABLE"]) {
      assert.deepEqual(permissiveMutualTls.check(peerAuthentication({ mtls: { mode } })), [
        `spec.mtls.mode: expected STRICT, found ${mode}. Make it STRICT.`,
      ]);
    }
    const port = peerAuthentication({ mtls: { mode: "STRICT" }, portLevelMtls: { "8080": { mode: "DISABLE" } } });
    assert.match(permissiveMutualTls.check(port)[0] ?? "", /^spec\.portLevelMtls\.8080\.mode: /);
    const old = object("security.istio.io/v1beta1", "PeerAuthentication", { spec: { mtls: { mode: "PERMISSIVE" } } });
    assert.equal(permissiveMutualTls.check(old).length, 1);
  });

  it("refuses istiod's values by which sidecars speak plain text", () => {
    const istiod = release("./charts/istiod", { values: { meshConfig: { enableAutoMtls: false } } });
    assert.match(permissiveMutualTls.check(istiod)[0] ?? "", /^values\.meshConfig\.enableAutoMtls: expected true/);
  });

  it("refuses calls in plain text to services of the mesh, for all, a port or a subset, and none to the outside", () => {
    const tls = { mode: "DISABLE" };
    const rule = (host: string, spec: object): ReturnType<typeof object> =>
      object("networking.istio.io/v1", "DestinationRule", { stack: "prod", spec: { host, ...spec } });
    for (const host of ["web", "*.local", "web.shop.svc.cluster.local", "web.shop.svc", "web.shop.svc.corp.example"]) {
      assert.deepEqual(permissiveMutualTls.check(rule(host, { trafficPolicy: { tls } })), [
        "spec.trafficPolicy.tls.mode: expected ISTIO_MUTUAL, found DISABLE. Make it ISTIO_MUTUAL, or leave it out.",
      ]);
    }
    const port = rule("web", { trafficPolicy: { portLevelSettings: [{ tls: { mode: "ISTIO_MUTUAL" } }, { tls }] } });
    assert.match(permissiveMutualTls.check(port)[0] ?? "", /^spec\.trafficPolicy\.portLevelSettings\[1\]\.tls\.mode: /);
    const subset = rule("web", { subsets: [{ name: "v1", trafficPolicy: { tls } }] });
    assert.match(permissiveMutualTls.check(subset)[0] ?? "", /^spec\.subsets\[0\]\.trafficPolicy\.tls\.mode: /);
    assert.deepEqual(permissiveMutualTls.check(rule("legacy.example.org", { trafficPolicy: { tls } })), []);
  });

  it("knows production by the names that it goes by", () => {
    const open = { mtls: { mode: "PERMISSIVE" } };
    const names = [
      "prod",
      "prod1",
      "prod-eu",
      "eu-prod",
      "eu-prod-2",
      "production",
      "prd",
      "eu-prd",
      "live",
      "eu-live",
    ];
    for (const stack of [...names, "prod1.east"]) {
      assert.equal(permissiveMutualTls.check(peerAuthentication(open, "shop", stack)).length, 1, stack);
    }
    for (const stack of ["dev", "staging", "alive", "improd"]) {
      assert.deepEqual(permissiveMutualTls.check(peerAuthentication(open, "shop", stack)), [], stack);
    }
  });

  it("lets be what is strict, what is inherited, other kinds, and stacks that are not in production", () => {
    for (const mode of ["STRICT", "UNSET"]) {
      assert.deepEqual(permissiveMutualTls.check(peerAuthentication({ mtls: { mode } })), []);
    }
    assert.deepEqual(permissiveMutualTls.check(peerAuthentication({ mtls: { mode: "PERMISSIVE" } }, "a", "dev")), []);
    assert.deepEqual(permissiveMutualTls.check(object("v1", "ConfigMap", { spec: { mtls: { mode: "DISABLE" } } })), []);
    const staging = peerAuthentication({ mtls: { mode: "PERMISSIVE" } }, "a", "staging");
    assert.equal(permissiveMutualTls.check(staging, { production: ["stag*"] }).length, 1);
  });
});

describe("strict-mtls", () => {
  const istiod = release("istiod", { version: "1.31.1" });

  it("misses the rule for the whole mesh in a stack that installs istiod", () => {
    assert.match(strictMutualTls.checkStack([istiod])[0] ?? "", /^expected a PeerAuthentication in istio-system/);
    const others = [
      peerAuthentication({ mtls: { mode: "STRICT" } }, "shop"),
      peerAuthentication({ mtls: { mode: "STRICT" }, selector: { matchLabels: { app: "a" } } }),
      peerAuthentication({ mtls: { mode: "PERMISSIVE" } }),
    ];
    for (const other of others) assert.equal(strictMutualTls.checkStack([istiod, other]).length, 1);
    assert.equal(strictMutualTls.checkStack([release("./charts/istiod-1.31.1.tgz")]).length, 1);
  });

  it("is content with it, without an istiod, and outside of production", () => {
    assert.deepEqual(strictMutualTls.checkStack([istiod, peerAuthentication({ mtls: { mode: "STRICT" } })]), []);
    assert.deepEqual(strictMutualTls.checkStack([release("gateway")]), []);
    const remote = release("istiod", { version: "1.31.1", values: { profile: "remote" } });
    assert.deepEqual(strictMutualTls.checkStack([remote]), [], "its workloads go by another cluster's");
    assert.deepEqual(strictMutualTls.checkStack([release("istiod", {}, "dev")]), []);
  });
});

describe("pinned-charts", () => {
  it("asks for an exact version of what is fetched", () => {
    for (const version of [undefined, "1.31", "^1.31.0", ">=1.31.1", "1.31.x", "*"]) {
      const properties = version === undefined ? {} : { version };
      assert.match(pinnedCharts.check(release("istiod", properties))[0] ?? "", /^version: expected an exact/, version);
    }
    for (const version of ["1.31.1", "v1.31.1", "1.32.0-rc.0"]) {
      assert.deepEqual(pinnedCharts.check(release("oci://example.org/charts/istiod", { version })), []);
    }
  });

  it("asks for it in the name of an archive that a URL leads to", () => {
    for (const chart of ["https://example.org/istiod.tgz", "https://example.org/1.31.1/istiod-latest.tgz"]) {
      // Helm does not look at it there.
      assert.match(
        pinnedCharts.check(release(chart, { version: "1.31.1" }))[0] ?? "",
        /^chart: expected an archive/,
        chart,
      );
    }
    assert.deepEqual(pinnedCharts.check(release("https://example.org/istiod-1.31.1.tgz?token=it")), []);
  });

  it("takes a chart on disk as it is", () => {
    for (const chart of ["./charts/istiod", ".lab/charts/istiod", "/charts/istiod", "charts/istiod-1.31.1.tgz"]) {
      assert.deepEqual(pinnedCharts.check(release(chart)), []);
    }
  });
});

describe("pinned-images", () => {
  const pod = (image: string): ReturnType<typeof object> => object("v1", "Pod", { spec: { containers: [{ image }] } });
  const digest = `sha256:${"0".repeat(64)}`;

  it("refuses tags that move, versions that are not whole, and none", () => {
    for (const image of [
      "curl",
      "curl:latest",
      "curl:1",
      "curl:1.2",
      "curl:v1.2",
      "curl:1.2-alpine",
      "curl:1.2-alpha.0",
      "curl:latest-distroless",
      "curl:main-debug",
      "host:5000/curl",
    ]) {
      assert.match(
        pinnedImages.check(pod(image))[0] ?? "",
        /^spec\.containers\[0\]\.image: expected an image with a tag/,
        image,
      );
    }
    const commits = ["pilot:1.31-alpha.6f0e8a1c2b", "pilot:main-20260101"];
    for (const image of [
      ...commits,
      "curl:1.2.3",
      "host:5000/curl:8.1.0-r1",
      `curl@${digest}`,
      `curl:latest@${digest}`,
      "auto",
    ]) {
      assert.deepEqual(pinnedImages.check(pod(image)), [], image);
    }
  });

  it("finds them in every kind that runs pods", () => {
    const spec = { initContainers: [{ image: "a:latest" }] };
    const kinds = [
      object("apps/v1", "Deployment", { spec: { template: { spec } } }),
      object("batch/v1", "CronJob", { spec: { jobTemplate: { spec: { template: { spec } } } } }),
    ];
    for (const kind of kinds) assert.equal(pinnedImages.check(kind).length, 1);
  });

  it("finds them in Helm values: tags by themselves, and whole images", () => {
    const istiod = release("istiod", {
      values: { global: { tag: "latest", proxy: { image: "example.org/proxyv2" } } },
    });
    assert.deepEqual(
      pinnedImages.check(istiod).map((violation) => violation.split(":")[0]),
      ["values.global.proxy.image", "values.global.tag"],
    );
    for (const values of [
      { global: { proxy: { image: "proxyv2:latest" } } },
      { global: { tag: "latest-distroless" } },
      { global: { tag: 1.31 } },
      { global: { tag: "1.31-alpha.0" } },
    ]) {
      assert.equal(pinnedImages.check(release("istiod", { values })).length, 1, JSON.stringify(values));
    }
    assert.deepEqual(pinnedImages.check(release("istiod", { values: { global: { tag: "1.31.1" } } })), []);
    assert.deepEqual(
      pinnedImages.check(release("istiod", { values: { global: { proxy: { image: "proxyv2" } } } })),
      [],
    );
  });

  it("asks for digests where the configuration does", () => {
    assert.match(pinnedImages.check(pod("curl:1.2.3"), { by: "digest" })[0] ?? "", /expected an image by its digest/);
    assert.deepEqual(pinnedImages.check(pod(`curl:1.2.3@${digest}`), { by: "digest" }), []);
    assert.deepEqual(pinnedImages.check(pod("curl:latest"), { floatingTags: ["main"] }), []);
  });

  it("has nothing to say of what runs nothing", () => {
    assert.deepEqual(pinnedImages.check(resource("isthmus:index:Mesh", {})), []);
  });
});
