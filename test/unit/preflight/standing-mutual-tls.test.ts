import assert from "node:assert/strict";
import type { Policy } from "../../../preflight/checks/standing/facts";
import { primaryRemote } from "../../support/plans";
import { configOf } from "./precheck-support";
import { factsOf, foreign, ours, policy, said } from "./standing-support";

const path = "isthmus:mesh.clusters.east";
const strict = { mtls: { mode: "STRICT" } };
const mesh = { ...configOf("east"), mtls: "strict" } as const;
const own = { "app.kubernetes.io/managed-by": "isthmus" };

/** What is said of PeerAuthentications of the system namespace. */
function saidOf(peerAuthentications: Policy[], config: Parameters<typeof factsOf>[1] = mesh): ReturnType<typeof said> {
  const policies = { peerAuthentications, authorizationPolicies: [], networkPolicies: [] };
  return said(factsOf({ system: ours, policies }, config));
}

describe("PeerAuthentications of others", () => {
  it("are not overwritten where they have the mesh's name", () => {
    const refused = `${path}: expected no peerauthentication/default in istio-system but the mesh's own (strict), found one that Isthmus did not make (PERMISSIVE). Choose \`mtls\` of the mesh as you want it; to let the mesh have its own, remove this one: \`kubectl --context east --namespace istio-system delete peerauthentication default\`.`;
    assert.deepEqual(saidOf([policy("default", { mtls: { mode: "PERMISSIVE" } })]), {
      problems: [refused],
      warnings: [],
    });
    const policies = {
      peerAuthentications: [policy("default", { mtls: { mode: "PERMISSIVE" } })],
      authorizationPolicies: [],
      networkPolicies: [],
    };
    assert.deepEqual(said(factsOf({ system: foreign, policies }, mesh)).problems, [refused], "in a prepared namespace");
  });

  it("are told of where they count for the whole mesh beside its own", () => {
    assert.deepEqual(saidOf([policy("theirs", strict)]), {
      problems: [],
      warnings: [
        `${path}: expected one PeerAuthentication for the whole mesh, the mesh's own (strict), found peerauthentication/theirs beside it (STRICT), and Istio goes by the older one. Remove it if it is not meant: \`kubectl --context east --namespace istio-system delete peerauthentication theirs\`.`,
      ],
    });
  });

  it("may be for some workloads, be ours, or be in a mesh that says nothing itself", () => {
    const selector = { matchLabels: { app: "a" } };
    const nothing = { problems: [], warnings: [] };
    assert.deepEqual(saidOf([policy("some", { ...strict, selector }), policy("default", strict, own)]), nothing);
    assert.deepEqual(saidOf([policy("default", strict)], configOf("east")), nothing);
  });

  it("may be in a cluster whose istiod takes its configuration elsewhere", () => {
    const policies = {
      peerAuthentications: [policy("default", strict)],
      authorizationPolicies: [],
      networkPolicies: [],
    };
    const facts = factsOf({ system: ours, policies }, { ...primaryRemote, mtls: "strict" }, "edge");
    assert.deepEqual(said(facts).problems, []);
  });

  it("are not overwritten in a namespace that has its own in the mesh", () => {
    const config = { ...mesh, namespaces: { shop: { mtls: "permissive" } } } as const;
    const theirs = { ...policy("default", strict), namespace: "shop" };
    const facts = factsOf({ system: ours, namespacePolicies: [theirs] }, config);
    assert.deepEqual(said(facts).problems, [
      `${path}: expected no peerauthentication/default in shop but the mesh's own (permissive), found one that Isthmus did not make (STRICT). Choose \`mtls\` of the namespace shop as you want it, or take it out of there to keep this one; to let the mesh have its own, remove this one: \`kubectl --context east --namespace shop delete peerauthentication default\`.`,
    ]);
  });
});
