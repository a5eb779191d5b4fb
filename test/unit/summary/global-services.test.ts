import assert from "node:assert/strict";
import { globalObjects } from "../../../components/internal/global-objects";
import type { ClusterView, Comparison } from "../../../operations/summary/comparison";
import type { Properties } from "../../../operations/summary/properties";
import type { Step } from "../../../operations/summary/read-preview";
import { globalGateway, globalServices } from "../../../operations/summary/rules/global-services";
import { globalServicesIn, type MeshConfig } from "../../../topology";
import { planOf, twoPrimaries } from "../../support/plans";

const foo = {
  name: "foo.global",
  selector: { app: "foo" },
  ports: { http: { port: 80 } },
  clusters: {
    west: { namespace: "uswest2", serviceAccount: "foo" },
    east: { namespace: "useast2", serviceAccount: "foo" },
  },
};
type Foo = NonNullable<NonNullable<MeshConfig["globalServices"]>["services"]>[string];

const namespaces = { uswest2: { clusters: ["west"] }, useast2: { clusters: ["east"] } };

function meshWith(service: Foo | undefined): MeshConfig {
  return { ...twoPrimaries, namespaces, globalServices: { services: service === undefined ? {} : { foo: service } } };
}

/** The objects of the names in east, by name and part, as the engine tells of their properties. */
function objectsOf(service: Foo | undefined): Map<string, Properties> {
  const placed = globalServicesIn(planOf(meshWith(service)), "east").flatMap(({ names }) => names);
  return new Map(
    placed.flatMap((name) =>
      globalObjects(name).map(
        ({ metadata, part, spec }) => [`${name.host} ${part.replace("_", " in ")}`, { metadata, spec }] as const,
      ),
    ),
  );
}

function stepOf(component: string, part: string, before: Properties | undefined, after: Properties | undefined): Step {
  const isSame = JSON.stringify(before) === JSON.stringify(after);
  return {
    urn: "",
    subject: { cluster: "east", component, part },
    type: "kubernetes:networking.istio.io/v1:ServiceEntry",
    op: isSame ? "same" : before === undefined ? "create" : after === undefined ? "delete" : "update",
    before,
    after,
    paths: [],
    kinds: {},
    replacePaths: [],
    formerUrn: undefined,
    isKept: false,
  };
}

function viewOf(config: MeshConfig, steps: readonly Step[], name = "east"): ClusterView {
  const mesh = { plan: planOf(config), last: { mesh: {}, clusters: {}, controlPlanes: {} } } as unknown as Comparison;
  const step = (component: string, part?: string): Step | undefined =>
    steps.find(({ subject }) => subject.component === component && subject.part === part);
  return { name, formerName: name, mesh, steps, step } as unknown as ClusterView;
}

/** What is said where a service changes so, and whether all steps are explained. */
function told(before: Foo | undefined, after: Foo | undefined): string[] {
  const [was, is] = [objectsOf(before), objectsOf(after)];
  const keys = [...new Set([...was.keys(), ...is.keys()])];
  const steps = keys.map((key) => stepOf("global service", key, was.get(key), is.get(key)));
  const findings = globalServices(viewOf(meshWith(after), steps));
  const explained = new Set(findings.flatMap(({ explains }) => explains));
  assert.ok(
    steps.every((step) => step.op === "same" || explained.has(step)),
    "every step is explained",
  );
  return findings.map(({ change, risk }) => {
    return `${change?.words ?? ""} | ${risk === undefined ? "no risk" : `${risk.id} ${risk.severity} ${risk.traffic}`}`;
  });
}

