import assert from "node:assert/strict";
import fc from "fast-check";
import { judgeRemoval, sightCluster, type KnownCluster } from "../../../preflight";
import type { ClusterSighting } from "../../../preflight/checks/cluster-identity";
import { formatProblem } from "../../../topology";
import { accessTo } from "../access/fake-api-server";
import { PrecheckBench } from "./precheck-support";

type Ours = Extract<ClusterSighting["system"], { kind: "ours" }>;

const ours = (more: Partial<Ours> = {}): Ours => ({
  kind: "ours",
  origin: "made",
  uid: "system",
  identity: {},
  roots: ["A"],
  contents: "something",
  ...more,
});
const made: KnownCluster = {
  belongs: true,
  uid: "one",
  state: { holds: "something", systemNamespace: "made", systemUid: "system" },
};
const refreshed: KnownCluster = { belongs: true, uid: "one", state: { holds: "nothing", systemNamespace: "none" } };
const absent = { kind: "absent" } as const;

function judged(sighting: ClusterSighting, known: KnownCluster | undefined): string {
  const verdict = judgeRemoval({ name: "west", path: "west.access", sighting, known, roots: ["A"] });
  return typeof verdict === "string" ? verdict : formatProblem(verdict);
}

describe("judgeRemoval", () => {
  it("knows the cluster by its UID, or by its istio-system where an update was killed or an earlier release was the last", () => {
    assert.equal(judged({ uid: "one", system: ours() }, made), "known");
    assert.equal(judged({ uid: "another", system: ours() }, made), "known");
    const { state } = made;
    assert.equal(judged({ uid: "any", system: ours() }, { belongs: true, ...(state && { state }) }), "known");
    assert.equal(judged({ system: { kind: "unread" } }, made), "known");
  });

  it("lets what is gone already be removed once more", () => {
    assert.equal(judged({ uid: "one", system: absent }, made), "known");
    assert.equal(judged({ uid: "one", system: absent }, undefined), "known");
    assert.equal(judged({ uid: "one", system: ours({ uid: "restored" }) }, made), "known");
  });

  it("refuses another cluster, with the ways on", () => {
    assert.equal(
      judged({ uid: "another", system: absent }, made),
      "west.access: expected the cluster that this stack knows as west (UID of kube-system: one), to remove the mesh from it, found another one (another). " +
        "Name the context of west. If it was made anew, run `isthmus refresh` first, by which the stack forgets what is gone; " +
        "if it is gone for good, take it out of the configuration and `isthmus forget west`.",
    );
    assert.match(judged({ uid: "another", system: { kind: "foreign" } }, made), /found another one \(another\)\./);
    const theirs = ours({ uid: "theirs", roots: ["B"] });
    assert.match(
      judged({ uid: "another", system: theirs }, made),
      /found another one \(another\), with another istio-system/,
    );
    const { state } = made;
    const unknown = { belongs: true, ...(state && { state }) };
    assert.match(judged({ uid: "another", system: theirs }, unknown), /with another istio-system/);
  });

  it("leaves another one alone once the stack has nothing of it", () => {
    assert.equal(judged({ uid: "another", system: absent }, refreshed), "left-alone");
    assert.equal(judged({ uid: "another", system: { kind: "foreign" } }, refreshed), "left-alone");
  });

  it("does not pass over a mesh that stands and of which the stack knows nothing", () => {
    for (const known of [undefined, refreshed]) {
      assert.match(
        judged({ uid: "one", system: ours() }, known),
        /expected a stack that has what stands in west, to remove it/,
      );
    }
  });

  it("never lets anything be removed from a cluster with another UID, unless its istio-system is the stack's own", () => {
    const systems = fc.constantFrom<ClusterSighting["system"]>(
      absent,
      { kind: "unread" },
      { kind: "foreign" },
      ours({ uid: "other" }),
      ours({ uid: "other", roots: ["B"] }),
      ours({ uid: "other", roots: [] }),
    );
    fc.assert(
      fc.property(systems, fc.constantFrom(made, refreshed), (system, known) => {
        assert.notEqual(judged({ uid: "another", system }, known), "known");
      }),
    );
  });
});

describe("sightCluster", () => {
  const bench = new PrecheckBench();

  it("says which cluster answers, and asks nothing else", async () => {
    const annotations = { "isthmus.dev/mesh": "mesh1" };
    const metadata = { uid: "system", labels: { "app.kubernetes.io/managed-by": "isthmus" }, annotations };
    const access = await bench.cluster("east", { objects: { "/api/v1/namespaces/istio-system": { metadata } } });
    assert.deepEqual(await sightCluster(access, {}), {
      uid: "uid-of-east",
      system: {
        kind: "ours",
        origin: "made",
        uid: "system",
        identity: { mesh: "mesh1" },
        roots: [],
        contents: "something",
      },
    });
    const none = ["pods", "secrets", "services", "configmaps"].map((kind): [path: string, list: object] => [
      `/api/v1/namespaces/istio-system/${kind}?limit=2`,
      { items: kind === "configmaps" ? [{ metadata: { name: "kube-root-ca.crt" } }] : [] },
    ]);
    const objects = new Map<string, object>([["/api/v1/namespaces/istio-system", { metadata }], ...none]);
    const bare = await sightCluster(await bench.cluster("north", { find: (path) => objects.get(path) }), {});
    assert.equal(bare?.system.kind === "ours" && bare.system.contents, "nothing");
    assert.deepEqual(await sightCluster(await bench.cluster("west"), {}), { uid: "uid-of-west", system: absent });
  });

  it("says nothing of one that does not answer, or whose credentials cannot be had", async () => {
    assert.equal(await sightCluster(bench.access("east", "https://127.0.0.1:1"), {}), undefined);
    const plugin = { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "/no/such/plugin" } };
    const access = accessTo("east", "https://127.0.0.1:1", bench.authority.certificate, plugin);
    assert.equal(await sightCluster(access, {}), undefined);
  });
});
