import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { unexamined } from "../../../operations/stack";
import { summarise, type MeshSummary } from "../../../operations/summary";
import type { Mesh, MeshPlan } from "../../../topology";
import { planOf } from "../../support/plans";
import { changeCalled, planAfter, recordedEvents, recordedSummary } from "../../support/previews";
import { meshOf } from "../topology/meshes";

type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];
type Inputs = Readonly<Record<string, unknown>>;

/** What a preview without changes would tell if one resource changed: for what no configuration comes to. */
function changing(
  name: string,
  op: Metadata["op"],
  sides: { before?: Inputs; after?: Inputs; keys?: string[] },
  kind?: string,
  trust?: MeshPlan["trust"],
): MeshSummary {
  let found = false;
  const events = recordedEvents("nothing").map((event): EngineEvent => {
    const metadata = event.resourcePreEvent?.metadata;
    if (event.summaryEvent !== undefined) {
      const { resourceChanges } = event.summaryEvent;
      const counts = { ...resourceChanges, same: (resourceChanges["same"] ?? 0) - 1, [op]: 1 };
      return { ...event, summaryEvent: { ...event.summaryEvent, resourceChanges: counts } };
    }
    if (!metadata?.urn.endsWith(`::${name}`)) return event;
    found = true;
    const side = (inputs: Inputs): Metadata["old"] => ({
      type: metadata.type,
      urn: metadata.urn,
      id: "",
      parent: "",
      provider: "",
      inputs,
      outputs: {},
    });
    if (kind !== undefined) metadata.type = metadata.type.replace(/[^:]+$/, kind);
    const changed: Metadata = { ...metadata, op, ...(sides.keys === undefined ? {} : { keys: sides.keys }) };
    if (sides.before !== undefined) changed.old = side(sides.before) as NonNullable<Metadata["old"]>;
    if (sides.after !== undefined) changed.new = side(sides.after) as NonNullable<Metadata["new"]>;
    return { ...event, resourcePreEvent: { metadata: changed } };
  });
  assert.ok(found, name);
  return recordedSummary("nothing", events, trust);
}

/**
 * What a preview without changes would tell if roots were made or removed.
 * @param roots What they are called, by the names of the resources in whose place they stand.
 */
function ofRoots(
  roots: Readonly<Record<string, string>>,
  op: "create" | "delete",
  generated: Mesh["trust"]["generated"],
  outputs: object,
): MeshSummary {
  const events = recordedEvents("nothing").map((event): EngineEvent => {
    const metadata = event.resourcePreEvent?.metadata;
    if (event.summaryEvent !== undefined) {
      const { resourceChanges } = event.summaryEvent;
      const same = (resourceChanges["same"] ?? 0) - Object.keys(roots).length;
      return {
        ...event,
        summaryEvent: { ...event.summaryEvent, resourceChanges: { ...resourceChanges, same, [op]: 2 } },
      };
    }
    const stack = event.resOutputsEvent?.metadata;
    if (event.resOutputsEvent !== undefined && stack?.type === "pulumi:pulumi:Stack") {
      const old = { ...stack.old, outputs } as NonNullable<Metadata["old"]>;
      return { ...event, resOutputsEvent: { ...event.resOutputsEvent, metadata: { ...stack, old } } };
    }
    const name = metadata?.urn.split("::").at(-1) ?? "";
    if (metadata === undefined || !Object.hasOwn(roots, name)) return event;
    const urn = metadata.urn.replace(new RegExp(`${name}$`), roots[name] ?? name);
    return { ...event, resourcePreEvent: { metadata: { ...metadata, urn, op } } };
  });
  const change = changeCalled("nothing");
  const plan = planAfter({ ...change, to: { ...change.to, trust: { generated } } });
  return summarise({ stack: "prod", plan, stacks: [{ stack: "prod", events }], fitness: unexamined });
}

const istiod = (tag: string, more: object = {}): Inputs => ({
  chart: "istiod",
  values: { global: { hub: "docker.io/istio", tag } },
  version: tag,
  ...more,
});

/** What is said of the one cluster that changes. */
function told({ clusters, risks }: MeshSummary): { words: string[]; risks: string[] } {
  return {
    words: clusters.flatMap(({ name, changes }) => changes.map(({ words }) => `${name}: ${words}`)),
    risks: risks.map(({ id, severity, traffic }) => `${id} ${severity} ${traffic}`),
  };
}

