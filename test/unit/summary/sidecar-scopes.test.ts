import assert from "node:assert/strict";
import type { ClusterView } from "../../../operations/summary/comparison";
import type { Properties } from "../../../operations/summary/properties";
import type { Step } from "../../../operations/summary/read-preview";
import { sidecarScopes } from "../../../operations/summary/rules/sidecar-scopes";
import { sidecarScopesIn, type MeshConfig } from "../../../topology";
import { planOf, primaryRemote, twoPrimaries } from "../../support/plans";

type Calls = NonNullable<NonNullable<MeshConfig["namespaces"]>[string]["calls"]>;

const shop = { namespace: "shop", selector: { app: "shop" }, ports: { http: { port: 80 } } };

/** The Sidecar of the namespace web, as the engine tells of its properties. */
function sidecarOf(calls: Calls | undefined): Properties | undefined {
  const namespaces = { shop: {}, web: calls === undefined ? {} : { calls } };
  const config = { ...twoPrimaries, namespaces, globalServices: { services: { shop } } };
  const [scope] = sidecarScopesIn(planOf(config), "east");
  return scope === undefined
    ? undefined
    : { metadata: { name: "default" }, spec: { egress: [{ hosts: scope.hosts }] } };
}

function stepOf(type: string, subject: Step["subject"], before: Properties | undefined, after: Properties | undefined) {
  return {
    urn: "",
    subject,
    type,
    op: before === undefined ? "create" : after === undefined ? "delete" : "update",
    before,
    after,
    paths: [],
    kinds: {},
    replacePaths: [],
    formerUrn: undefined,
    isKept: false,
  } satisfies Step;
}

/** What a change of `calls` stands in. */
interface Surroundings {
  readonly config?: MeshConfig;
  readonly name?: string;
  readonly joining?: readonly string[];
  readonly more?: readonly Step[];
}

/** What is said where `calls` of a namespace changes so. */
function told(
  before: Calls | undefined,
  after: Calls | undefined,
  { config = twoPrimaries, name = "east", joining = [], more = [] }: Surroundings = {},
): string[] {
  const subject = { cluster: name, component: "sidecar scope", part: "of web" };
  const step = stepOf("kubernetes:networking.istio.io/v1:Sidecar", subject, sidecarOf(before), sidecarOf(after));
  const mesh = { plan: planOf(config), joining };
  const findings = sidecarScopes({ name, mesh, steps: [step, ...more] } as unknown as ClusterView);
  assert.deepEqual(
    findings.flatMap(({ explains }) => explains),
    [step],
  );
  return findings.map(
    ({ change, risk }) =>
      `${change?.words ?? ""} | ${risk === undefined ? "no risk" : `${risk.id} ${risk.severity} ${risk.traffic}`}`,
  );
}

const risk = "scope-narrowed high interrupted";

describe("a summary of sidecar scopes", () => {
  it("says what workloads see no more", () => {
    const sees = "workloads of web see nothing of the mesh but their own namespace, istio-system, orders from now on";
    assert.deepEqual(told(undefined, { namespaces: ["orders"] }), [`${sees} | ${risk}`]);
    assert.deepEqual(told({ namespaces: ["orders"], globalServices: ["shop"] }, { namespaces: ["payments"] }), [
      `workloads of web see orders, shop.shop.mesh.internal no more and see payments too | ${risk}`,
    ]);
  });

  it("says what they see beside", () => {
    assert.deepEqual(told({}, { globalServices: ["shop"] }), [
      "workloads of web see shop.shop.mesh.internal too | no risk",
    ]);
    assert.deepEqual(told({}, undefined), ["workloads of web see all of the mesh from now on | no risk"]);
  });

  it("takes it for no risk where the namespace, or the cluster, is new", () => {
    const namespace = stepOf("kubernetes:core/v1:Namespace", { component: "namespace", part: "web" }, undefined, {});
    const sees = "workloads of web see nothing of the mesh but their own namespace, istio-system from now on | no risk";
    assert.deepEqual(told(undefined, {}, { more: [namespace] }), [sees]);
    assert.deepEqual(told(undefined, {}, { joining: ["east"] }), [sees]);
  });

  it("tells of no change where another cluster holds the configuration", () => {
    const words = "another cluster says what its workloads see of the mesh | no risk";
    assert.deepEqual(told({}, undefined, { config: primaryRemote, name: "edge" }), [words]);
  });
});
