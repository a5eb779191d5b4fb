import assert from "node:assert/strict";
import { joinStates } from "../../../../operations/parts/join-state";
import { splitState } from "../../../../operations/parts/split-state";
import { proofInState } from "../../../../operations/parts/state-proof";
import type { State } from "../../../../operations/parts/state-in-stack";
import { asSecret, nameOf, revealed, stackType, type StateResource } from "../../../../engine/state";
import { lacksOf } from "../../../../operations/parts/schedule";
import { digestOf, parsePartOutputs, type PartState } from "../../../../stacks";
import { partsOf, partStack, planMesh, parseMesh, trustPart, type MeshPlan } from "../../../../topology";
import { readRecording, recordingStack } from "../../../recorded/recordings";

const project = "isthmus";

/** The kubeconfig by which a cluster is reached from elsewhere, as a Secret holds it. */
const kubeconfigOf = (cluster: string): string =>
  JSON.stringify({ "current-context": cluster, token: `of ${cluster}` });
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** What a recording has encrypted, with something in its place. */
function withPlaintext(value: unknown, plain: unknown): unknown {
  if (Array.isArray(value)) return value.map((inner) => withPlaintext(inner, plain));
  if (typeof value !== "object" || value === null) return value;
  if ("ciphertext" in value) return asSecret(plain);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withPlaintext(inner, plain)]));
}

/** A recorded state of a mesh in one stack, with secrets in plain that the test knows. */
function recorded(stack: string): { readonly state: State; readonly plan: MeshPlan } {
  const { state, mesh } = readRecording("0.2.0", stack);
  const plan = planMesh(parseMesh(mesh));
  const resources = (state.deployment.resources ?? []).map((resource): StateResource => {
    const name = nameOf(resource.urn);
    const reader = plan.controlPlanes.find((plane) => name === `mesh-${plane.name}-remote-clusters-secret`);
    const plain =
      reader !== undefined
        ? Object.fromEntries(reader.reads.map((read) => [read, base64(kubeconfigOf(read))]))
        : name.endsWith("-config-kubeconfig-secret")
          ? { config: base64(kubeconfigOf(plan.controlPlanes[0]?.configCluster ?? "")) }
          : `SECRET OF ${name}`;
    return withPlaintext(resource, plain) as StateResource;
  });
  return { state: { resources }, plan };
}

