import assert from "node:assert/strict";
import * as fc from "fast-check";
import { compare, type Difference } from "../../../../operations/drift/compare/compare";
import { quantity } from "../../../../operations/drift/compare/leaf";
import type { KubernetesObject } from "../../../../operations/drift/compare/object-kind";
import { pathText } from "../../../../operations/drift/compare/path";
import { patchOf } from "../../../../operations/drift/repair";
import { defaulted, deployments, istioObjects, leaves, roles, secrets, withLeaf } from "./defaulting";
import { patched } from "./json-patch";

const objects = fc.oneof(deployments, roles, istioObjects, secrets);

const told = (differences: readonly Difference[]): string[] =>
  differences.map(({ kind, path }) => `${kind} ${pathText(path)}`).sort();

const object = (apiVersion: string, kind: string, fields: object): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: "it" },
  ...fields,
});

const deployment = (container: object, pod: object = {}): KubernetesObject =>
  object("apps/v1", "Deployment", {
    spec: { template: { spec: { containers: [{ name: "main", image: "a:1", ...container }], ...pod } } },
  });

const main = "spec.template.spec.containers[main]";

const table: { what: string; applied: KubernetesObject; stands: KubernetesObject; found: string[] }[] = [
  {
    what: "a variable that somebody added",
    applied: deployment({ env: [{ name: "A", value: "1" }] }),
    stands: deployment({
      env: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
    }),
    found: [`extra ${main}.env[B]`],
  },
  {
    what: "the first variable that somebody added",
    applied: deployment({}),
    stands: deployment({ env: [{ name: "B", value: "2" }] }),
    found: [`extra ${main}.env`],
  },
  {
    what: "a variable that somebody changed, in another place of the list",
    applied: deployment({
      env: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
    }),
    stands: deployment({
      env: [
        { name: "B", value: "3" },
        { name: "A", value: "1" },
      ],
    }),
    found: [`changed ${main}.env[B].value`],
  },
  {
    what: "a container that somebody added",
    applied: deployment({}),
    stands: object("apps/v1", "Deployment", {
      spec: {
        template: {
          spec: {
            containers: [
              { name: "spy", image: "b" },
              { name: "main", image: "a:1" },
            ],
          },
        },
      },
    }),
    found: ["extra spec.template.spec.containers[spy]"],
  },
  {
    what: "a container that may do more",
    applied: deployment({}),
    stands: deployment({ securityContext: { privileged: true } }),
    found: [`extra ${main}.securityContext.privileged`],
  },
  {
    what: "arguments in another order",
    applied: deployment({ args: ["a", "b"] }),
    stands: deployment({ args: ["b", "a"] }),
    found: [`changed ${main}.args`],
  },
  {
    what: "a false that makes a difference and is gone",
    applied: deployment({}, { automountServiceAccountToken: false }),
    stands: deployment({}),
    found: ["missing spec.template.spec.automountServiceAccountToken"],
  },
  {
    what: "two variables of one name",
    applied: deployment({
      env: [
        { name: "A", value: "1" },
        { name: "A", value: "2" },
      ],
    }),
    stands: deployment({
      env: [
        { name: "A", value: "1" },
        { name: "A", value: "3" },
      ],
    }),
    found: [`changed ${main}.env[1].value`],
  },
  {
    what: "a rule that is gone, and only that",
    applied: object("rbac.authorization.k8s.io/v1", "ClusterRole", {
      rules: ["a", "b", "c"].map((name) => ({ apiGroups: [""], resources: [name], verbs: ["get"] })),
    }),
    stands: object("rbac.authorization.k8s.io/v1", "ClusterRole", {
      rules: ["a", "c"].map((name) => ({ apiGroups: [""], resources: [name], verbs: ["get"] })),
    }),
    found: ["missing rules[1]"],
  },
  {
    what: "a rule that somebody added",
    applied: object("rbac.authorization.k8s.io/v1", "ClusterRole", { rules: [{ resources: ["a"], verbs: ["get"] }] }),
    stands: object("rbac.authorization.k8s.io/v1", "ClusterRole", {
      rules: [
        { resources: ["*"], verbs: ["*"] },
        { resources: ["a"], verbs: ["get"] },
      ],
    }),
    found: ["extra rules[0]"],
  },
  {
    what: "a verb that somebody added",
    applied: object("rbac.authorization.k8s.io/v1", "Role", { rules: [{ resources: ["a"], verbs: ["get"] }] }),
    stands: object("rbac.authorization.k8s.io/v1", "Role", { rules: [{ resources: ["a"], verbs: ["get", "delete"] }] }),
    found: ["changed rules[0].verbs"],
  },
  {
    what: "a subject that somebody added",
    applied: object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", {
      subjects: [{ kind: "ServiceAccount", name: "a", namespace: "n" }],
    }),
    stands: object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", {
      subjects: [
        { kind: "ServiceAccount", name: "a", namespace: "n" },
        { kind: "User", name: "eve", apiGroup: "x" },
      ],
    }),
    found: ["extra subjects[User/eve]"],
  },
  {
    what: "a port, with what the API server fills in",
    applied: object("v1", "Service", { spec: { ports: [{ port: 80, name: "a" }], clusterIP: "" } }),
    stands: object("v1", "Service", {
      spec: {
        clusterIP: "10.0.0.1",
        clusterIPs: ["10.0.0.1"],
        ports: [
          { port: 80, name: "a", protocol: "TCP", targetPort: 80, nodePort: 31000 },
          { port: 80, name: "b", protocol: "UDP", targetPort: 80 },
        ],
      },
    }),
    found: ["extra spec.ports[80/UDP]"],
  },
  {
    what: "a target port in another spelling",
    applied: object("v1", "Service", { spec: { ports: [{ port: 80, targetPort: "8080" }] } }),
    stands: object("v1", "Service", { spec: { ports: [{ port: 80, targetPort: 8080, protocol: "TCP" }] } }),
    found: [],
  },
  {
    what: "a Service without an address that has got one",
    applied: object("v1", "Service", { spec: { clusterIP: "None" } }),
    stands: object("v1", "Service", { spec: { clusterIP: "10.0.0.1" } }),
    found: ["changed spec.clusterIP"],
  },
  {
    what: "a label that is gone, and one that is a controller's",
    applied: object("v1", "Namespace", { metadata: { name: "it", labels: { "topology.istio.io/network": "east" } } }),
    stands: object("v1", "Namespace", { metadata: { name: "it", labels: { "kubernetes.io/metadata.name": "it" } } }),
    found: ['missing metadata.labels["topology.istio.io/network"]'],
  },
  {
    what: "labels that are all gone but were empty",
    applied: object("v1", "Namespace", { metadata: { name: "it", labels: { here: "" } } }),
    stands: object("v1", "Namespace", { metadata: { name: "it" } }),
    found: ["missing metadata.labels"],
  },
  {
    what: "keys of a Secret",
    applied: object("v1", "Secret", { data: { a: "YQ==", b: "Yg\n==" } }),
    stands: object("v1", "Secret", { data: { a: "YQ==", b: "Yg==", c: "Yw==" } }),
    found: ["extra data.c"],
  },
  {
    what: "routes in another order",
    applied: object("networking.istio.io/v1", "VirtualService", { spec: { http: [{ name: "a" }, { name: "b" }] } }),
    stands: object("networking.istio.io/v1", "VirtualService", { spec: { http: [{ name: "b" }, { name: "a" }] } }),
    found: ["changed spec.http"],
  },
  {
    what: "what somebody added to one of Istio's resources",
    applied: object("networking.istio.io/v1", "Gateway", { spec: { servers: [{ hosts: ["a"] }] } }),
    stands: object("networking.istio.io/v1", "Gateway", {
      spec: { servers: [{ hosts: ["a"], tls: { mode: "SIMPLE" } }] },
    }),
    found: ["extra spec.servers[0].tls"],
  },
];