describe("a summary, of what no configuration comes to by itself", () => {
  it("tells of a release that is installed anew, and of one that goes", () => {
    const sides = { before: istiod("1.31.1"), after: istiod("1.31.1"), keys: ["name"] };
    assert.deepEqual(told(changing("mesh-west-control-plane-istiod", "replace", sides)), {
      words: ["west: istiod is uninstalled and installed anew"],
      risks: ["istio-replaced high not-known"],
    });
    assert.deepEqual(told(changing("mesh-west-gateway-release", "replace", sides)).risks, [
      "istio-replaced high interrupted",
    ]);
    assert.deepEqual(told(changing("mesh-west-control-plane-istiod", "delete", { before: istiod("1.31.1") })), {
      words: ["west: istiod is uninstalled"],
      risks: ["istio-removed high interrupted"],
    });
  });

  it("tells of minor versions that are left out, and of the registry", () => {
    const skipping = { before: istiod("1.29.2"), after: istiod("1.31.1") };
    assert.deepEqual(told(changing("mesh-west-control-plane-istiod", "update", skipping)), {
      words: ["west: istiod 1.29.2 to 1.31.1"],
      risks: ["istio-skips-versions medium not-interrupted"],
    });
    const after = { ...istiod("1.31.1"), values: { global: { hub: "registry.example.org", tag: "1.31.1" } } };
    assert.deepEqual(told(changing("mesh-west-control-plane-istiod", "update", { before: istiod("1.31.1"), after })), {
      words: ["west: images from registry.example.org instead of docker.io/istio"],
      risks: [],
    });
  });

  it("tells of pull secrets, which no call depends on", () => {
    const after = istiod("1.31.1", {
      values: {
        global: { hub: "docker.io/istio", tag: "1.31.1", imagePullSecrets: ["registry"] },
        podAnnotations: { a: "registry" },
      },
    });
    assert.deepEqual(told(changing("mesh-west-control-plane-istiod", "update", { before: istiod("1.31.1"), after })), {
      words: ["west: values of istiod: global.imagePullSecrets, podAnnotations.a"],
      risks: [],
    });
  });

  it("tells of marks of istio-system, and of one that is adopted without a risk", () => {
    const marked = (metadata: object): Inputs => ({ metadata: { name: "istio-system", ...metadata } });
    const team = { before: marked({ labels: {} }), after: marked({ labels: { team: "platform" } }) };
    assert.deepEqual(told(changing("mesh-west-system-namespace", "update", team)), {
      words: ["west: istio-system: labels.team"],
      risks: [],
    });
    const security = marked({ labels: { "pod-security.kubernetes.io/enforce": "restricted" } });
    const risky = changing("mesh-west-system-namespace", "update", { before: team.before, after: security });
    assert.deepEqual(told(risky).risks, ["not-understood medium not-known"]);
    for (const [op, words] of [
      ["create", "west: istio-system, which is there already, gets the mesh's labels and annotations"],
      ["delete", "west: istio-system loses the mesh's labels and annotations, and stays"],
    ] as const) {
      const summary = changing(
        "mesh-west-system-namespace",
        op,
        { before: team.after, after: team.after },
        "NamespacePatch",
      );
      assert.deepEqual(told(summary), { words: [words], risks: [] });
    }
  });

  it("tells the version of the configuration where the values are not known yet", () => {
    const after = { ...istiod("1.31.1"), values: "04da6b54-80e4-46f7-96ec-b56ff0331ba9", version: "" };
    const summary = changing("mesh-west-control-plane-istiod", "update", { before: istiod("1.31.0"), after });
    assert.deepEqual(told(summary), {
      words: ["west: istiod 1.31.0 to 1.31.1", "west: values of istiod that are not known before the update"],
      risks: ["not-understood medium not-known"],
    });
    assert.deepEqual(summary.details[0]?.differences, [{ path: "values", after: "[not known yet]" }]);
  });

  it("tells of charts from elsewhere, and of other versions of those beside istiod's", () => {
    const chart = (version: string, repo: string): Inputs => ({
      chart: "base",
      version,
      repositoryOpts: { repo },
      values: {},
    });
    const sides = {
      before: chart("1.31.0", "https://one.example.org"),
      after: chart("1.31.1", "https://two.example.org"),
    };
    assert.deepEqual(told(changing("mesh-west-control-plane-base", "update", sides)).words, [
      "west: chart of istio-base 1.31.0 to 1.31.1",
      "west: chart of istio-base from base of https://two.example.org instead of base of https://one.example.org",
    ]);
  });

  it("tells of annotations of a gateway's Service", () => {
    const service = (annotations: object): Inputs => ({ metadata: { annotations }, spec: { type: "LoadBalancer" } });
    const sides = { before: service({}), after: service({ "example.org/internal": "true" }) };
    assert.deepEqual(told(changing("mesh-west-gateway-service", "update", sides)), {
      words: ["west: annotations of its gateway's Service: example.org/internal"],
      risks: ["not-understood medium not-known"],
    });
  });

  it("tells of whatever is taken from a cluster that stays, as what ends calls there", () => {
    const gone = [
      ["system-namespace", "west: namespace istio-system is deleted, with all that is in it", "namespace-removed"],
      ["system-cacerts", "west: its intermediate CA loses its Secret cacerts", "intermediate-removed"],
      ["intermediate-key", "west: its intermediate CA loses its key", "intermediate-removed"],
      ["control-plane-base", "west: istio-base is uninstalled", "istio-removed"],
      ["control-plane-istiod", "west: istiod is uninstalled", "istio-removed"],
      ["gateway-release", "west: east-west gateway is uninstalled", "istio-removed"],
      ["gateway-service", "west: loses its east-west gateway: no other network calls it any more", "gateway-removed"],
      ["remote-clusters-secret", "west: its istiod reads no other cluster any more", "cluster-not-read"],
      ["reader-token", "west: no other cluster reads it any more", "cluster-not-read"],
      [
        "cross-network-gateway",
        "west: the configuration by which gateways let other networks in is removed",
        "cross-network-removed",
      ],
    ] as const;
    for (const [name, words, risk] of gone) {
      const { risks, ...rest } = told(changing(`mesh-west-${name}`, "delete", { before: istiod("1.31.1") }));
      assert.deepEqual(rest.words, [words]);
      assert.equal(risks.length, 1, name);
      assert.match(risks[0] ?? "", new RegExp(`^${risk} \\w+ interrupted$`), name);
    }
    assert.deepEqual(told(changing("west", "delete", { before: {} })), {
      words: ["west: provider is removed"],
      risks: ["not-understood medium not-known"],
    });
  });

  it("tells of pods that are no more, however the charts are told, and not of those that were none before", () => {
    const having = (values: object): Inputs => ({ chart: "istiod", version: "1.31.1", values });
    for (const [name, values] of [
      ["control-plane-istiod", { replicaCount: 0 }],
      ["control-plane-istiod", { autoscaleMin: 0 }],
      ["control-plane-istiod", { pilot: { replicaCount: 0 } }],
      ["control-plane-istiod", { pilot: { autoscaleMax: "0" } }],
      ["gateway-release", { replicaCount: 0 }],
      ["gateway-release", { autoscaling: { minReplicas: 0 } }],
    ] as const) {
      const sides = { before: having({}), after: having(values) };
      assert.deepEqual(told(changing(`mesh-west-${name}`, "update", sides)).risks, ["no-replicas high interrupted"]);
      const same = { before: having(values), after: having({ ...values, resources: {} }) };
      assert.ok(
        !told(changing(`mesh-west-${name}`, "update", same)).risks.some((risk) => risk.includes("no-replicas")),
      );
      const more = { before: having(values), after: having({ replicaCount: 2 }) };
      assert.ok(!told(changing(`mesh-west-${name}`, "update", more)).risks.some((risk) => risk.includes("high")));
    }
  });

  it("tells of gateway pods that are made anew, and not where they stay as they are", () => {
    const rolled = "gateway-pods-replaced medium not-interrupted";
    const having = (values: object, version = "1.31.1"): Inputs => ({ chart: "gateway", version, values });
    const risks = (before: Inputs, after: Inputs): readonly string[] =>
      told(changing("mesh-west-gateway-release", "update", { before, after })).risks;
    assert.deepEqual(risks(having({}), having({ resources: { limits: { cpu: "1" } } })), [rolled]);
    assert.deepEqual(risks(having({}, "1.31.0"), having({})), [rolled]);
    assert.deepEqual(risks(having({}), having({ replicaCount: 3, autoscaling: { maxReplicas: 9 } })), []);
    assert.deepEqual(risks(having({}), having({})), []);
    assert.ok(
      !risks(having({ env: { A: "1" } }), having({ env: { A: "2" } })).includes("no-replicas high interrupted"),
    );
  });

  it("tells a provider's new version from another kubeconfig", () => {
    const words = (before: Inputs, after: Inputs): readonly string[] =>
      told(changing("west", "update", { before, after })).words;
    const another = ["west: is reached by another kubeconfig"];
    assert.deepEqual(words({ version: "4.32.0" }, { version: "4.34.0" }), [
      "west: is reached by another version of Pulumi's Kubernetes provider",
    ]);
    assert.deepEqual(words({ kubeconfig: "a" }, { kubeconfig: "b" }), another);
    assert.deepEqual(words({ kubeconfig: "a" }, { kubeconfig: "b", version: "2" }), another);
  });

  it("says of a release that failed that it is installed again, without words that are not there", () => {
    const sides = { before: istiod("1.31.1"), after: istiod("1.31.1") };
    assert.deepEqual(told(changing("mesh-west-control-plane-istiod", "update", sides)), {
      words: ["west: istiod is installed anew in place"],
      risks: [],
    });
  });

  it("takes a root that is made while clusters stand for another one", () => {
    const { meshChanges, risks } = changing("mesh-root-certificate", "create", { after: {} });
    assert.deepEqual(
      risks.map(({ id, traffic }) => `${id} ${traffic}`),
      ["root-replaced interrupted"],
    );
    assert.ok(meshChanges.some(({ id }) => id === "root"));
  });

  describe("of a root beside another", () => {
    const later = { "mesh-root-certificate": "mesh-root-2031-certificate", "mesh-root-key": "mesh-root-2031-key" };
    const both = { roots: ["first", "2031"], issuer: "first", issuers: {} };

    it("tells that it is made and trusted beside, which replaces nothing", () => {
      const { meshChanges, risks } = ofRoots({ ...later }, "create", both, {});
      assert.deepEqual(
        [meshChanges.map(({ words }) => words), risks],
        [["the root CA 2031 is made, and trusted beside first"], []],
      );
    });

    it("takes one for another that is made and signs at once", () => {
      const { risks } = ofRoots({ ...later }, "create", { ...both, issuers: { east: "2031" } }, {});
      assert.deepEqual(
        risks.map(({ id, traffic }) => `${id} ${traffic}`),
        ["root-replaced interrupted"],
      );
    });

    const mesh = {
      roots: [
        { name: "first", fingerprint: "AA" },
        { name: "2031", fingerprint: "BB" },
      ],
    };
    const signing = (east: string, west: string): object => ({
      mesh,
      controlPlanes: { east: { intermediate: { root: east } }, west: { intermediate: { root: west } } },
    });
    const alone = { roots: ["2031"], issuer: "2031", issuers: {} };
    for (const [what, outputs, id] of [
      ["tells of one that goes and signs nothing in words of its own", signing("BB", "BB"), "root-dropped not-known"],
      ["takes one for replaced that goes and signs", signing("BB", "AA"), "root-replaced interrupted"],
      ["takes one for replaced that goes, where nobody knows what it signs", {}, "root-replaced interrupted"],
    ] as const) {
      it(what, () => {
        const first = { "mesh-root-certificate": "mesh-root-certificate", "mesh-root-key": "mesh-root-key" };
        const { risks } = ofRoots(first, "delete", alone, outputs);
        assert.deepEqual(
          risks.map((risk) => `${risk.id} ${risk.traffic}`),
          [id],
        );
      });
    }
  });

  describe("where certificates come from elsewhere", () => {
    const { trust } = planOf(meshOf({ east: {} }, { trust: { root: "offline", roots: "roots.pem" } }));

    it("tells of what istiod is handed, which was judged before", () => {
      const summary = changing("mesh-west-system-cacerts", "update", { keys: ["data"] }, undefined, trust);
      assert.deepEqual(told(summary), {
        words: ["west: its intermediate CA or the roots that its workloads trust change"],
        risks: ["intermediate-replaced medium not-interrupted"],
      });
      assert.deepEqual(told(changing("mesh-west-system-cacerts", "update", { keys: ["data"] })).risks, [
        "not-understood medium not-known",
      ]);
    });

    it("tells that the stack's own root goes, and that nobody comes back to it", () => {
      const { meshChanges, risks } = changing("mesh-root-certificate", "delete", { before: {} }, undefined, trust);
      assert.deepEqual(
        meshChanges.map(({ words }) => words),
        ["the stack keeps no root CA of its own any more"],
      );
      assert.deepEqual(
        risks.map(({ id, traffic }) => `${id} ${traffic}`),
        ["root-key-removed not-interrupted"],
      );
    });
  });

  it("tells in general words of what it has none for, so that nothing is left unsaid", () => {
    const sides = { before: { a: 1 }, after: { a: 2 }, keys: ["a"] };
    assert.deepEqual(told(changing("mesh-west-remote-clusters-secret", "replace", sides)).words, [
      "west: the kubeconfigs by which its istiod reads others are deleted and made anew",
    ]);
    assert.deepEqual(told(changing("mesh-west-cross-network-gateway", "update", sides)).words, [
      "west: the configuration by which gateways let other networks in changes",
    ]);
    for (const { resourcePreEvent } of recordedEvents("nothing")) {
      const { urn = "", type = "" } = resourcePreEvent?.metadata ?? {};
      const name = urn.split("::").at(-1) ?? "";
      if (urn === "" || /^(isthmus:|pulumi:pulumi:)|^pulumi:providers:(pulumi|tls)/.test(type)) continue;
      for (const op of ["update", "replace", "delete"] as const) {
        const { clusters, meshChanges, outcome } = changing(name, op, sides);
        assert.equal(outcome, "changes", `${op} ${name}`);
        assert.ok(clusters.length + meshChanges.length > 0, `${op} ${name}`);
      }
    }
  });
});
