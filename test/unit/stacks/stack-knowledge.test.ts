import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { parseLastOutputs } from "../../../stacks/last-outputs";
import { knowledgeOf, ofOnePart } from "../../../stacks/stack-knowledge";
import type { StateResource } from "../../../engine/state";
import { selfSignedCertificatePem } from "../../support/certificates";
import { readRecording, recordedStacks, recordedVersions } from "../../recorded/recordings";

const providerOf = (cluster: string): string =>
  `urn:pulumi:prod::isthmus::pulumi:providers:kubernetes::${cluster}::0a1b2c3d`;

function systemNamespaceOf(cluster: string, uid?: string): StateResource {
  const metadata = { name: "istio-system" };
  return {
    urn: `urn:pulumi:prod::isthmus::isthmus:index:Mesh$isthmus:index:SystemNamespace$kubernetes:core/v1:Namespace::mesh-${cluster}-system-namespace`,
    type: "kubernetes:core/v1:Namespace",
    provider: providerOf(cluster),
    inputs: { metadata },
    ...(uid === undefined ? {} : { outputs: { metadata: { ...metadata, uid } } }),
  };
}

const none = parseLastOutputs({});

describe("knowledgeOf", () => {
  it("knows nothing of a stack that was never updated", () => {
    assert.deepEqual(knowledgeOf(none, {}), { clusters: new Map(), roots: [], generatedRoots: new Map() });
  });

  it("takes from the outputs alone who belongs, their UIDs and the root", () => {
    const last = parseLastOutputs({
      mesh: { id: "mesh1", rootFingerprint: "AA" },
      clusters: { east: { uid: "1" }, west: {} },
      controlPlanes: { control: { uid: "2" }, east: { uid: "1" } },
    });
    assert.deepEqual(knowledgeOf(last, undefined, ["AA", "BB"]), {
      clusters: new Map([
        ["control", { belongs: true, uid: "2" }],
        ["east", { belongs: true, uid: "1" }],
        ["west", { belongs: true }],
      ]),
      roots: ["AA", "BB"],
      generatedRoots: new Map([["first", "AA"]]),
    });
  });

  it("knows the roots that the stack made by their names, from the outputs and from the state", () => {
    const roots = [{ name: "2031", fingerprint: "BB" }, { name: "first", fingerprint: "AA" }, { fingerprint: "CC" }];
    const last = parseLastOutputs({ mesh: { rootFingerprint: "BB", roots } });
    const { generatedRoots, roots: known } = knowledgeOf(last, undefined);
    assert.deepEqual(known, ["BB", "AA", "CC"]);
    assert.deepEqual(Object.fromEntries(generatedRoots ?? []), { "2031": "BB", first: "AA" });
    const { fingerprint256 } = new X509Certificate(selfSignedCertificatePem);
    const types = "isthmus:index:Mesh$isthmus:index:RootCa";
    const state = {
      resources: [
        {
          urn: `urn:pulumi:prod::isthmus::${types}$tls:index/selfSignedCert:SelfSignedCert::mesh-root-2031-certificate`,
          type: "tls:index/selfSignedCert:SelfSignedCert",
          parent: `urn:pulumi:prod::isthmus::${types}::mesh-root-2031`,
          outputs: { certPem: selfSignedCertificatePem },
        },
      ],
    };
    const killed = knowledgeOf(none, state);
    assert.deepEqual(killed.roots, [fingerprint256]);
    assert.deepEqual([...(killed.generatedRoots ?? [])], [["2031", fingerprint256]]);
  });

  it("takes a system namespace that was adopted for one that the state has", () => {
    const adopted = { ...systemNamespaceOf("east", "7"), type: "kubernetes:core/v1:NamespacePatch" };
    const { clusters } = knowledgeOf(none, { resources: [adopted] });
    assert.deepEqual(clusters.get("east")?.state, { holds: "something", systemNamespace: "made", systemUid: "7" });
  });

  it("takes from the state what was made, and what a killed update had begun", () => {
    const state = {
      resources: [systemNamespaceOf("east", "7")],
      pending_operations: [
        { type: "creating", resource: systemNamespaceOf("west") },
        { type: "creating", resource: { ...systemNamespaceOf("north"), inputs: { metadata: { name: "shop" } } } },
      ],
    };
    assert.deepEqual(
      [...knowledgeOf(none, state).clusters],
      [
        ["east", { belongs: false, state: { holds: "something", systemNamespace: "made", systemUid: "7" } }],
        ["west", { belongs: false, state: { holds: "something", systemNamespace: "begun" } }],
        ["north", { belongs: false, state: { holds: "something", systemNamespace: "none" } }],
      ],
    );
  });

  it("takes from the state which Istio a cluster has", () => {
    const release = (tag: string): StateResource => ({
      ...systemNamespaceOf("east", "7"),
      type: "kubernetes:helm.sh/v3:Release",
      inputs: { values: { global: { tag } } },
    });
    const resources = [{ ...release("1.30.4"), delete: true }, release("1.31.1")];
    assert.equal(knowledgeOf(none, { resources }).clusters.get("east")?.state?.istioTag, "1.31.1");
  });

  it("takes no namespace for standing that waits for its deletion after it was replaced", () => {
    const gone = { ...systemNamespaceOf("east", "7"), delete: true };
    const stateOfEast = (...resources: StateResource[]): unknown =>
      knowledgeOf(none, { resources }).clusters.get("east")?.state;
    assert.deepEqual(stateOfEast(gone), { holds: "something", systemNamespace: "none" });
    assert.deepEqual(stateOfEast(gone, systemNamespaceOf("east", "8")), {
      holds: "something",
      systemNamespace: "made",
      systemUid: "8",
    });
  });

  it("knows that a state has nothing of a cluster that only has a provider", () => {
    const provider = { urn: providerOf("east").replace(/::[^:]*$/, ""), type: "pulumi:providers:kubernetes" };
    assert.deepEqual(knowledgeOf(none, { resources: [provider] }).clusters, new Map());
    const last = parseLastOutputs({ clusters: { east: { uid: "1" } } });
    assert.deepEqual(knowledgeOf(last, { resources: [provider] }).clusters.get("east"), {
      belongs: true,
      uid: "1",
      state: { holds: "nothing", systemNamespace: "none" },
    });
  });

  for (const version of recordedVersions()) {
    for (const name of recordedStacks(version)) {
      it(`knows every cluster and the root of a stack that a release left: ${version}, ${name}`, () => {
        const { mesh, state } = readRecording(version, name);
        const deployment = state.deployment as { readonly resources: readonly StateResource[] };
        const outputs = deployment.resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs;
        const said = parseLastOutputs(outputs);
        const { clusters, roots } = knowledgeOf(said, deployment);
        assert.deepEqual(
          [...clusters.keys()].sort(),
          [...Object.keys(mesh.clusters), ...Object.keys(mesh.externalControlPlanes ?? {})].sort(),
        );
        for (const [, known] of clusters) {
          assert.equal(known.uid, undefined);
          assert.equal(known.state?.systemNamespace, "made");
          assert.match(known.state.systemUid ?? "", /^[0-9a-f-]{36}$/);
        }
        // The one in the state is the one in the outputs.
        assert.deepEqual(roots, [said.mesh.rootFingerprint]);
        assert.deepEqual(knowledgeOf({ ...said, mesh: {} }, deployment).roots, roots);
      });
    }
  }
});

describe("ofOnePart", () => {
  const east = { belongs: true, uid: "1" } as const;

  it("is what is known of the cluster, by its name or by the one that it had", () => {
    const clusters = new Map([["east", { belongs: true, uid: "1" }]]);
    assert.deepEqual(ofOnePart({ clusters, roots: ["AA"] }, "east"), { clusters, roots: ["AA"] });
    const renamed = ofOnePart({ clusters, roots: ["AA"] }, "east-1").clusters.get("east-1");
    assert.deepEqual({ belongs: renamed?.belongs, uid: renamed?.uid }, east);
  });

  it("is nothing of a cluster that its stack never had", () => {
    assert.deepEqual(ofOnePart({ clusters: new Map(), roots: [] }, "east"), { clusters: new Map(), roots: [] });
  });
});
