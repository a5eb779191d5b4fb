import assert from "node:assert/strict";
import { diagnose, type MeshSnapshot } from "../../../../diagnosis";
import type { MeshConfig } from "../../../../topology";
import { primaryRemoteNetworks } from "../../../support/plans";
import { both, mesh, type Change } from "./changes";
import { changed, changedSystem, healthy } from "./healthy";

const causesIn = (snapshot: MeshSnapshot): string[] =>
  diagnose(snapshot).firstCauses.map(({ clusters, id }) => [id, ...clusters].join(" "));

/** A mesh with some clusters changed. */
const changedMesh = (config: MeshConfig, changes: Readonly<Record<string, Change>>): MeshSnapshot =>
  Object.entries(changes).reduce((before, [name, change]) => changed(before, name, change), healthy(config));

const saying =
  (trustDomain: string, trustDomainAliases: readonly string[] = []): Change =>
  () => ({ meshConfig: { meshId: "mesh1", trustDomain, trustDomainAliases } });

const withoutConfig: Change = () => ({ meshConfig: "none" });

/** An istiod of a revision, with its configuration in place of that of istiods without one. */
const ofRevision =
  (revision: string): Change =>
  (cluster) => {
    const labelled = <T extends { readonly metadata?: { readonly labels?: object } }>(one: T): T => ({
      ...one,
      metadata: { ...one.metadata, labels: { ...one.metadata?.labels, "istio.io/rev": revision } },
    });
    const config = cluster.meshConfig === "none" ? {} : cluster.meshConfig;
    return {
      ...changedSystem(({ deployments, pods }) => ({
        deployments: deployments.map(labelled),
        pods: pods.map(labelled),
      }))(cluster),
      meshConfig: "none",
      revisionMeshConfigs: [{ revision, ...config }],
    };
  };

/** Istiods of a version. */
const ofVersion = (version: string): Change =>
  changedSystem(({ pods }) => ({
    pods: pods.map((pod) => ({
      ...pod,
      spec: { containers: [{ name: "discovery", image: `example.com/istio/pilot:${version}` }] },
    })),
  }));