for (const stack of ["dev", "external-control-plane"]) {
  describe(`the state of a mesh that moves: ${stack}`, () => {
    const { state, plan } = recorded(stack);
    const parts = splitState(state, { plan, project, stack: recordingStack });
    const outputsOf = (part: string): Readonly<Record<string, unknown>> =>
      parts.get(part)?.resources?.find(({ type }) => type === stackType)?.outputs ?? {};

    it("goes into a stack for each part, every resource into one", () => {
      assert.deepEqual([...parts.keys()].sort(), [...partsOf(plan)].sort());
      const isShared = ({ type }: StateResource): boolean => type === stackType || type === "isthmus:index:Mesh";
      const isOfEngine = ({ type, urn }: StateResource): boolean =>
        type === "pulumi:providers:pulumi" || (type === "pulumi:providers:kubernetes" && nameOf(urn).includes("_"));
      const names = (resources: readonly StateResource[]): string[] =>
        resources
          .filter((resource) => !isShared(resource) && !isOfEngine(resource))
          .map(({ type, urn }) => `${type} ${nameOf(urn)}`)
          .sort();
      assert.deepEqual(
        names([...parts.values()].flatMap(({ resources = [] }) => resources)),
        names(state.resources ?? []),
      );
    });

    it("is known, part by part, for that part's and no other's, and as a whole for nobody's", () => {
      for (const part of partsOf(plan)) {
        assert.equal(proofInState(state, plan, part).kind, "foreign", part);
        for (const [other, own] of parts) {
          assert.equal(proofInState(own, plan, part).kind, other === part ? "own" : "foreign", `${part} ${other}`);
        }
      }
    });

    it("leads nowhere but into its own stack", () => {
      for (const [part, { resources = [] }] of parts) {
        const own = `urn:pulumi:${partStack(recordingStack, part)}::`;
        const urns = new Set(resources.map(({ urn }) => urn));
        for (const { urn, parent, provider, dependencies = [], propertyDependencies = {} } of resources) {
          assert.ok(urn.startsWith(own), urn);
          const others = [...dependencies, ...Object.values(propertyDependencies).flat()];
          if (parent !== undefined) others.push(parent);
          if (provider !== undefined && provider !== "") others.push(provider.split("::").slice(0, -1).join("::"));
          for (const other of others) assert.ok(urns.has(other), `${urn} leads to ${other}`);
        }
      }
    });

    it("says in every part's outputs what the others need, so that none misses anything", () => {
      const states = new Map<string, PartState>(
        [...parts.keys()].map((part) => [part, parsePartOutputs(revealed(outputsOf(part))).part]),
      );
      for (const part of partsOf(plan)) assert.deepEqual(lacksOf({ plan, states }, part), [], part);
      for (const { name, configCluster, kind, reads } of plan.controlPlanes) {
        for (const read of reads) {
          const { kubeconfigs } = parsePartOutputs(revealed(outputsOf(read)));
          assert.equal(kubeconfigs.reader, kubeconfigOf(read));
          assert.equal(states.get(read)?.offers["reader"], digestOf(kubeconfigOf(read)));
        }
        if (kind !== "external") continue;
        const { kubeconfigs } = parsePartOutputs(revealed(outputsOf(configCluster)));
        assert.equal(kubeconfigs.istiodAccount, kubeconfigOf(configCluster), name);
      }
      const trust = parsePartOutputs(revealed(outputsOf(trustPart)));
      assert.match(trust.rootCertificatePem ?? "", /BEGIN CERTIFICATE/);
      assert.deepEqual(Object.keys(trust.intermediates).sort(), plan.controlPlanes.map(({ name }) => name).sort());
    });

    it("does not pass for brought up to date: the next update looks at every part", () => {
      for (const part of parts.keys()) assert.equal(parsePartOutputs(outputsOf(part)).part.digest, undefined, part);
    });

    it("shows no secret in any output that is not marked as one", () => {
      const masked = JSON.stringify([...parts.keys()].map(outputsOf), (_key, value: unknown) =>
        typeof value === "object" && value !== null && "plaintext" in value ? "[secret]" : value,
      );
      assert.doesNotMatch(masked, /SECRET OF|token/);
    });

    it("protects the root where it is in a stack of its own, and there alone", () => {
      const isProtected = ({ protect }: StateResource): boolean => protect === true;
      const names = [...parts].flatMap(([part, { resources = [] }]) =>
        resources.filter(isProtected).map(({ urn }) => `${part} ${nameOf(urn)}`),
      );
      assert.deepEqual(names.sort(), ["trust mesh-root", "trust mesh-root-certificate", "trust mesh-root-key"]);
      const { resources = [] } = joinStates(parts, { project, stack: recordingStack });
      assert.ok(!resources.some(isProtected));
    });

    it("comes back into one stack as it was, but for what led from part to part", () => {
      const { resources = [] } = joinStates(parts, { project, stack: recordingStack });
      const known = new Set(resources.map(({ urn }) => urn));
      const told = (all: readonly StateResource[]): Map<string, unknown> =>
        new Map(all.filter(({ urn }) => known.has(urn)).map(({ urn, inputs, outputs }) => [urn, { inputs, outputs }]));
      assert.deepEqual(told(resources), told(state.resources ?? []));
      const missing = (state.resources ?? []).filter(({ urn }) => !known.has(urn)).map(({ type }) => type);
      assert.ok(
        missing.every((type) => type.startsWith("pulumi:providers:")),
        missing.join(),
      );
    });
  });
}

