import assert from "node:assert/strict";
import type { KubernetesObject } from "../../../preflight/checks/object";
import type { Policies, StandingFacts } from "../../../preflight/checks/standing/facts";
import { primaryRemote, twoPrimaries } from "../../support/plans";
import { factsOf, foreign, injector, istiod, metadata, ofRelease, ours, policy, said } from "./standing-support";

const nothing = { problems: [], warnings: [] };
const path = "isthmus:mesh.clusters.east";
const terminating = { deletionTimestamp: "2026-11-21T00:00:00Z" };

describe("a system namespace that is another's", () => {
  it("is free where no Istio is in it, and not where one is", () => {
    assert.deepEqual(said(factsOf({ system: foreign })), nothing);
    const used =
      "Choose another cluster, or move its workloads to one: a mesh that stands is not taken over. " +
      "Only when no workload needs it any more, uninstall it by what installed it (`helm uninstall` of each of its releases, or `istioctl uninstall --purge`), " +
      "then remove the namespace: `kubectl --context east delete namespace istio-system`.";
    const refused = `${path}: expected no namespace istio-system, ours, or one without Istio, found one that Isthmus did not create, with `;
    assert.deepEqual(said(factsOf({ system: foreign, istiods: [istiod("istio-system", "1-30")] })).problems, [
      `${refused}a running control plane (Deployment istiod-1-30). ${used}`,
    ]);
    const releases = [
      { name: "istiod", status: "deployed" },
      { name: "kiali", status: "deployed" },
    ];
    assert.deepEqual(said(factsOf({ system: foreign, releases })).problems, [
      `${refused}Istio's Helm releases (istiod). ${used}`,
    ]);
  });

  it("may have objects of the mesh's names only where Helm takes them over", () => {
    const account = (name: string, release: string): StandingFacts["systemContents"] => [
      { ...metadata(name, ofRelease(release)), kind: "serviceaccount" },
    ];
    assert.deepEqual(said(factsOf({ system: foreign, systemContents: account("istiod", "istiod") })), nothing);
    assert.deepEqual(said(factsOf({ system: foreign, systemContents: account("builder", "ci") })), nothing);
    assert.equal(said(factsOf({ system: foreign, systemContents: account("istiod", "istio") })).problems.length, 1);
  });

  it("has an injector of the mesh's name in its way that an Istio left behind", () => {
    const left = { ...injector("istio-sidecar-injector", "istio-system") };
    assert.match(
      said(factsOf({ system: foreign, injectors: [left] })).problems.join(),
      /found a webhook istio-sidecar-injector of the namespace istio-system, whose istiod is gone/,
    );
  });

  it("must not be labelled so that gateways are not injected", () => {
    const closed: KubernetesObject = { metadata: { labels: { "istio-injection": "disabled" } } };
    const east = (system: KubernetesObject): ReturnType<typeof said> => said(factsOf({ system }, twoPrimaries));
    assert.deepEqual(east(closed), {
      problems: [
        `${path}: expected a namespace istio-system in which the pods of gateways are injected, found one with the label istio-injection=disabled. ` +
          "Take it away, and out of what sets it: `kubectl --context lab-east label namespace istio-system istio-injection-`.",
      ],
      warnings: [],
    });
    assert.deepEqual(said(factsOf({ system: closed })), nothing);
    const standing = { metadata: { labels: { ...closed.metadata.labels, ...ours.metadata.labels } } };
    const { problems, warnings } = east(standing);
    assert.deepEqual([problems.length, warnings.length], [0, 1]);
    assert.deepEqual(east({ metadata: { labels: { "istio-injection": "enabled" } } }), nothing);
  });
});

