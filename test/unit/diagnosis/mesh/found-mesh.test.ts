import assert from "node:assert/strict";
import { diagnose, snapshotOfFound, type FoundCluster, type MeshSnapshot } from "../../../../diagnosis";
import { controlPlaneIn, type MeshConfig } from "../../../../topology";
import { planOf, primaryRemoteNetworks, topologies, twoPrimaries } from "../../../support/plans";
import { changed, changedKubeconfigs, changedSystem, healthy, takenAt } from "./healthy";

/** The clusters of a mesh as somebody meets them who has nothing but their contexts. */
function foundOf(config: MeshConfig, snapshot: MeshSnapshot = healthy(config)): FoundCluster[] {
  const plan = planOf(config);
  return snapshot.clusters.map((seen) => {
    const cluster = plan.clusters.find(({ name }) => name === seen.cluster);
    const clusterId = cluster?.name ?? controlPlaneIn(plan, seen.cluster)?.configCluster;
    const isServed = cluster !== undefined && cluster.controlPlane !== cluster.name;
    return {
      seen: { ...seen, cluster: `context-${seen.cluster}` },
      ...(clusterId === undefined ? {} : { clusterId }),
      controlPlaneClusters: isServed ? [cluster.controlPlane] : [],
      // Fixed addresses of gateways are in the mesh's own configuration (meshNetworks).
      hasOtherGateways: cluster?.eastWestGateway?.addresses !== undefined,
    };
  });
}

const causesIn = (found: readonly FoundCluster[]): string[] =>
  diagnose(snapshotOfFound(found, takenAt)).firstCauses.map(({ clusters, id }) => [id, ...clusters].join(" "));

const without = (one: FoundCluster, ...keys: (keyof FoundCluster)[]): FoundCluster =>
  Object.fromEntries(Object.entries(one).filter(([key]) => !keys.includes(key as keyof FoundCluster))) as never;