describe("the trust domain of a cluster that an istiod reads", () => {
  it("is another one where the cluster has no ConfigMap for it, or one that says another", () => {
    const missing = changedMesh(primaryRemoteNetworks, { edge: withoutConfig });
    assert.deepEqual(causesIn(missing), ["remote-trust-domain west edge"]);
    const [cause] = diagnose(missing).firstCauses;
    assert.deepEqual(cause?.proof, [
      "edge: no ConfigMap istio in istio-system, so that istiods take it for cluster.local",
      "west: ConfigMap istio says trustDomain mesh1.internal, and its istiod signs for edge",
    ]);
    assert.match(cause.fix, /`isthmus drift --repair`/);
    const other = changedMesh(primaryRemoteNetworks, { edge: saying("edge.internal") });
    assert.deepEqual(causesIn(other), ["remote-trust-domain west edge"]);
    assert.match(
      diagnose(other).firstCauses[0]?.proof.join() ?? "",
      /edge: ConfigMap istio says trustDomain edge\.internal/,
    );
  });

  it("follows from a cluster that has nothing of the mesh", () => {
    const bare = changedMesh(primaryRemoteNetworks, { edge: both(withoutConfig, () => ({ namespaces: [] })) });
    assert.deepEqual(
      causesIn(bare).filter((cause) => cause.startsWith("remote-trust-domain")),
      [],
    );
  });

  it("is right where that of its istiod is Istio's default, or is named beside the mesh's own", () => {
    const byDefault = changedMesh(primaryRemoteNetworks, { west: saying("cluster.local"), edge: withoutConfig });
    assert.deepEqual(causesIn(byDefault), []);
    const unsaid = changedMesh(primaryRemoteNetworks, {
      west: () => ({ meshConfig: { meshId: "mesh1" } }),
      edge: withoutConfig,
    });
    assert.deepEqual(causesIn(unsaid), []);
    const named = changedMesh(primaryRemoteNetworks, {
      west: saying("mesh1.internal", ["mesh1.internal"]),
      edge: withoutConfig,
    });
    assert.deepEqual(causesIn(named), []);
  });

  it("is not asked of the cluster by an istiod before 1.29, and by one that does not say its version", () => {
    const before = changedMesh(primaryRemoteNetworks, { west: ofVersion("1.28.3"), edge: withoutConfig });
    assert.deepEqual(causesIn(before), []);
    const unknown = changedMesh(primaryRemoteNetworks, { west: ofVersion("lab"), edge: withoutConfig });
    assert.deepEqual(causesIn(unknown), ["remote-trust-domain west edge"]);
    const older: MeshSnapshot = { ...unknown, mesh: { ...unknown.mesh, istioVersion: "1.28.3" } };
    assert.deepEqual(causesIn(older), []);
  });

  it("is read from the ConfigMap of the revision of who reads", () => {
    const apart = changedMesh(mesh, { east: ofRevision("blue"), west: ofRevision("green") });
    assert.deepEqual(causesIn(apart), [
      "remote-trust-domain east west",
      "remote-trust-domain west east",
      "istiod-versions-differ east west",
    ]);
    assert.match(diagnose(apart).firstCauses[0]?.fix ?? "", /^Give west a ConfigMap istio-blue with the trust domain/);
    const alike = changedMesh(mesh, { east: ofRevision("blue"), west: ofRevision("blue") });
    assert.deepEqual(causesIn(alike), []);
  });

  it("is not judged where what the istiod goes by is not known", () => {
    const strange = changedMesh(mesh, {
      east: both(ofRevision("blue"), () => ({ revisionMeshConfigs: [] })),
      west: ofRevision("blue"),
    });
    assert.deepEqual(causesIn(strange), []);
    const canary = changedMesh(mesh, { east: both(ofRevision("canary"), () => ({ revisionMeshConfigs: [] })) });
    assert.deepEqual(causesIn(canary), ["istiod-versions-differ east west"]);
    const unread = changedMesh(primaryRemoteNetworks, { edge: () => ({ meshConfig: undefined }) });
    assert.deepEqual(causesIn(unread), []);
  });
});

describe("the trust domains and mesh ids of istiods", () => {
  it("are those of their revisions", () => {
    const other = changedMesh(mesh, {
      east: ofRevision("blue"),
      west: both(saying("other.internal"), ofRevision("blue")),
    });
    assert.deepEqual(causesIn(other), ["trust-domain-differs east west"]);
    assert.deepEqual(diagnose(other).firstCauses[0]?.proof, [
      "east: ConfigMap istio-blue says trustDomain mesh1.internal",
      "west: ConfigMap istio-blue says trustDomain other.internal",
    ]);
    const meshId = changedMesh(mesh, {
      east: ofRevision("blue"),
      west: both(() => ({ meshConfig: { meshId: "mesh2", trustDomain: "mesh1.internal" } }), ofRevision("blue")),
    });
    assert.deepEqual(causesIn(meshId), ["mesh-id-differs east west"]);
  });

  it("may differ where each names the other one's beside its own", () => {
    const named = {
      east: saying("east.internal", ["west.internal"]),
      west: saying("west.internal", ["east.internal"]),
    };
    assert.deepEqual(causesIn(changedMesh(mesh, named)), []);
    const onlyOne = { ...named, west: saying("west.internal") };
    assert.deepEqual(causesIn(changedMesh(mesh, onlyOne)), ["trust-domain-differs east west"]);
  });

  it("are those of who goes by them: a remote cluster's ConfigMap is for its trust domain alone", () => {
    const snapshot = changedMesh(primaryRemoteNetworks, {
      edge: () => ({ meshConfig: { meshId: "elsewhere", trustDomain: "mesh1.internal" } }),
    });
    assert.deepEqual(causesIn(snapshot), []);
  });
});