describe("a namespace that is being deleted", () => {
  const conditions = (...types: readonly (readonly [type: string, message: string])[]): KubernetesObject => ({
    metadata: { ...ours.metadata, ...terminating },
    status: { conditions: types.map(([type, message]) => ({ type, status: "True", message })) },
  });

  it("says on what that waits", () => {
    const system = conditions(
      [
        "NamespaceFinalizersRemaining",
        "Some content in the namespace has finalizers remaining: example.com/x in 1 resource instances",
      ],
      ["NamespaceContentRemaining", "Some resources are remaining: services. has 1 resource instances"],
    );
    assert.deepEqual(said(factsOf({ system })).problems, [
      `${path}: expected no namespace istio-system, or ours, found one that is being deleted, which waits: ` +
        "Some resources are remaining: services. has 1 resource instances; Some content in the namespace has finalizers remaining: example.com/x in 1 resource instances. " +
        "Wait until it is gone, then run again. What has finalizers waits for the controller that they name: see that it runs (`kubectl --context east describe namespace istio-system` says more).",
    ]);
  });

  it("names an API that does not answer", () => {
    const object = conditions([
      "NamespaceDeletionDiscoveryFailure",
      "unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1",
    ]);
    assert.deepEqual(said(factsOf({ namespaces: [{ name: "shop", object, labels: {} }] })).problems, [
      `${path}: expected a namespace shop for the mesh's workloads, or none, found one that is being deleted, which waits: ` +
        "unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1. " +
        "Wait until it is gone, then run again. An API that does not answer holds it up: `kubectl --context east get apiservices` shows which one is not available; mend or remove that.",
    ]);
  });

  it("says nothing of conditions that are not so", () => {
    const system: KubernetesObject = {
      metadata: { ...foreign.metadata, ...terminating },
      status: { conditions: [{ type: "NamespaceContentRemaining", status: "False", message: "All content removed" }] },
    };
    assert.deepEqual(said(factsOf({ system })).problems, [
      `${path}: expected no namespace istio-system, or ours, found one that is being deleted. Wait until it is gone, then run again.`,
    ]);
  });
});

describe("a Helm release that was left half-way", () => {
  const releases = ["pending-install", "pending-upgrade", "failed", "deployed", "superseded"].map((status) => ({
    name: status,
    status,
  }));
  const expected = `${path}: expected no Helm release in istio-system that was left half-way, found `;
  const helm = "helm --kube-context east --namespace istio-system";

  it("is warned of where the mesh is, or comes, and refused beside another Istio", () => {
    const warnings = [
      `${expected}pending-install, which is pending-install. If nobody is at work on it, see how far it came (\`${helm} history pending-install\`) and put it right: \`${helm} uninstall pending-install\`.`,
      ...["pending-upgrade", "failed"].map(
        (name) =>
          `${expected}${name}, which is ${name}. If nobody is at work on it, see how far it came (\`${helm} history ${name}\`) and put it right: \`${helm} rollback ${name}\`, or \`${helm} uninstall ${name}\`.`,
      ),
    ];
    assert.deepEqual(said(factsOf({ system: ours, releases })), { problems: [], warnings });
    assert.deepEqual(said(factsOf({ system: foreign, releases })), { problems: [], warnings });
    const besideIstio = said(factsOf({ system: foreign, releases, istiods: [istiod("istio-system")] }));
    assert.deepEqual(besideIstio.problems.slice(1), warnings);
  });

  it("is left to the recovery of the next update where it is ours", () => {
    const own = ["istio-base", "istiod", "istio-eastwestgateway"].map((name) => ({ name, status: "pending-upgrade" }));
    assert.deepEqual(said(factsOf({ system: ours, releases: own })), nothing);
    assert.equal(said(factsOf({ system: foreign, releases: own })).problems.length, 4);
  });
});