describe("a mesh that somebody else has built", () => {
  for (const [name, config] of Object.entries(topologies)) {
    it(`is read from its clusters, and nothing is found to be wrong with it: ${name}`, () => {
      const snapshot = snapshotOfFound(foundOf(config), takenAt);
      // What one alone of two istiods reads is a fault, unless a configuration says that it is meant.
      const expected =
        name === "a configuration cluster that no other network calls" ? ["remote-secret-missing west east"] : [];
      assert.deepEqual(causesIn(foundOf(config)), expected);
      if (expected.length > 0) return;
      const { clusters, controlPlanes } = healthy(config).mesh;
      assert.deepEqual(
        snapshot.mesh.clusters.map((one) => [one.name, one.network, one.configCluster]),
        clusters.map((one) => [one.name, one.network, one.configCluster]),
      );
      const own = (planes: typeof controlPlanes): unknown =>
        planes.map(({ kind, reads, serves }) => ({ kind, reads: reads.toSorted(), serves: serves.toSorted() }));
      assert.deepEqual(own(snapshot.mesh.controlPlanes), own(controlPlanes));
    });
  }

  it("is well with a CA of its own making, another way to its API servers and gateways of another name", () => {
    const other = { type: "LoadBalancer", selector: { istio: "eastwestgateway" } };
    const renamed = changedSystem(({ deployments, services }) => ({
      services: services.map((one) =>
        one.metadata?.name === "istio-eastwestgateway"
          ? { ...one, metadata: { ...one.metadata, name: "cross-network" }, spec: { ...one.spec, ...other } }
          : one,
      ),
      deployments: deployments.map((one) =>
        one.metadata?.name === "istio-eastwestgateway"
          ? { ...one, metadata: { ...one.metadata, name: "cross-network" } }
          : one,
      ),
    }));
    const snapshot = ["east", "west"].reduce(
      (before, name) =>
        changed(before, name, (one) => ({
          ...renamed(one),
          authority: "none",
          apiServer: { server: "https://127.0.0.1:6443" },
          ...changedKubeconfigs((kubeconfig) => ({ ...kubeconfig, secret: `istio-remote-secret-${name}` }))(one),
        })),
      healthy(twoPrimaries),
    );
    assert.deepEqual(causesIn(foundOf(twoPrimaries, snapshot)), []);
  });

  it("has its clusters' names from istiod, else from those that read them, else from the contexts", () => {
    const names = (found: readonly FoundCluster[]): readonly string[] => snapshotOfFound(found, takenAt).mesh.sites;
    const found = foundOf(twoPrimaries);
    assert.deepEqual(names(found), ["east", "west"]);
    const nameless = found.map((one) => without(one, "clusterId"));
    assert.deepEqual(names(nameless), ["east", "west"]);
    assert.deepEqual(causesIn(nameless), []);
    assert.deepEqual(names(found.map((one) => ({ ...one, clusterId: "same" }))), ["east", "west"]);
    const strangers = nameless.map((one) => ({ ...one, seen: { ...one.seen, remoteKubeconfigs: [] } }));
    assert.deepEqual(names(strangers), ["context-east", "context-west"]);
  });

  it("is well where nobody has told its istiods how their clusters are called", () => {
    const unnamed = foundOf(twoPrimaries).map((one) => {
      const istiods = (one.seen.istiods ?? []).map((istiod) => ({
        ...istiod,
        remotes: [{ id: "Kubernetes", syncStatus: "synced" }, ...(istiod.remotes ?? [])],
      }));
      return without({ ...one, seen: { ...one.seen, istiods } }, "clusterId");
    });
    assert.deepEqual(causesIn(unnamed), []);
  });

  it("may have istiods of others beside, which are told as not looked at", () => {
    const otherIstiods = [{ name: "istiod", namespace: "external-istiod", revision: "default" }];
    const found = foundOf(twoPrimaries).map((one) => ({ ...one, seen: { ...one.seen, otherIstiods } }));
    assert.deepEqual(causesIn(found), []);
    const [east] = snapshotOfFound(found, takenAt).clusters;
    assert.equal(east?.unread[0]?.what, "istiod istiod in external-istiod");
  });

  it("takes a cluster that is not among the contexts for one that nobody looked at", () => {
    const [east] = foundOf(twoPrimaries);
    assert.ok(east);
    const snapshot = snapshotOfFound([east], takenAt);
    assert.deepEqual(diagnose(snapshot).firstCauses, []);
    assert.deepEqual(snapshot.clusters[0]?.unread, [
      {
        what: "the cluster west, which istiod reads",
        reason: "no context is given for it, or none whose token it is",
      },
    ]);
  });

  it("has its id from istiods with a revision as well", () => {
    const found = foundOf(twoPrimaries).map((one) => ({
      ...one,
      seen: { ...one.seen, meshConfig: "none" as const, revisionMeshConfigs: [{ revision: "blue", meshId: "mesh7" }] },
    }));
    assert.equal(snapshotOfFound(found, takenAt).mesh.id, "mesh7");
  });

  it("may be in the middle of an upgrade, by a canary as well, and not further apart than from one version to the next", () => {
    const ofVersion = (version: string, revision = "default"): MeshSnapshot =>
      changed(
        healthy(twoPrimaries),
        "east",
        changedSystem(({ pods }) => ({
          pods: pods.map((pod) => ({
            ...pod,
            metadata: { ...pod.metadata, labels: { ...pod.metadata?.labels, "istio.io/rev": revision } },
            spec: { containers: [{ name: "discovery", image: `example.com/istio/pilot:${version}` }] },
          })),
        })),
      );
    for (const version of ["1.30.4", "1.31.0", "1.32.0", "latest"]) {
      assert.deepEqual(causesIn(foundOf(twoPrimaries, ofVersion(version))), [], version);
    }
    assert.deepEqual(causesIn(foundOf(twoPrimaries, ofVersion("1.30.4", "before"))), []);
    for (const version of ["1.29.4", "1.33.0", "2.31.1"]) {
      assert.deepEqual(
        causesIn(foundOf(twoPrimaries, ofVersion(version))),
        ["istiod-versions-differ east west"],
        version,
      );
    }
    // By a file it is known that both are to be one.
    const causes = diagnose(ofVersion("1.30.4")).firstCauses.map(({ id }) => id);
    assert.deepEqual(causes, ["istiod-versions-differ"]);
  });

  const cases: readonly [name: string, cause: string, snapshot: MeshSnapshot][] = [
    [
      "one direction alone that is read",
      "remote-secret-missing east west",
      changed(healthy(twoPrimaries), "east", () => ({ remoteKubeconfigs: [] })),
    ],
    [
      "a kubeconfig under another name",
      "remote-secret-key east west",
      changed(
        healthy(twoPrimaries),
        "east",
        changedKubeconfigs((one) => ({ ...one, key: "vest" })),
      ),
    ],
    [
      "a token that is not there",
      "remote-secret-token east west",
      changed(
        healthy(twoPrimaries),
        "east",
        changedKubeconfigs((one) => ({ ...one, token: "secret:old" })),
      ),
    ],
    [
      "a network label that is missing beside a gateway that has it",
      "network-label west",
      changed(healthy(twoPrimaries), "west", () => ({ namespaces: [{ name: "istio-system", labels: {} }] })),
    ],
    [
      "a gateway that is missing between networks",
      "gateway-missing west",
      changed(
        healthy(twoPrimaries),
        "west",
        changedSystem(({ services }) => ({
          services: services.filter(({ metadata }) => metadata?.name !== "istio-eastwestgateway"),
        })),
      ),
    ],
    [
      "a proxy that has missed a change of roots",
      "proxy-certificate west",
      changed(healthy(twoPrimaries), "west", (one) => ({
        proxyCertificates: (one.proxyCertificates ?? []).map((proxy) => ({
          ...proxy,
          notAfter: "2026-11-29T10:00:00Z",
        })),
      })),
    ],
    [
      "a cluster that another stack has",
      "another-cluster west",
      changed(healthy(twoPrimaries), "west", () => ({ membership: { mesh: "mesh2" } })),
    ],
    [
      "roots that differ",
      "roots-differ east west",
      changed(healthy(twoPrimaries), "west", (one) => ({
        authority: "none",
        publishedRoots: (one.publishedRoots ?? []).map((root) => ({ ...root, fingerprint: "other" })),
        webhooks: (one.webhooks ?? []).map((webhook) => ({ ...webhook, authorities: ["other"] })),
      })),
    ],
  ];
  for (const [name, cause, snapshot] of cases) {
    it(`is told of ${name}, and of what mends it without Isthmus`, () => {
      const found = foundOf(twoPrimaries, snapshot);
      assert.deepEqual(causesIn(found), [cause]);
      for (const { fix } of diagnose(snapshotOfFound(found, takenAt)).firstCauses) {
        assert.doesNotMatch(fix, /isthmus|mesh's file/);
      }
    });
  }

  it("may have gateways in other namespaces, or named in its configuration", () => {
    const snapshot = cases.find(([, cause]) => cause === "gateway-missing west")?.[2];
    const found = foundOf(twoPrimaries, snapshot).map((one) => ({ ...one, hasOtherGateways: true }));
    assert.deepEqual(causesIn(found), []);
  });

  it("is served by an istiod out of sight where its injector asks one", () => {
    const found = foundOf(primaryRemoteNetworks).filter(({ controlPlaneClusters }) => controlPlaneClusters.length > 0);
    assert.ok(found.length > 0);
    assert.ok(!causesIn(found).some((cause) => cause.startsWith("istiod-missing")));
    const bare = found.map((one) => ({ ...one, seen: { ...one.seen, webhooks: [] } }));
    assert.ok(causesIn(bare).some((cause) => cause.startsWith("istiod-missing")));
  });

  it("has one cause where a cluster does not answer", () => {
    const trouble = { expected: "an answer", found: "silence", fix: "Mend it." };
    const found = foundOf(twoPrimaries).map((one) =>
      one.seen.cluster === "context-west"
        ? { seen: { cluster: "context-west", trouble, unread: [] }, controlPlaneClusters: [], hasOtherGateways: false }
        : one,
    );
    assert.deepEqual(causesIn(found), ["cluster-unreachable context-west"]);
  });
});
