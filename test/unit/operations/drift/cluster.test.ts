import assert from "node:assert/strict";
import fc from "fast-check";
import { KubernetesError } from "../../../../access";
import { Manifests } from "../../../../operations/drift/applied/manifest";
import { appliedIn } from "../../../../operations/drift/applied/state";
import { ClusterComparison } from "../../../../operations/drift/cluster";
import type { ClusterDrift } from "../../../../operations/drift/finding";
import { patchOf, repairObjects } from "../../../../operations/drift/repair";
import { FakeClient } from "../../../support/cluster-client";
import {
  east,
  manifest,
  providerOf,
  recordOf,
  remoteSecret,
  secretText,
  stateOfEast,
  systemNamespace,
} from "./support";

const secrets = "/api/v1/namespaces/istio-system/secrets";
const istiod = "/apis/apps/v1/namespaces/istio-system/deployments/istiod";
const context = { stack: "dev", site: "isthmus:mesh.clusters.east", manifests: new Manifests() };

function comparison(changes: Record<string, unknown> = {}): Promise<ClusterDrift> {
  const client = new FakeClient("east", { objects: east(changes) });
  return new ClusterComparison(client, appliedIn([stateOfEast()]), context).run();
}

const told = ({ findings }: ClusterDrift): string[] =>
  findings.map(({ kind, object, path }) => [kind, object?.kind, object?.name, path].filter(Boolean).join(" "));

/** Nothing that is said of drift holds a secret. */
function assertSilent(value: unknown): void {
  const text = JSON.stringify(value);
  for (const spelling of [secretText, Buffer.from(secretText).toString("base64")])
    assert.ok(!text.includes(spelling), text);
}

const deployment = (container: object): object => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "istiod", namespace: "istio-system", resourceVersion: "7" },
  spec: { template: { spec: { containers: [{ name: "discovery", image: "pilot:1", ...container }] } } },
});