describe("a label that another manages", () => {
  const kept = (manager: string, label: string, value: string, labels = {}): KubernetesObject => ({
    metadata: {
      labels: { ...labels, [label]: value },
      managedFields: [{ manager, fieldsV1: { "f:metadata": { "f:labels": { [`f:${label}`]: {} } } } }],
    },
  });
  const shop = (object: KubernetesObject): ReturnType<typeof factsOf> =>
    factsOf({ namespaces: [{ name: "shop", object, labels: { "istio-injection": "enabled" } }] });
  const expected = `${path}: expected the label istio-injection of the namespace shop to be this mesh's to set, found `;

  const byArgo =
    `${expected}argocd-controller keeps it, as "disabled", and it is to be "enabled". ` +
    "Take the label out of what argocd-controller applies, or have the configuration set the same value: whoever comes last would undo the other, and an update may end with a conflict there.";

  it("is refused with who that is, where server-side apply would end with a conflict", () => {
    assert.deepEqual(said(shop(kept("argocd-controller", "istio-injection", "disabled"))), {
      problems: [byArgo],
      warnings: [],
    });
    assert.deepEqual(said(shop(kept("kubectl-label", "istio-injection", "disabled"))).problems, [
      `${expected}kubectl-label keeps it, as "disabled", and it is to be "enabled". Give it up: \`kubectl --context east label namespace shop istio-injection-\`.`,
    ]);
  });

  it("is warned of where a controller keeps the same value, or the namespace was adopted before", () => {
    const same = said(shop(kept("kustomize-controller", "istio-injection", "enabled")));
    assert.deepEqual([same.problems.length, same.warnings.length], [0, 1]);
    const { metadata } = kept("argocd-controller", "istio-injection", "disabled");
    const managedFields = [...(metadata.managedFields ?? []), { manager: "pulumi-kubernetes-1a2b", fieldsV1: {} }];
    const adopted = said(shop({ metadata: { ...metadata, managedFields } }));
    assert.deepEqual(adopted, { problems: [], warnings: [byArgo] });
  });

  it("is nothing to speak of where Pulumi does, who did it once by hand did the same, or we made the namespace", () => {
    const own = { "app.kubernetes.io/managed-by": "isthmus", "app.kubernetes.io/component": "mesh-namespace" };
    for (const object of [
      kept("pulumi-kubernetes-1a2b", "istio-injection", "disabled"),
      kept("kubectl-label", "istio-injection", "enabled"),
      kept("argocd-controller", "team", "a"),
      kept("argocd-controller", "istio-injection", "disabled", own),
    ]) {
      assert.deepEqual(said(shop(object)), nothing);
    }
  });

  it("is refused for the network of a system namespace that was prepared, and for an annotation", () => {
    const system = kept("flux", "topology.istio.io/network", "other");
    assert.match(
      said(factsOf({ system })).problems.join(),
      /the label topology\.istio\.io\/network of the namespace istio-system .* found flux keeps it, as "other", and it is to be "a"\./,
    );
    const object: KubernetesObject = {
      metadata: {
        annotations: { owner: "a" },
        managedFields: [
          { manager: "kubectl-annotate", fieldsV1: { "f:metadata": { "f:annotations": { "f:owner": {} } } } },
        ],
      },
    };
    const namespaces = [{ name: "shop", object, labels: {}, annotations: { owner: "b" } }];
    assert.match(
      said(factsOf({ namespaces })).problems.join(),
      /the annotation owner of the namespace shop .* Give it up: `kubectl --context east annotate namespace shop owner-`\.$/,
    );
  });

  it("is warned of for the network of a system namespace of ours", () => {
    const system = kept("flux", "topology.istio.io/network", "other", ours.metadata.labels);
    assert.match(
      said(factsOf({ system })).warnings.join(),
      /the label topology\.istio\.io\/network of the namespace istio-system .* found flux keeps it, as "other", and it is to be "a"\./,
    );
  });
});

