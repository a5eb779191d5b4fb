import assert from "node:assert/strict";
import { meshFacts, type MeshFacts } from "../../../../diagnosis";
import { checks } from "../../../../operations/verify";
import { planOfFound, type FoundSite } from "../../../../operations/verify/found/plan";
import { injectionOf, readFoundSettings, type FoundSettings } from "../../../../operations/verify/found/settings";
import { namespaceManifest, sharedHostOf } from "../../../../operations/verify/sample-manifests";
import { select } from "../../../../operations/verify/selection";
import { samenessOf, serviceSettingsOf, sitesOf, type MeshConfig, type MeshPlan } from "../../../../topology";
import { FakeClient } from "../../../support/cluster-client";
import { fixedGateways, planOf, topologies, twoPrimaries } from "../../../support/plans";

const usual: FoundSettings = { meshConfig: {}, injection: { "istio-injection": "enabled" } };

/** What the clusters of a mesh say that its file does. */
function factsOf(plan: MeshPlan): MeshFacts {
  const facts = meshFacts(plan);
  return {
    ...facts,
    origin: "clusters",
    controlPlanes: facts.controlPlanes.map(({ configCluster, kind, name, reads, serves }) => {
      return { configCluster, kind, name, reads, serves };
    }),
  };
}

const siteOf = (name: string, settings?: FoundSettings): [string, FoundSite] => [
  name,
  { context: `context-${name}`, ...(settings === undefined ? {} : { settings }) },
];

const found = (plan: MeshPlan, settings: FoundSettings | undefined = usual): ReturnType<typeof planOfFound> =>
  planOfFound(factsOf(plan), new Map(sitesOf(plan).map(({ name }) => siteOf(name, settings))));