describe("a cluster against what was applied to it", () => {
  it("stands as applied, all objects of the stack and of its releases", async () => {
    const drift = await comparison();
    assert.deepEqual(told(drift), []);
    assert.equal(drift.objects, 4);
    assert.deepEqual(drift.repairs, []);
  });

  it("misses a key of a remote secret, and shows none", async () => {
    const drift = await comparison({ [`${secrets}/istio-remote-clusters`]: { ...remoteSecret, data: {} } });
    assert.deepEqual(told(drift), ["missing Secret istio-remote-clusters data.west"]);
    assert.match(drift.findings[0]?.remedy ?? "", /^Run `isthmus drift --repair --stack dev`/);
    assertSilent(drift.findings);
  });

  it("has another value in a Secret, and shows neither", async () => {
    const data = { west: Buffer.from(`${secretText}!`).toString("base64"), north: "bm9ydGg=" };
    const drift = await comparison({ [`${secrets}/istio-remote-clusters`]: { ...remoteSecret, data } });
    assert.deepEqual(told(drift), [
      "changed Secret istio-remote-clusters data.west",
      "extra Secret istio-remote-clusters data.north",
    ]);
    assertSilent(drift.findings);
    assert.ok(!JSON.stringify(drift.findings).includes("bm9ydGg"));
  });

  it("has a changed variable that is called like a secret, and shows neither value", async () => {
    const drift = await comparison({ [istiod]: deployment({ env: [{ name: "PASSWORD", value: "theirs-too" }] }) });
    assert.deepEqual(told(drift), [
      "changed Deployment istiod spec.template.spec.containers[discovery].env[PASSWORD].value",
    ]);
    assertSilent(drift.findings);
    assert.ok(!JSON.stringify(drift.findings).includes("theirs-too"));
    assert.match(
      drift.findings[0]?.remedy ?? "",
      /drift --repair.*`isthmus:mesh\.clusters\.east\.values\.istiod\.env\.PASSWORD`/,
    );
  });

  it("lost the network's label, which is not found under another key", async () => {
    const { name } = systemNamespace.metadata;
    const labels = { "app.kubernetes.io/managed-by": "isthmus" };
    const path = "/api/v1/namespaces/istio-system";
    const drift = await comparison({ [path]: { ...systemNamespace, metadata: { name, labels } } });
    assert.deepEqual(told(drift), ['missing Namespace istio-system metadata.labels["topology.istio.io/network"]']);
  });

  it("lost an object of a release, which is made again as Helm would", async () => {
    const drift = await comparison({ [istiod]: undefined });
    assert.deepEqual(told(drift), ["missing Deployment istiod"]);
    assert.match(drift.findings[0]?.remedy ?? "", /^Run `isthmus drift --repair --stack dev`/);
    const client = new FakeClient("east");
    await repairObjects(client, drift.repairs);
    const [{ method, path, object } = assert.fail("nothing was made")] = client.requests;
    assert.deepEqual([method, path], ["create", "/apis/apps/v1/namespaces/istio-system/deployments"]);
    assert.deepEqual((object as { metadata: object }).metadata, {
      name: "istiod",
      namespace: "istio-system",
      labels: { "app.kubernetes.io/managed-by": "Helm" },
      annotations: { "meta.helm.sh/release-name": "istiod", "meta.helm.sh/release-namespace": "istio-system" },
    });
  });

  it("lost an object of the stack, which Pulumi makes again", async () => {
    const drift = await comparison({ [`${secrets}/istio-remote-clusters`]: undefined });
    assert.deepEqual(told(drift), ["missing Secret istio-remote-clusters"]);
    assert.match(drift.findings[0]?.remedy ?? "", /^Run `isthmus up --refresh --stack dev`/);
    assert.deepEqual(drift.repairs, []);
  });

  it("lost the namespace with all in it, which is one finding", async () => {
    const drift = await comparison({
      "/api/v1/namespaces/istio-system": undefined,
      [`${secrets}/istio-remote-clusters`]: undefined,
      [`${secrets}/sh.helm.release.v1.istiod.v1`]: undefined,
      [secrets]: undefined,
      "/api/v1/namespaces": undefined,
      "/api/v1/secrets": undefined,
    });
    assert.deepEqual(told(drift), ["missing Namespace istio-system"]);
    assert.equal(drift.findings[0]?.expected, "it, with 2 objects of ours");
  });

  it("knows a kind no more", async () => {
    const drift = await comparison({ "/apis/rbac.authorization.k8s.io/v1": undefined });
    assert.deepEqual(
      drift.findings.map(({ kind, found }) => `${kind}: ${found}`),
      ["missing: no such kind in the cluster"],
    );
  });

  it("has replicas that are scaled, and they are nobody's", async () => {
    const withReplicas = recordOf(1, {
      manifest: "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: istiod }\nspec: { replicas: 1 }\n",
    });
    const live = { ...deployment({}), spec: { replicas: 4 } };
    const record = { [`${secrets}/sh.helm.release.v1.istiod.v1`]: withReplicas, [istiod]: live };
    assert.deepEqual(told(await comparison(record)), ["changed Deployment istiod spec.replicas"]);
    const target = { apiVersion: "apps/v1", kind: "Deployment", name: "istiod" };
    const scalers = "/apis/autoscaling/v2/namespaces/istio-system/horizontalpodautoscalers";
    assert.deepEqual(told(await comparison({ ...record, [scalers]: [{ spec: { scaleTargetRef: target } }] })), []);
  });

  describe("a release", () => {
    it("that somebody upgraded, with the values that differ, and no secret among them", async () => {
      const config = { env: { A: "1", B: "2" }, global: { token: "theirs-too" } };
      const chart = { metadata: { name: "istiod", version: "1.32.0" } };
      const upgraded = recordOf(2, { config, chart });
      const drift = await comparison({
        [`${secrets}/sh.helm.release.v1.istiod.v2`]: upgraded,
        [secrets]: [recordOf(1), upgraded],
      });
      assert.deepEqual(told(drift), [
        "release Release istiod chart",
        "release Release istiod values.env.B",
        "release Release istiod values.global.token",
      ]);
      assert.ok(drift.findings.every(({ remedy }) => remedy.includes("`helm rollback istiod 1 -n istio-system`")));
      assertSilent(drift.findings);
      assert.ok(!JSON.stringify(drift.findings).includes("theirs-too"));
    });

    it("that somebody upgraded, and a refresh has taken note of it: the revision to go back to is the one that was ours", async () => {
      const upgraded = { info: { status: "deployed" }, config: { env: { A: "1" }, global: { token: "theirs" } } };
      const changes = {
        [`${secrets}/sh.helm.release.v1.istiod.v3`]: recordOf(3, upgraded),
        [`${secrets}/sh.helm.release.v1.istiod.v1`]: undefined,
        [secrets]: [
          recordOf(1, { info: { status: "superseded" } }),
          recordOf(2, { info: { status: "failed" } }),
          recordOf(3, upgraded),
        ],
      };
      assert.match((await comparison(changes)).findings[0]?.remedy ?? "", /`helm rollback istiod 1 -n istio-system`/);
      const forgotten = await comparison({ ...changes, [secrets]: [recordOf(3, upgraded)] });
      assert.match(
        forgotten.findings[0]?.remedy ?? "",
        /^Change a value in `isthmus:mesh\.clusters\.east\.values\.istiod` and run `isthmus up --stack dev`/,
      );
    });

    it("that was upgraded and rolled back stands as applied, whatever its revision", async () => {
      const drift = await comparison({
        [`${secrets}/sh.helm.release.v1.istiod.v2`]: recordOf(2, { config: {} }),
        [`${secrets}/sh.helm.release.v1.istiod.v3`]: recordOf(3),
      });
      assert.deepEqual(told(drift), []);
    });

    it("whose first revisions Helm has forgotten", async () => {
      const drift = await comparison({
        [`${secrets}/sh.helm.release.v1.istiod.v1`]: undefined,
        [secrets]: [recordOf(8), recordOf(9, { config: {} })],
      });
      assert.deepEqual(told(drift), ["release Release istiod values.env", "release Release istiod values.global"]);
    });

    it("that an upgrade left half-way, whose objects are not put back", async () => {
      const pending = recordOf(2, { info: { status: "pending-upgrade" } });
      const drift = await comparison({
        [`${secrets}/sh.helm.release.v1.istiod.v2`]: pending,
        [secrets]: [recordOf(1), pending],
        [istiod]: deployment({}),
      });
      assert.equal(told(drift)[0], "release Release istiod status");
      assert.deepEqual(drift.repairs, []);
    });

    it("that Helm knows no more", async () => {
      const drift = await comparison({ [`${secrets}/sh.helm.release.v1.istiod.v1`]: undefined, [secrets]: [] });
      assert.deepEqual(told(drift), ["missing Release istiod"]);
    });

    it("whose record is damaged", async () => {
      const damaged = { data: { release: Buffer.from(secretText).toString("base64") } };
      const drift = await comparison({ [`${secrets}/sh.helm.release.v1.istiod.v1`]: damaged });
      assert.deepEqual(told(drift), ["unreadable Release istiod"]);
      assertSilent(drift.findings);
    });
  });

  describe("a record that somebody may have written", () => {
    const role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/istiod";
    const rule = { apiGroups: [""], resources: ["secrets"], verbs: ["get"] };
    const withRules = (...rules: object[]): object => ({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "istiod", resourceVersion: "7" },
      rules,
    });
    const recorded = (...objects: object[]): Record<string, unknown> => ({
      [`${secrets}/sh.helm.release.v1.istiod.v1`]: recordOf(1, {
        manifest: [manifest, ...objects.map((object) => JSON.stringify(object))].join("\n---\n"),
      }),
    });

    for (const [what, live] of [
      ["is gone", undefined],
      ["has fewer rules", withRules()],
      ["has other rules", withRules({ ...rule, verbs: ["list"] })],
    ] as const) {
      it(`does not decide who may do what: a role that ${what} is told, and put back by its chart alone`, async () => {
        const drift = await comparison({ [role]: live });
        assert.ok(drift.findings.length > 0);
        assert.ok(drift.findings.every(({ object }) => object?.kind === "ClusterRole"));
        assert.deepEqual(drift.repairs, []);
        for (const { remedy } of drift.findings) {
          assert.match(
            remedy,
            /^Run `helm upgrade istiod CHART --version 1\.31\.1 --reuse-values -n istio-system` in cluster east/,
          );
        }
      });
    }

    it("may take rights away that it does not name", async () => {
      const drift = await comparison({ [role]: withRules(rule, { ...rule, verbs: ["*"] }) });
      assert.deepEqual(told(drift), ["extra ClusterRole istiod rules[1]"]);
      const client = new FakeClient("east");
      await repairObjects(client, drift.repairs);
      assert.deepEqual(client.requests[0]?.operations?.at(-1), { op: "replace", path: "/rules", value: [rule] });
    });

    it("names objects of nobody's: they are told, neither made nor changed, whether they stand or not", async () => {
      const binding = {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "all-mine" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
        subjects: [{ kind: "ServiceAccount", name: "istiod", namespace: "istio-system" }],
      };
      const elsewhere = {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "istiod", namespace: "kube-system" },
        spec: { template: { spec: { hostNetwork: true } } },
      };
      const drift = await comparison({
        ...recorded(binding, elsewhere),
        "/apis/apps/v1/namespaces/kube-system/deployments/istiod": { ...elsewhere, spec: {} },
      });
      assert.deepEqual(told(drift), ["release ClusterRoleBinding all-mine", "release Deployment istiod"]);
      assert.deepEqual(drift.repairs, []);
      assert.match(drift.findings[0]?.remedy ?? "", /helm get manifest istiod -n istio-system/);
    });

    it("is put back from in nothing that the state does not name, whatever that is", async () => {
      const object = fc.record({
        apiVersion: fc.constantFrom("v1", "apps/v1", "rbac.authorization.k8s.io/v1", "example.org/v1"),
        kind: fc.constantFrom("Deployment", "ClusterRole", "Secret", "Namespace", "Thing"),
        metadata: fc.record(
          {
            name: fc.constantFrom("istiod", "coredns", "all-mine"),
            namespace: fc.constantFrom("kube-system", "default"),
          },
          { requiredKeys: ["name"] },
        ),
      });
      const isOurs = ({
        apiVersion,
        kind,
        metadata,
      }: {
        apiVersion: string;
        kind: string;
        metadata: object;
      }): boolean =>
        !("namespace" in metadata) &&
        "name" in metadata &&
        metadata.name === "istiod" &&
        [`apps/v1 Deployment`, `rbac.authorization.k8s.io/v1 ClusterRole`].includes(`${apiVersion} ${kind}`);
      await fc.assert(
        fc.asyncProperty(fc.array(object, { maxLength: 4 }), async (objects) => {
          const foreign = objects.filter((one) => !isOurs(one));
          const drift = await comparison(recorded(...foreign));
          assert.deepEqual(drift.repairs, []);
          assert.equal(drift.findings.length, foreign.length);
        }),
        { numRuns: 50 },
      );
    });

    it("is compared, and nothing put back from it, where the state does not say what the release made", async () => {
      const [applied] = [appliedIn([stateOfEast()])];
      const releases = applied.releases.map((release) => ({ ...release, objectNames: undefined }));
      const client = new FakeClient("east", { objects: east({ [istiod]: undefined }) });
      const drift = await new ClusterComparison(client, { ...applied, releases }, context).run();
      assert.deepEqual(told(drift), ["missing Deployment istiod"]);
      assert.deepEqual(drift.repairs, []);
    });
  });

  describe("a namespace of somebody else's that was given labels", () => {
    const path = "/api/v1/namespaces/shop";
    const labels = { "istio-injection": "enabled" };
    const state = {
      resources: [
        {
          type: "kubernetes:core/v1:NamespacePatch",
          provider: providerOf("east"),
          inputs: { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels } },
        },
      ],
    };
    const run = (metadata: object): Promise<ClusterDrift> => {
      const live = {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "shop", resourceVersion: "7", ...metadata },
      };
      const client = new FakeClient("east", { objects: east({ [path]: live }) });
      return new ClusterComparison(client, appliedIn([stateOfEast(), state]), context).run();
    };
    const owners = {
      labels: { "istio.io/use-waypoint": "web", "istio.io/rev": "stable", team: "shop" },
      annotations: { "networking.istio.io/exportTo": ".", "topology.istio.io/controlPlaneClusters": "*" },
    };

    it("keeps all that its owner set", async () => {
      const drift = await run({ ...owners, labels: { ...owners.labels, ...labels } });
      assert.deepEqual(told(drift), []);
      assert.deepEqual(drift.repairs, []);
    });

    it("gets its labels back, and loses nothing by that", async () => {
      const drift = await run(owners);
      assert.deepEqual(told(drift), ["missing Namespace shop metadata.labels.istio-injection"]);
      assert.deepEqual(drift.repairs.map(patchOf), [
        [
          { op: "test", path: "/metadata/resourceVersion", value: "7" },
          { op: "add", path: "/metadata/labels/istio-injection", value: "enabled" },
        ],
      ]);
    });
  });

  describe("what nobody applied", () => {
    it("is drift where it is marked as ours", async () => {
      const stray = { metadata: { ...remoteSecret.metadata, name: "old" } };
      const drift = await comparison({ "/api/v1/secrets": [stray] });
      assert.deepEqual(told(drift), ["stray Secret old"]);
    });

    it("is a warning where it is another's and istiod goes by it", async () => {
      const theirs = [
        { metadata: { name: "theirs", namespace: "istio-system", labels: { "istio/multiCluster": "true" } } },
        { metadata: { name: "cacerts", namespace: "istio-system" } },
        { metadata: { name: "unrelated", namespace: "istio-system" } },
      ];
      const drift = await comparison({ [secrets]: theirs });
      assert.deepEqual(told(drift), ["foreign Secret theirs", "foreign Secret cacerts"]);
      assert.ok(drift.findings.every(({ severity }) => severity === "warning"));
    });

    it("is neither for the sample of a verification, and for a namespace that is kept", async () => {
      const labels = (component: string): object => ({
        "app.kubernetes.io/managed-by": "isthmus",
        "app.kubernetes.io/component": component,
      });
      const namespaces = ["verify", "mesh-namespace"].map((name) => ({ metadata: { name, labels: labels(name) } }));
      assert.deepEqual(told(await comparison({ "/api/v1/namespaces": namespaces })), []);
    });
  });

  it("that does not answer is one finding", async () => {
    const client = new FakeClient("east");
    client.get = (path) => Promise.reject(new KubernetesError("GET", path, undefined, "connect ECONNREFUSED"));
    const drift = await new ClusterComparison(client, appliedIn([stateOfEast()]), context).run();
    assert.deepEqual(told(drift), ["unreachable"]);
    assert.equal(drift.findings[0]?.found, "connect ECONNREFUSED");
  });

  describe("that refuses to be read", () => {
    const forbidden = (path: string): Promise<never> =>
      Promise.reject(new KubernetesError("GET", path, 403, "forbidden"));

    /** @param paths What may not be read. */
    function refusing(...paths: readonly string[]): Promise<ClusterDrift> {
      const client = new FakeClient("east", { objects: east() });
      const [get, list] = [client.get.bind(client), client.list.bind(client)];
      client.get = (path) => (paths.includes(path) ? forbidden(path) : get(path));
      client.list = (path) => (paths.includes(path) ? forbidden(path) : list(path));
      return new ClusterComparison(client, appliedIn([stateOfEast()]), context).run();
    }

    it("an object says so, and the others are compared", async () => {
      const drift = await refusing(istiod);
      assert.deepEqual(told(drift), ["unreadable Deployment istiod"]);
      assert.equal(drift.objects, 4);
    });

    it("a release's record says so, and the stack's objects are compared", async () => {
      const drift = await refusing(`${secrets}/sh.helm.release.v1.istiod.v1`);
      assert.deepEqual(told(drift), ["unreadable Release istiod"]);
      assert.equal(drift.objects, 2);
    });

    it("a list says so, and what was applied is compared", async () => {
      const drift = await refusing("/api/v1/secrets");
      assert.deepEqual(
        drift.findings.map(({ kind, expected }) => `${kind}: ${expected}`),
        ["unreadable: permission to read what is marked as ours"],
      );
      assert.equal(drift.objects, 4);
    });
  });
});

