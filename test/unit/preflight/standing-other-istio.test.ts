import assert from "node:assert/strict";
import { matchesLabels } from "../../../topology";
import { externalControlPlane } from "../../support/plans";
import { configOf } from "./precheck-support";
import { factsOf, foreign, injector, istiod, ofRelease, ours, said } from "./standing-support";

const nothing = { problems: [], warnings: [] };
const expected = "isthmus:mesh.clusters.east: expected no other Istio in the cluster, found ";
const leave =
  "or have it leave the labels istio-injection=enabled and istio.io/rev=default to this mesh (a revision of its own, and no tag default).";
const shared =
  "Both keep a ConfigMap istio-ca-root-cert in every namespace, each with its own root: give each its namespaces by meshConfig.discoverySelectors " +
  "(here isthmus:mesh.clusters.east.values.istiod.meshConfig.discoverySelectors), and no namespace the labels of both.";

describe("another Istio in a cluster", () => {
  it("is refused where it injects for the default revision", () => {
    const facts = factsOf({
      injectors: [injector("istio-sidecar-injector-mesh", "mesh")],
      istiods: [istiod("mesh")],
    });
    assert.deepEqual(said(facts), {
      problems: [
        `${expected}a webhook istio-sidecar-injector-mesh of the namespace mesh, an istiod mesh/istiod of the revision default. ` +
          `Choose another cluster, or uninstall the other Istio when no workload needs it any more, ${leave}`,
      ],
      warnings: [],
    });
  });

  it("is refused where a tag makes a revision the default one", () => {
    const tag = { ...injector("istio-revision-tag-default", "istio-prod"), labels: { "istio.io/tag": "default" } };
    const { problems, warnings } = said(factsOf({ injectors: [tag], istiods: [istiod("istio-prod", "1-30-4")] }));
    assert.deepEqual(problems, [
      `${expected}a webhook istio-revision-tag-default of the namespace istio-prod. ` +
        `Choose another cluster, or uninstall the other Istio when no workload needs it any more, ${leave}`,
    ]);
    assert.deepEqual(warnings, [
      `${expected}an istiod istio-prod/istiod-1-30-4 of the revision 1-30-4, for namespaces of other labels. ${shared}`,
    ]);
  });

  it("is only warned of where it has namespaces of its own, as a canary and AKS's have", () => {
    const aks = injector("istio-sidecar-injector-asm-1-26-aks-istio-system", "aks-istio-system", "asm-1-26");
    const facts = factsOf({
      injectors: [aks, injector("istio-sidecar-injector-canary", "istio-canary", "canary")],
      istiods: [istiod("aks-istio-system", "asm-1-26"), istiod("istio-canary", "canary")],
    });
    assert.deepEqual(said(facts), {
      problems: [],
      warnings: [
        `${expected}a webhook istio-sidecar-injector-asm-1-26-aks-istio-system of the namespace aks-istio-system (the Istio add-on of AKS), ` +
          "a webhook istio-sidecar-injector-canary of the namespace istio-canary, " +
          "an istiod aks-istio-system/istiod-asm-1-26 of the revision asm-1-26 (the Istio add-on of AKS), " +
          `an istiod istio-canary/istiod-canary of the revision canary, for namespaces of other labels. ${shared}`,
      ],
    });
  });

  for (const [title, one, words] of [
    [
      "GKE's",
      {
        labels: { "istio.io/rev": "asm-managed" },
        services: [],
        urls: ["https://meshconfig.googleapis.com/v1alpha1/inject"],
      },
      "a webhook hook (Cloud Service Mesh of GKE). Choose another cluster, or take the cluster out of the fleet's mesh (`gcloud container fleet mesh update --management manual`), ",
    ],
    [
      "OpenShift's",
      { labels: { "maistra.io/owner": "mesh" } },
      "a webhook hook of the namespace mesh (OpenShift Service Mesh 2). Choose another cluster, or delete its ServiceMeshControlPlane, ",
    ],
    [
      "the Sail operator's",
      { labels: { "managed-by": "sail-operator" } },
      "a webhook hook of the namespace mesh (the Sail operator, as of OpenShift Service Mesh 3). Choose another cluster, or delete its resource Istio, ",
    ],
  ] as const) {
    it(`is called by its provider: ${title}`, () => {
      const facts = factsOf({
        injectors: [injector("hook", "mesh", "default", one)],
        istiods: [istiod("mesh", "own")],
      });
      assert.deepEqual(said(facts).problems, [`${expected}${words}${leave}`]);
    });
  }

  it("is removed by a command where its istiod is gone", () => {
    const left = ["istio-sidecar-injector", "istio-revision-tag-default"].map((name) => injector(name, "istio-system"));
    assert.deepEqual(said(factsOf({ injectors: left })), {
      problems: [
        `${expected}a webhook istio-sidecar-injector of the namespace istio-system, whose istiod is gone, ` +
          "a webhook istio-revision-tag-default of the namespace istio-system, whose istiod is gone. " +
          "Remove what was left behind: `kubectl --context east delete mutatingwebhookconfiguration istio-sidecar-injector istio-revision-tag-default`.",
      ],
      warnings: [],
    });
    const canary = injector("istio-sidecar-injector-canary", "istio-canary", "canary");
    assert.deepEqual(said(factsOf({ injectors: [canary] })).warnings, [
      `${expected}a webhook istio-sidecar-injector-canary of the namespace istio-canary, whose istiod is gone, for namespaces of other labels. ` +
        "Remove what was left behind: `kubectl --context east delete mutatingwebhookconfiguration istio-sidecar-injector-canary`.",
    ]);
  });

  it("is not taken to be gone where the istiods may not be listed", () => {
    const { problems } = said(factsOf({ injectors: [injector("hook", "mesh")], istiods: undefined }));
    assert.deepEqual(problems, [
      `${expected}a webhook hook of the namespace mesh. Choose another cluster, or uninstall the other Istio when no workload needs it any more, ${leave}`,
    ]);
  });

  it("is only warned of beside a mesh of ours that stands, or that may", () => {
    const rival = { injectors: [injector("hook", "mesh")], istiods: [istiod("mesh")] };
    for (const system of [ours, "unread"] as const) {
      const { problems, warnings } = said(factsOf({ ...rival, system }));
      assert.deepEqual(problems, []);
      assert.deepEqual(warnings, said(factsOf(rival)).problems);
    }
  });

  it("is of no matter in a cluster that only runs a control plane for others, but for the chart's own injector", () => {
    const rival = { injectors: [injector("hook", "mesh")], istiods: [istiod("mesh"), istiod("canary", "canary")] };
    assert.deepEqual(said(factsOf(rival, externalControlPlane, "control")), nothing);
    const plain = { ...rival, injectors: [injector("istio-sidecar-injector", "mesh")] };
    assert.equal(said(factsOf(plain, externalControlPlane, "control")).problems.length, 1);
  });

  it("is none of ours: not its own injector, nor a tag for it, nor one that asks an istiod elsewhere", () => {
    const own = injector("istio-sidecar-injector", "istio-system", "default", ofRelease("istiod"));
    const remote = { ...own, services: [], urls: ["https://istiod.example:15017/inject"] };
    const tag = injector("istio-revision-tag-stable", "istio-system", "stable");
    const istiods = [istiod("istio-system", "default")];
    assert.deepEqual(said(factsOf({ system: ours, injectors: [own, tag], istiods })), nothing);
    assert.deepEqual(said(factsOf({ system: ours, injectors: [remote] })), nothing);
    assert.deepEqual(said(factsOf({ system: ours, istiods }, externalControlPlane, "control")), nothing);
  });

  it("is said by its namespace alone where that is another's, and not at all where that may not be read", () => {
    const plain = {
      injectors: [injector("istio-sidecar-injector", "istio-system")],
      istiods: [istiod("istio-system")],
    };
    const { problems } = said(factsOf({ ...plain, system: foreign }));
    assert.equal(problems.length, 1);
    assert.match(
      problems.join(),
      /found one that Isthmus did not create, with a running control plane \(Deployment istiod\)/,
    );
    assert.deepEqual(said(factsOf({ ...plain, system: "unread" })), nothing);
  });

  it("is refused where it wants a namespace of the configuration, by whatever label", () => {
    const byName = injector("hook", "mesh", "own", {
      selectors: [{ namespaces: { matchLabels: { team: "a", "istio-injection": "enabled" } }, pods: undefined }],
    });
    const shop = {
      name: "shop",
      object: { metadata: { labels: { team: "a" } } },
      labels: { "istio-injection": "enabled" },
    };
    const mesh = configOf("east");
    const istiods = [istiod("mesh", "own")];
    assert.equal(said(factsOf({ injectors: [byName], istiods }, mesh)).problems.length, 0);
    assert.equal(said(factsOf({ injectors: [byName], istiods, namespaces: [shop] }, mesh)).problems.length, 1);
  });

  it("is not known where nothing may be listed", () => {
    assert.deepEqual(said(factsOf({ injectors: undefined, istiods: undefined, releases: undefined })), nothing);
  });
});

describe("matchesLabels", () => {
  for (const [operator, values, absent, other, equal] of [
    ["In", ["a"], false, false, true],
    ["NotIn", ["a"], true, true, false],
    ["Exists", undefined, false, true, true],
    ["DoesNotExist", undefined, true, false, false],
    ["Gt", ["1"], false, false, false],
  ] as const) {
    it(`knows ${operator}`, () => {
      const selector = { matchExpressions: [{ key: "l", operator, values }] };
      assert.deepEqual(
        [{}, { l: "b" }, { l: "a" }].map((labels) => matchesLabels(selector, labels)),
        [absent, other, equal],
      );
    });
  }

  it("takes all by an empty selector, and those with all of its labels else", () => {
    assert.deepEqual([matchesLabels(undefined, {}), matchesLabels({}, { l: "a" })], [true, true]);
    assert.deepEqual(
      [matchesLabels({ matchLabels: { l: "a" } }, { l: "a" }), matchesLabels({ matchLabels: { l: "a" } }, {})],
      [true, false],
    );
  });
});