describe("the plan of a mesh that Isthmus did not build", () => {
  for (const [name, config] of Object.entries(topologies)) {
    it(`has the checks asked of the same clusters as its file would: ${name}`, () => {
      const plan = planOf(config);
      const { notJudged, plan: read } = found(plan);
      const left = notJudged.map(({ id }) => id);
      for (const check of checks.filter(({ id, needsFile }) => needsFile === undefined && !left.includes(id))) {
        assert.deepEqual(check.subjects(read), check.subjects(plan), check.id);
      }
    });
  }

  it("says what it is not judged by: gateways whose addresses no load balancer gives", () => {
    const { notJudged, plan } = found(planOf(fixedGateways));
    assert.deepEqual(
      notJudged.map(({ id }) => id),
      ["cross-network-gateway", "gateway-ready"],
    );
    assert.match(notJudged[0]?.reason ?? "", /^east, west: which addresses count/);
    assert.deepEqual(
      plan.clusters.map(({ eastWestGateway }) => eastWestGateway),
      [undefined, undefined],
    );
    assert.deepEqual(found(planOf(twoPrimaries)).notJudged, []);
  });

  it("has its images from where istiod's is, its trust domain from the mesh's configuration, and contexts as they are called", () => {
    const settings = { ...usual, hub: "registry.example:5000/istio", meshConfig: { trustDomain: "corp.example" } };
    const { plan } = found(planOf(twoPrimaries), settings);
    assert.equal(plan.sample.helloworldImage, "registry.example:5000/istio/examples-helloworld-v1:1.0");
    assert.equal(plan.trustDomain, "corp.example");
    assert.deepEqual(
      plan.clusters.map(({ access }) => access),
      ["context-east", "context-west"].map((context) => ({ source: "file", path: "--contexts", context })),
    );
    const silent = planOfFound(factsOf(planOf(twoPrimaries)), new Map([siteOf("east"), siteOf("west")])).plan;
    assert.equal(silent.trustDomain, "cluster.local", "as Istio has it by itself");
    assert.match(silent.sample.helloworldImage, /^docker\.io\/istio\//);
  });

  it("has the sample's namespace discovered and injected as its istiods do", () => {
    const discoverySelectors = [{ matchLabels: { mesh: "one" } }];
    const { plan } = found(planOf(twoPrimaries), { ...usual, meshConfig: { discoverySelectors } });
    const labels = (injection?: Record<string, string>): Record<string, string> =>
      (namespaceManifest("ns", "me", plan, injection).object as { metadata: { labels: Record<string, string> } })
        .metadata.labels;
    assert.equal(labels()["mesh"], "one");
    assert.equal(labels()["istio-injection"], "enabled");
    const named = labels({ "istio.io/rev": "canary" });
    assert.deepEqual([named["istio-injection"], named["istio.io/rev"]], [undefined, "canary"]);
  });

  it("knows which Services are one by the mesh's configuration, as the file has it written there", () => {
    const sameness: MeshConfig["sameness"] = { plainServices: "cluster-local", shared: ["shop", "redis.cache"] };
    const plan = planOf({ ...twoPrimaries, sameness });
    const serviceSettings = serviceSettingsOf(plan.sameness, "corp.example");
    const { plan: read } = found(plan, { ...usual, clusterDomain: "corp.example", meshConfig: { serviceSettings } });
    for (const [namespace, name] of [
      ["shop", "any"],
      ["cache", "redis"],
      ["cache", "other"],
    ] as const) {
      assert.equal(
        samenessOf(read.sameness, { name, namespace }),
        samenessOf(plan.sameness, { name, namespace }),
        name,
      );
    }
    assert.equal(sharedHostOf(read, "ns", "east"), "helloworld.ns.verify.corp.example");
    assert.equal(sharedHostOf(found(planOf(twoPrimaries)).plan, "ns", "east"), undefined);
  });

  it("leaves out what only a file says, with the reason", () => {
    const { plan } = found(planOf(twoPrimaries));
    const { checks: chosen, leftOut } = select(checks, plan, {}, "clusters");
    const needing = checks.filter(({ needsFile }) => needsFile !== undefined).map(({ id }) => id);
    assert.deepEqual(
      leftOut.map(({ id }) => id),
      needing,
    );
    assert.deepEqual(needing, [
      "network-labelled",
      "exposed-istiod-ready",
      "reader-token-age",
      "services-cluster-local",
      "global-service-answered",
    ]);
    assert.ok(chosen.some(({ id }) => id === "helloworld-reached"));
    assert.deepEqual(select(checks, plan, {}).leftOut, []);
  });

  it("is mended by hand: no hint of a check that it has asks for a command that changes a mesh of ours", () => {
    for (const { hint, hintByHand = hint, id, needsFile } of checks) {
      if (needsFile === undefined) assert.doesNotMatch(hintByHand, /isthmus (up|drift|rotate|services)/, id);
    }
  });
});

describe("what a cluster says of how its istiod was installed", () => {
  const configMaps = "/api/v1/namespaces/istio-system/configmaps";
  const deployments = "/apis/apps/v1/namespaces/istio-system/deployments";
  const injectors = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";

  it("is read from its Deployment, its webhook and the mesh's configuration", async () => {
    const args = ["discovery", "--domain", "corp.example", "--keepaliveMaxServerConnectionAge", "30m"];
    const containers = [{ name: "discovery", image: "registry.example:5000/istio/pilot:1.31.1", args }];
    const client = new FakeClient("east", {
      objects: {
        [configMaps]: [
          { metadata: { name: "istio" }, data: { mesh: "trustDomain: other.example\n" } },
          { metadata: { name: "istio-canary" }, data: { mesh: "trustDomain: corp.example\n" } },
        ],
        [deployments]: [{ spec: { template: { spec: { containers } } } }],
        [injectors]: [{ metadata: { labels: { "istio.io/rev": "canary" } } }],
      },
    });
    assert.deepEqual(await readFoundSettings(client), {
      meshConfig: { trustDomain: "corp.example" },
      hub: "registry.example:5000/istio",
      clusterDomain: "corp.example",
      injection: { "istio.io/rev": "canary" },
    });
    assert.deepEqual(await readFoundSettings(new FakeClient("bare")), usual);
  });

  it("asks for sidecars by the usual label where the default revision is there, or a tag of that name", () => {
    const of = (...labels: Record<string, string>[]): Readonly<Record<string, string>> =>
      injectionOf(labels.map((one) => ({ labels: one })));
    const injected = { "istio-injection": "enabled" };
    assert.deepEqual(of(), injected);
    assert.deepEqual(of({}), injected);
    assert.deepEqual(of({ "istio.io/rev": "default" }), injected);
    assert.deepEqual(
      of({ "istio.io/rev": "canary" }, { "istio.io/rev": "canary", "istio.io/tag": "default" }),
      injected,
    );
    assert.deepEqual(of({ "istio.io/rev": "1-31" }, { "istio.io/rev": "1-30" }), { "istio.io/rev": "1-30" });
  });
});