describe("a repair", () => {
  it("changes only the object that was looked at, and removes from the end", () => {
    const object = { apiVersion: "v1", kind: "Service", name: "it" };
    const mends = [
      { op: "remove", at: ["a", 2] },
      { op: "remove", at: ["a", 10] },
      { op: "add", at: ["metadata", "labels", "b/c~d"], value: "e" },
    ] as const;
    assert.deepEqual(patchOf({ path: "", object, mends, resourceVersion: "7" }), [
      { op: "test", path: "/metadata/resourceVersion", value: "7" },
      { op: "add", path: "/metadata/labels/b~1c~0d", value: "e" },
      { op: "remove", path: "/a/10" },
      { op: "remove", path: "/a/2" },
    ]);
  });

  it("goes on after an object that has changed since, and says which", async () => {
    const client = new FakeClient("east");
    client.patch = (path) => Promise.reject(new KubernetesError("PATCH", path, 422, "the server rejected our request"));
    const drift = await comparison({
      [istiod]: undefined,
      [`${secrets}/istio-remote-clusters`]: { ...remoteSecret, data: {} },
    });
    assert.deepEqual(await repairObjects(client, drift.repairs), [
      {
        cluster: "east",
        object: "Secret istio-system/istio-remote-clusters",
        trouble: "the server rejected our request",
      },
      { cluster: "east", object: "Deployment istio-system/istiod" },
    ]);
  });
});