describe("what was applied against what stands", () => {
  for (const { what, applied, stands, found } of table) {
    it(`tells of ${what}: ${found.join(", ") || "nothing"}`, () => {
      assert.deepEqual(told(compare(applied, stands)), found);
    });
  }

  it("finds nothing in what the API server made of it", () => {
    fc.assert(fc.property(objects, (applied) => assert.deepEqual(told(compare(applied, defaulted(applied))), [])));
  });

  it("finds every leaf that was changed, and at its place", () => {
    fc.assert(
      fc.property(objects, fc.nat(), (applied, seed) => {
        const changeable = leaves(applied).filter(
          ({ at }) => !["apiVersion", "kind"].includes(String(at[0])) && !isKeyOfEntry(at),
        );
        const leaf = changeable[seed % changeable.length] ?? assert.fail("an object without leaves");
        const differences = compare(applied, defaulted(withLeaf(applied, leaf.at, otherThan(leaf.value))));
        assert.notEqual(differences.length, 0, `${leaf.at.join(".")} was changed`);
        const places = differences.map(({ path }) => pathText(path));
        // A list without names is one value.
        const words = leaf.at
          .filter((step) => typeof step === "string")
          .map((step) => (step === "stringData" ? "data" : step));
        assert.ok(
          places.some((place) => words.slice(0, 2).every((step) => place.includes(step))),
          `${leaf.at.join(".")} is not among ${places.join(", ")}`,
        );
      }),
    );
  });

  it("mends what it finds, whatever was changed", () => {
    fc.assert(
      fc.property(deployments, deployments, (applied, other) => {
        const live = { ...defaulted(other), metadata: { ...(defaulted(other)["metadata"] as object) } };
        const mends = compare(applied, live).map(({ mend }) => mend);
        const mended = patched(live, patchOf({ path: "", object: { apiVersion: "", kind: "", name: "" }, mends }));
        assert.deepEqual(told(compare(applied, mended as KubernetesObject)), []);
      }),
    );
  });

  it("takes replicas for nobody's where they are scaled", () => {
    const [applied, live] = [1, 5].map((replicas) => object("apps/v1", "Deployment", { spec: { replicas } }));
    assert.ok(applied !== undefined && live !== undefined);
    assert.deepEqual(told(compare(applied, live)), ["changed spec.replicas"]);
    assert.deepEqual(told(compare(applied, live, true)), []);
  });
});

