import assert from "node:assert/strict";
import type { Policy } from "../../../preflight/checks/standing/facts";
import type { MeshConfig } from "../../../topology";
import { configOf, only, PrecheckBench } from "./precheck-support";
import { factsOf, metadata, ours, said } from "./standing-support";

const mesh: MeshConfig = { ...configOf("east"), namespaces: { web: { calls: {} }, shop: {} } };
const all = { egress: [{ hosts: ["./*"] }] };

function objectOf(name: string, spec: Policy["spec"], more: Partial<Policy> = {}): Policy {
  return { ...metadata(name, { namespace: "web" }), spec, ...more };
}

const saidOf = (...namespaceSidecars: Policy[]): ReturnType<typeof said> =>
  said(factsOf({ system: ours, namespaceSidecars }, mesh));

describe("the right to say something to proxies", () => {
  const bench = new PrecheckBench();

  const rights = [
    { resource: "sidecars", setting: { calls: {} }, ask: "that say what they call" },
    { resource: "proxyconfigs", setting: { dnsCapture: "all-pods" }, ask: "whose sidecars answer DNS otherwise" },
  ] as const;
  for (const { ask, resource: wanted, setting } of rights)
    it(`is asked for, as to ${wanted}, in the namespaces ${ask}, and in no other`, async () => {
      const asked: string[] = [];
      const east = await bench.cluster("east", {
        allows: ({ namespace = "", resource, verb }) => {
          if (resource === wanted) asked.push(`${verb} in ${namespace}`);
          return verb !== "*" && resource !== wanted;
        },
      });
      const withSetting = { ...configOf("east"), namespaces: { web: setting, shop: {} } };
      const { problems } = await bench.check([east], withSetting);
      assert.match(
        only(problems),
        new RegExp(`found one who may not create, patch, delete ${wanted}\\. Give the user`),
      );
      assert.deepEqual(asked, ["create in web", "patch in web", "delete in web"]);
      const without = { ...configOf("east"), namespaces: { web: {} } };
      assert.deepEqual((await bench.check([east], without)).problems, []);
    });
});

describe("Sidecars of others", () => {
  it("are refused where they are for all workloads of a namespace that says what it calls", () => {
    assert.deepEqual(saidOf(objectOf("theirs", all)), {
      problems: [
        "isthmus:mesh.clusters.east: expected no sidecar/theirs in web but the mesh's own, which says what `calls` of the namespace does, found one that Isthmus did not make. Take `calls` out of the namespace web to keep it; to let the mesh have its own, remove this one: `kubectl --context east --namespace web delete sidecars.networking.istio.io theirs`.",
      ],
      warnings: [],
    });
  });

  it("are not overwritten where they have the mesh's name, for whichever workloads they are", () => {
    const some = { ...all, workloadSelector: { labels: { app: "a" } } };
    assert.equal(saidOf(objectOf("default", some)).problems.length, 1);
  });

  it("may be for some workloads, be ours, or be in a namespace that says nothing", () => {
    const some = { ...all, workloadSelector: { labels: { app: "a" } } };
    const own = { "app.kubernetes.io/managed-by": "isthmus" };
    const found = saidOf(
      objectOf("some", some),
      objectOf("default", all, { labels: own }),
      objectOf("default", all, { namespace: "shop" }),
    );
    assert.deepEqual(found, { problems: [], warnings: [] });
  });
});

describe("ProxyConfigs of others", () => {
  const capturing: MeshConfig = { ...configOf("east"), namespaces: { web: { dnsCapture: "all-pods" }, shop: {} } };
  const saidOfConfigs = (...namespaceProxyConfigs: Policy[]): ReturnType<typeof said> =>
    said(factsOf({ system: ours, namespaceProxyConfigs }, capturing));
  const image = { image: { imageType: "distroless" } };
  const some = { ...image, selector: { matchLabels: { app: "a" } } };
  // Of Istio's: a selector that is there and names nothing is for nobody.
  const nobody = { ...image, selector: {} };

  it("are refused where they are for all pods of a namespace whose sidecars answer DNS otherwise, whatever they say", () => {
    assert.deepEqual(saidOfConfigs(objectOf("theirs", image)), {
      problems: [
        "isthmus:mesh.clusters.east: expected no proxyconfig/theirs in web but the mesh's own, which says what `dnsCapture` of the namespace does, found one that Isthmus did not make. Take `dnsCapture` out of the namespace web to keep it; to let the mesh have its own, remove this one: `kubectl --context east --namespace web delete proxyconfigs.networking.istio.io theirs`.",
      ],
      warnings: [],
    });
  });

  it("are not overwritten where they have the mesh's name, for whichever pods they are", () => {
    assert.equal(saidOfConfigs(objectOf("dns-capture", some)).problems.length, 1);
  });

  it("may be for some pods or none, be ours, or be in a namespace that does as the mesh", () => {
    const own = { "app.kubernetes.io/managed-by": "isthmus" };
    const found = saidOfConfigs(
      objectOf("some", some),
      objectOf("nobody", nobody),
      objectOf("dns-capture", image, { labels: own }),
      objectOf("theirs", image, { namespace: "shop" }),
    );
    assert.deepEqual(found, { problems: [], warnings: [] });
  });
});

describe("what others say to proxies", () => {
  const bench = new PrecheckBench();

  it("is looked for in the namespaces for which the mesh is to have its own", async () => {
    const networking = "/apis/networking.istio.io";
    const item = (namespace: string): object => ({ items: [{ metadata: { name: "theirs", namespace } }] });
    const east = await bench.cluster("east", {
      objects: Object.fromEntries(
        ["web", "shop"].flatMap((namespace) => [
          [`/api/v1/namespaces/${namespace}`, { metadata: { name: namespace, labels: {} } }],
          [`${networking}/v1/namespaces/${namespace}/sidecars`, item(namespace)],
          [`${networking}/v1beta1/namespaces/${namespace}/proxyconfigs`, item(namespace)],
        ]),
      ),
    });
    const { problems } = await bench.check([east], {
      ...configOf("east"),
      namespaces: { web: { calls: {}, dnsCapture: "all-pods" }, shop: {} },
    });
    assert.deepEqual(
      problems.map(({ expected }) => expected),
      [
        "no sidecar/theirs in web but the mesh's own, which says what `calls` of the namespace does",
        "no proxyconfig/theirs in web but the mesh's own, which says what `dnsCapture` of the namespace does",
      ],
    );
  });
});
