import assert from "node:assert/strict";
import type { ClusterView } from "../../../operations/summary/comparison";
import type { Properties } from "../../../operations/summary/properties";
import type { Step } from "../../../operations/summary/read-preview";
import { dnsCapture } from "../../../operations/summary/rules/dns-capture";
import type { MeshConfig } from "../../../topology";
import { planOf, primaryRemote, twoPrimaries } from "../../support/plans";

const shop = { namespace: "shop", selector: { app: "shop" }, ports: { http: { port: 80 } } };
const withNames: MeshConfig = {
  ...twoPrimaries,
  namespaces: { shop: {} },
  globalServices: { services: { shop } },
};

function stepOf(subject: Step["subject"], before: Properties | undefined, after: Properties | undefined): Step {
  return {
    urn: "",
    subject,
    type: `kubernetes:of:${subject.component === "namespace" ? "Namespace" : "Other"}`,
    op: before === undefined ? "create" : after === undefined ? "delete" : "update",
    before,
    after,
    paths: [],
    kinds: {},
    replacePaths: [],
    formerUrn: undefined,
    isKept: false,
  };
}

/** The istiod of east, before and after. */
function istiod(before: boolean, after: boolean): Step {
  const values = (isCapturing: boolean): Properties => ({
    values: {
      meshConfig: isCapturing ? { defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true" } } } : {},
    },
  });
  return stepOf({ cluster: "east", component: "istiod" }, values(before), values(after));
}

/** The ProxyConfig of the namespace web; undefined: there is none. */
function proxyConfig(before: boolean | undefined, after: boolean | undefined): Step {
  const spec = (isCapturing: boolean | undefined): Properties | undefined =>
    isCapturing === undefined
      ? undefined
      : { spec: { environmentVariables: { ISTIO_META_DNS_CAPTURE: String(isCapturing) } } };
  return stepOf({ cluster: "east", component: "DNS capture", part: "of web" }, spec(before), spec(after));
}

/** What a change stands in. */
interface Surroundings {
  readonly config?: MeshConfig;
  readonly name?: string;
  readonly joining?: readonly string[];
}

function toldOf(steps: readonly Step[], { config = withNames, joining = [], name = "east" }: Surroundings = {}) {
  const mesh = { plan: planOf(config), joining, preview: { steps } };
  const step = (component: string): Step | undefined => steps.find(({ subject }) => subject.component === component);
  const findings = dnsCapture({ name, mesh, steps, step } as unknown as ClusterView);
  const ofNamespaces = steps.filter(({ subject }) => subject.component === "DNS capture");
  assert.deepEqual(
    findings.flatMap(({ explains }) => explains),
    ofNamespaces,
    "every ProxyConfig is explained",
  );
  return findings.map(({ change, risk }) => {
    assert.equal(change?.id, "dns-capture");
    return `${change.words} | ${risk === undefined ? "no risk" : `${risk.id} ${risk.severity} ${risk.traffic}`}`;
  });
}

const begin = "sidecars that start from now on answer DNS, and so know global names";
const cease =
  "sidecars that start from now on answer no DNS, and so know no global names, and no Services that stand in other clusters only";
const webBegins =
  "pods of web answer DNS by their sidecars from their next start, and so know global names, and Services that stand in other clusters only";
const webCeases =
  "pods of web answer no DNS by their sidecars from their next start, and so know no global names, and no Services that stand in other clusters only";
const restart = "global-names-need-restart medium not-interrupted";
const notFound = "global-names-need-restart medium not-known";

describe("a summary of sidecars that answer DNS", () => {
  it("says that pods must be restarted to know the names", () => {
    assert.deepEqual(toldOf([istiod(false, true)]), [`${begin} | ${restart}`]);
  });

  it("does not know what becomes of callers when it ends, also of those of plain names", () => {
    for (const config of [withNames, twoPrimaries])
      assert.deepEqual(toldOf([istiod(true, false)], { config }), [`${cease} | ${notFound}`]);
  });

  it("says nothing where nothing changes", () => {
    assert.deepEqual(toldOf([istiod(true, true)]), []);
  });
});

describe("a summary of sidecars of a namespace that answer DNS", () => {
  const annotated: MeshConfig = {
    ...withNames,
    globalServices: { dnsCapture: "annotated-pods", services: { shop } },
  };

  it("says that its pods must be restarted to know the names", () => {
    assert.deepEqual(toldOf([proxyConfig(undefined, true)], { config: annotated }), [`${webBegins} | ${restart}`]);
    assert.deepEqual(toldOf([proxyConfig(false, undefined)]), [`${webBegins} | ${restart}`]);
    assert.deepEqual(toldOf([proxyConfig(false, true)]), [`${webBegins} | ${restart}`]);
  });

  it("does not know what becomes of its callers when it ends", () => {
    assert.deepEqual(toldOf([proxyConfig(undefined, false)]), [`${webCeases} | ${notFound}`]);
    assert.deepEqual(toldOf([proxyConfig(true, undefined)], { config: annotated }), [`${webCeases} | ${notFound}`]);
  });

  it("tells a namespace that stays as it is while the mesh changes", () => {
    assert.deepEqual(toldOf([istiod(true, false), proxyConfig(undefined, true)], { config: annotated }), [
      `${cease} | ${notFound}`,
      "pods of web answer DNS by their sidecars, as before | no risk",
    ]);
    assert.deepEqual(toldOf([istiod(false, true), proxyConfig(undefined, false)]), [
      `${begin} | ${restart}`,
      "pods of web answer no DNS by their sidecars, as before | no risk",
    ]);
  });

  it("takes it for no risk where the namespace, or the cluster, is new", () => {
    const namespace = stepOf({ cluster: "east", component: "namespace", part: "web" }, undefined, {});
    const expected = [`${webCeases} | no risk`];
    assert.deepEqual(toldOf([namespace, proxyConfig(undefined, false)]), expected);
    assert.deepEqual(toldOf([proxyConfig(undefined, false)], { joining: ["east"] }), expected);
  });

  it("does not understand another change of the object", () => {
    const step = proxyConfig(true, true);
    const after = { ...step.after, metadata: { name: "other" } };
    assert.deepEqual(toldOf([{ ...step, after }]), [
      "whether the sidecars of pods of web answer DNS changes | not-understood medium not-known",
    ]);
  });

  it("tells of no change where another cluster holds the configuration", () => {
    assert.deepEqual(toldOf([proxyConfig(true, undefined)], { config: primaryRemote, name: "edge" }), [
      "another cluster says whether its sidecars answer DNS | no risk",
    ]);
  });
});