describe("a state that moves with what a failed update left", () => {
  const { state, plan } = recorded("dev");
  const origin = { plan, project, stack: recordingStack };

  it("keeps what was replaced and waits for its deletion", () => {
    const standing = (state.resources ?? []).filter(({ urn }) => nameOf(urn).endsWith("-system-namespace"));
    const waiting = standing.flatMap((one) => [1, 2].map((number) => ({ ...one, delete: true, id: `old-${number}` })));
    assert.ok(waiting.length > 0);
    const parts = splitState<State>({ resources: [...(state.resources ?? []), ...waiting] }, origin);
    const { resources = [] } = joinStates(parts, { project, stack: recordingStack });
    const told = (all: readonly StateResource[]): string[] =>
      all
        .filter((one) => one.delete === true)
        .map(({ urn, id }) => `${urn} ${id ?? ""}`)
        .sort();
    assert.deepEqual(told(resources), told(waiting));
    for (const { urn } of standing) {
      assert.equal(resources.filter((one) => one.urn === urn && one.delete !== true).length, 1, urn);
    }
  });

  it("says of every part whose it is", () => {
    for (const [part, { resources = [] }] of splitState(state, { ...origin })) {
      const outputs = resources.find(({ type }) => type === stackType)?.outputs;
      const { mesh, environment, name } = parsePartOutputs(revealed(outputs)).part;
      assert.deepEqual({ mesh, environment, name }, { mesh: plan.id, environment: recordingStack, name: part });
    }
  });

  it("has all roots, those that sign under protection", () => {
    const later = JSON.parse(
      JSON.stringify((state.resources ?? []).filter(({ urn }) => urn.includes("isthmus:index:RootCa")))
        .replaceAll("mesh-root", "mesh-root-2031")
        .replaceAll("BEGIN CERTIFICATE", "BEGIN CERTIFICATE-----\\nLATER\\n-----BEGIN CERTIFICATE"),
    ) as StateResource[];
    assert.equal(later.length, 3);
    const generated = { roots: ["first", "2031"], issuer: "2031", issuers: {} };
    const stackOutputs = ({ outputs = {} }: StateResource): NonNullable<StateResource["outputs"]> => ({
      ...outputs,
      mesh: { rootFingerprint: "BB", roots: [{ fingerprint: "BB" }, { fingerprint: "AA" }] },
    });
    const resources = [...(state.resources ?? []), ...later].map((one) =>
      one.type === stackType ? { ...one, outputs: stackOutputs(one) } : one,
    );
    const parts = splitState<State>(
      { resources },
      { ...origin, plan: { ...plan, trust: { ...plan.trust, generated } } },
    );
    const trust = parts.get(trustPart)?.resources ?? [];
    assert.deepEqual(
      trust.filter(({ protect }) => protect === true).map(({ urn }) => nameOf(urn)),
      later.map(({ urn }) => nameOf(urn)),
    );
    const outputs = parsePartOutputs(revealed(trust.find(({ type }) => type === stackType)?.outputs));
    assert.equal(outputs.part.offers["root"], "BB,AA");
    assert.match(outputs.rootCertificatePem ?? "", /^-+BEGIN CERTIFICATE-+\nLATER[^]+-----BEGIN CERTIFICATE-----\nMII/);
    const joined = joinStates(parts, { project, stack: recordingStack }).resources ?? [];
    const names = joined.flatMap(({ type, urn }) => (type === "isthmus:index:RootCa" ? [nameOf(urn)] : []));
    assert.deepEqual(names.sort(), ["mesh-root", "mesh-root-2031"]);
  });

  it("protects the root alone, whatever a cluster is called", () => {
    const [site = ""] = plan.clusters.map(({ name }) => name);
    const text = JSON.stringify(state).replaceAll(`mesh-${site}-`, "mesh-root-").replaceAll(`::${site}`, "::root");
    const parts = splitState(JSON.parse(text) as State, origin);
    const names = (parts.get(trustPart)?.resources ?? []).filter(({ protect }) => protect === true);
    assert.deepEqual(names.map(({ urn }) => nameOf(urn)).sort(), [
      "mesh-root",
      "mesh-root-certificate",
      "mesh-root-key",
    ]);
  });
});