describe("amounts", () => {
  const alike: [number | string, number | string][] = [
    ["100m", "0.1"],
    ["1Gi", "1024Mi"],
    [1, "1000m"],
    ["1e3", "1k"],
    ["1.5Gi", "1536Mi"],
    [".5", "500m"],
    ["0.1n", "1n"],
  ];
  for (const [left, right] of alike) {
    it(`of ${left} and ${right} are the same`, () => assert.equal(quantity(left), quantity(right)));
  }
  for (const [left, right] of [
    ["1G", "1Gi"],
    ["100m", "100M"],
    ["1", "-1"],
  ] as const) {
    it(`of ${left} and ${right} are not`, () => assert.notEqual(quantity(left), quantity(right)));
  }
  for (const word of ["", "m", "1x", "a", "1 Gi", "1e99"]) {
    it(`are not read from ${JSON.stringify(word)}`, () => assert.equal(quantity(word), undefined));
  }
});

/** The name of an entry: where it is another, the entry is. */
function isKeyOfEntry(at: readonly (string | number)[]): boolean {
  const last = at.at(-1);
  return typeof at.at(-2) === "number" && (last === "name" || last === "mountPath");
}

function otherThan(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  // Longer, and no other spelling of an amount.
  return `${String(value)}-other`;
}