describe("a summary of global services", () => {
  const order = "global-order-changes medium not-interrupted";

  it("says that a name is made known, and who is called first", () => {
    assert.deepEqual(told(undefined, foo), ["foo.global is made known: the caller's cluster first | no risk"]);
    assert.deepEqual(told(undefined, { ...foo, first: "west" }), ["foo.global is made known: west first | no risk"]);
  });

  it("says that one is taken away, which whoever calls it feels", () => {
    const words = "foo.global is taken away | global-name-removed high interrupted";
    assert.deepEqual(told(foo, undefined), [words]);
    const pinned = { ...foo, pinned: { "foo-west.global": "west" } };
    assert.deepEqual(told(pinned, foo), [words.replace("foo.", "foo-west.")]);
  });

  it("says who is called first from now on, and who was so far", () => {
    assert.deepEqual(told({ ...foo, first: "west" }, { ...foo, first: "east" }), [
      `foo.global moves from west first to east first | ${order}`,
    ]);
    assert.deepEqual(told(foo, { ...foo, order: "even" }), [
      `foo.global moves from the caller's cluster first to all clusters alike | ${order}`,
    ]);
    const nextRegion = { "us-east-2": "us-west-2" };
    assert.deepEqual(told(foo, { ...foo, order: "nearest" }), [
      `foo.global moves from the caller's cluster first to the nearest first | ${order}`,
    ]);
    assert.deepEqual(told(foo, { ...foo, nextRegion }), [
      `foo.global moves from the caller's cluster first to the caller's cluster first, us-west-2 next to us-east-2 | ${order}`,
    ]);
  });

  it("says how calls are shared out from now on, and how they were so far", () => {
    const preferring = { "foo-near-west.global": "west", "foo-near-east.global": "east" };
    const named: Foo = { ...foo, preferring };
    const shared = (west: number, more: object = {}): Foo => {
      return { ...named, ...more, weights: { west, east: 100 - west } };
    };
    const moves = (from: string, to: string): string[] => [`foo.global moves from ${from} to ${to} | ${order}`];
    assert.deepEqual(told(shared(100), shared(90)), moves("west 100 %", "east 10 %, west 90 %"));
    assert.deepEqual(told(shared(90), shared(60)), moves("east 10 %, west 90 %", "east 40 %, west 60 %"));
    assert.deepEqual(told(named, shared(90)), moves("the caller's cluster first", "east 10 %, west 90 %"));
    assert.deepEqual(told(shared(90), named), moves("east 10 %, west 90 %", "the caller's cluster first"));
    assert.deepEqual(told({ ...named, first: "west" }, shared(90)), moves("west first", "east 10 %, west 90 %"));
    assert.deepEqual(
      told(shared(90), { ...named, order: "even" }),
      moves("east 10 %, west 90 %", "all clusters alike"),
    );
    const raw = { ports: { raw: { port: 81 } } };
    assert.deepEqual(
      told({ ...named, ...raw }, shared(90, raw)),
      moves("the caller's cluster first", "east 10 %, west 90 %"),
    );
    assert.deepEqual(
      told(shared(90, raw), { ...named, ...raw }),
      moves("east 10 %, west 90 %", "the caller's cluster first"),
    );
    assert.deepEqual(
      told(shared(90), shared(90, { failover: { retries: 1 } }))[0],
      "foo.global sends requests again otherwise | no risk",
    );
  });

  it("says that a new name has calls shared out, and warns where calls move to names that are made known by the same update", () => {
    const weights = { west: 90, east: 10 };
    const preferring = { "foo-near-west.global": "west", "foo-near-east.global": "east" };
    assert.ok(
      told(undefined, { ...foo, preferring, weights }).includes(
        "foo.global is made known: east 10 %, west 90 % | no risk",
      ),
    );
    const words = "foo.global moves from the caller's cluster first to east 10 %, west 90 %";
    assert.ok(told(foo, { ...foo, preferring, weights }).includes(`${words} | global-order-changes medium not-known`));
    const back = "foo.global moves from east 10 %, west 90 % to the caller's cluster first";
    assert.ok(told({ ...foo, preferring, weights }, foo).includes(`${back} | ${order}`));
  });

  it("takes it for no risk to fail over by other figures", () => {
    assert.deepEqual(told(foo, { ...foo, failover: { errors: 3, requestsPerConnection: 10 } }), [
      "foo.global fails over otherwise | no risk",
    ]);
    assert.deepEqual(told(foo, { ...foo, failover: { retries: 0 } }), [
      "foo.global sends requests again otherwise | no risk",
    ]);
  });

  it("says who no more knows a name", () => {
    const few = { ...foo, exportTo: ["web"] };
    const wider = "foo.global is known in more namespaces | no risk";
    const narrower = "foo.global is known in other namespaces | global-name-hidden high interrupted";
    const of = (before: Foo, after: Foo): string[] => [...new Set(told(before, after))];
    assert.deepEqual(of(foo, few), [narrower]);
    assert.deepEqual(of(few, foo), [wider]);
    assert.deepEqual(of(few, { ...foo, exportTo: ["orders", "web"] }), [wider]);
    assert.deepEqual(of(few, { ...foo, exportTo: ["orders"] }), [narrower]);
  });

  it("tells more ports from others", () => {
    const more = { ...foo, ports: { http: { port: 80 }, raw: { port: 81 } } };
    assert.deepEqual(told(foo, more), Array(2).fill("foo.global is called at more ports | no risk"));
    assert.match(
      told(more, foo)[0] ?? "",
      /^foo\.global changes \(spec\.ports.*\) \| not-understood medium not-known$/,
    );
  });

  it("says that servers go", () => {
    const east = { ...foo, clusters: { east: foo.clusters.east } };
    assert.match(
      told(foo, east).join("\n"),
      /foo\.global is served from fewer clusters \| global-servers-removed medium not-known/,
    );
  });

  it("does not understand another label of the pods", () => {
    assert.match(told(foo, { ...foo, selector: { app: "bar" } })[0] ?? "", /workloadSelector.*not-understood/);
  });

  it("leaves a replacement to what is said of anything that is made anew", () => {
    const [key = "", properties] = [...objectsOf(foo)][0] ?? [];
    const step: Step = { ...stepOf("global service", key, properties, {}), op: "replace" };
    assert.deepEqual(globalServices(viewOf(meshWith(foo), [step])), []);
  });

  it("tells of a name in another cluster where an istiod's configuration went there", () => {
    const config: MeshConfig = {
      ...meshWith(foo),
      clusters: { ...twoPrimaries.clusters, edge: { network: "edge", controlPlane: "east", access: { context: "e" } } },
    };
    const steps = [...objectsOf(foo)].map(([key, properties]) => stepOf("global service", key, properties, undefined));
    const [finding] = globalServices(viewOf(config, steps, "edge"));
    assert.deepEqual([finding?.change?.words, finding?.risk], ["foo.global is told of in another cluster", undefined]);
  });

  it("needs no words for the gateways' consent", () => {
    const gateway = (hosts: readonly string[]): Properties => ({ spec: { servers: [{ hosts }] } });
    const consent = stepOf("cross-network gateway", "for global services", gateway(["a.b"]), gateway(["a.b", "c.d"]));
    const [finding] = globalGateway(viewOf(meshWith(foo), [consent]));
    assert.deepEqual([finding?.change, finding?.risk, finding?.explains], [undefined, undefined, [consent]]);
    const other = { ...consent, after: { spec: { selector: {}, servers: [{ hosts: ["a.b"] }] } } };
    assert.deepEqual(globalGateway(viewOf(meshWith(foo), [other])), []);
  });
});