describe("policies that stop calls", () => {
  const none = { peerAuthentications: [], authorizationPolicies: [], networkPolicies: [] };
  const expected = `${path}: expected no policy in istio-system that stops the mesh's calls, found `;
  const edit = (kind: string, name: string, way = "Narrow it, or remove it if it is not meant"): string =>
    `. ${way}: \`kubectl --context east --namespace istio-system edit ${kind} ${name}\`.`;
  const warned = (policies: Partial<Policies>, mesh?: Parameters<typeof factsOf>[1]): readonly string[] =>
    said(factsOf({ system: ours, policies: { ...none, ...policies } }, mesh)).warnings;

  it("are a PeerAuthentication that turns mutual TLS off in the mesh", () => {
    const off = { mtls: { mode: "DISABLE" } };
    const peerAuthentications = [
      policy("default", off),
      policy("strict", { mtls: { mode: "STRICT" } }),
      policy("some", { ...off, selector: { matchLabels: { app: "a" } } }),
      policy("own", off, { "app.kubernetes.io/managed-by": "isthmus" }),
      policy("none", {}),
    ];
    assert.deepEqual(warned({ peerAuthentications }), [
      `${expected}peerauthentication/default, which turns mutual TLS off in the whole mesh: calls between networks fail${edit("peerauthentication", "default")}`,
    ]);
  });

  it("are an AuthorizationPolicy that allows nothing, or denies all", () => {
    const authorizationPolicies = [
      policy("allow-nothing", {}),
      policy("deny-all", { action: "DENY", rules: [{}] }),
      policy("deny-some", { action: "DENY", rules: [{ from: [] }] }),
      policy("audit", { action: "AUDIT" }),
    ];
    assert.deepEqual(warned({ authorizationPolicies }), [
      `${expected}authorizationpolicy/allow-nothing, which allows nothing: every call that no other policy allows is denied${edit("authorizationpolicy", "allow-nothing")}`,
      `${expected}authorizationpolicy/deny-all, which denies every call in the whole mesh${edit("authorizationpolicy", "deny-all")}`,
    ]);
    const meant = [policy("allow-nothing", {}), policy("allow-some", { rules: [{ from: [] }] })];
    assert.deepEqual(warned({ authorizationPolicies: meant }), []);
  });

  it("are NetworkPolicies that let nobody reach istiod or the gateway", () => {
    const networkPolicies = [policy("deny", { podSelector: {}, policyTypes: ["Ingress"] })];
    const way = (ports: string): string => `Allow ingress to ${ports} in it, or remove it if it is not meant`;
    assert.deepEqual(
      warned({ networkPolicies }, twoPrimaries).map((one) => one.replaceAll("lab-east", "east")),
      [
        `${expected}networkpolicy/deny, which lets nobody reach istiod at port 15012 (for sidecars) and 15017 (for the API server, to inject)${edit("networkpolicy", "deny", way("15012 and 15017"))}`,
        `${expected}networkpolicy/deny, which lets nobody reach the east-west gateway at port 15443 (for the other networks)${edit("networkpolicy", "deny", way("15443"))}`,
      ],
    );
  });

  it("are no NetworkPolicies that select others, restrict only egress, or let some in", () => {
    const deny = policy("deny", { podSelector: { matchLabels: { app: "istiod" } } });
    for (const networkPolicies of [
      [policy("other", { podSelector: { matchLabels: { app: "prometheus" } } })],
      [policy("egress", { podSelector: {}, policyTypes: ["Egress"] })],
      [deny, policy("open", { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] })],
      [policy("ports", { podSelector: {}, ingress: [{ ports: [{ port: 15000, endPort: 15020 }] }] })],
      [policy("named", { podSelector: {}, ingress: [{ ports: [{ port: "https" }] }] })],
    ]) {
      assert.deepEqual(warned({ networkPolicies }), []);
    }
    assert.equal(
      warned({
        networkPolicies: [deny, policy("udp", { podSelector: {}, ingress: [{ ports: [{ protocol: "UDP" }] }] })],
      }).length,
      1,
    );
  });

  it("are not for an istiod that a remote does not have", () => {
    const networkPolicies = [policy("deny", { podSelector: {} })];
    const policies = { ...none, networkPolicies };
    assert.deepEqual(said(factsOf({ system: ours, policies }, primaryRemote, "edge")), nothing);
  });
});
