import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { interruptions, toMarkdown, type ChangeId, type RiskId } from "../../../operations/summary";
import { recordedChanges } from "../../engine/paper/changes";
import { recordedSummary, recordings } from "../../support/previews";

/** What each recorded change must come to: kinds of changes, risks, and whether it must not go in unasked. */
const expected: Readonly<
  Record<
    string,
    { readonly changes: readonly ChangeId[]; readonly risks: readonly RiskId[]; readonly interrupts?: true }
  >
> = {
  "new-mesh": { changes: ["mesh-made", "joins", "readers", "gateway"], risks: [] },
  "new-external-control-plane": { changes: ["mesh-made", "joins", "readers", "gateway"], risks: [] },
  nothing: { changes: [], risks: [] },
  "cluster-joins": { changes: ["joins", "readers", "gateway"], risks: [] },
  "remote-joins": { changes: ["joins", "readers", "gateway", "exposed-istiod"], risks: [] },
  values: { changes: ["values"], risks: [] },
  network: { changes: ["network"], risks: ["network-changes"], interrupts: true },
  renamed: {
    changes: ["renamed", "provider", "intermediate", "readers"],
    risks: ["cluster-renamed"],
    interrupts: true,
  },
  "primary-becomes-remote": {
    changes: ["control-plane", "intermediate", "exposed-istiod", "readers", "gateway", "mutual-tls"],
    risks: ["control-plane-changes"],
  },
  peers: {
    changes: ["gateway", "readers"],
    risks: ["cluster-not-read", "cluster-not-read", "gateway-removed"],
    interrupts: true,
  },
  "gateway-port": { changes: ["gateway"], risks: ["gateway-port-changes"], interrupts: true },
  "gateway-class": { changes: ["gateway"], risks: ["gateway-replaced"], interrupts: true },
  "gateway-node-port": { changes: ["gateway"], risks: ["gateway-type-changes"], interrupts: true },
  "trust-domain": { changes: ["trust-domain"], risks: ["trust-domain-changes"], interrupts: true },
  "mesh-id": { changes: ["mesh-id", "intermediate"], risks: ["mesh-id-changes"] },
  namespaces: { changes: ["namespace"], risks: [] },
  root: { changes: ["root", "intermediate"], risks: ["root-replaced"], interrupts: true },
  "intermediate-key": { changes: ["intermediate"], risks: ["intermediate-replaced"] },
  "intermediate-renewed": { changes: ["intermediate"], risks: [] },
  provider: { changes: ["provider"], risks: ["provider-replaced"], interrupts: true },
  "system-namespace": { changes: ["system-namespace"], risks: ["namespace-replaced"], interrupts: true },
  "workload-namespace": { changes: ["namespace"], risks: ["namespace-replaced"], interrupts: true },
  upgrade: { changes: ["istio"], risks: [] },
  downgrade: { changes: ["istio"], risks: ["istio-goes-back"] },
  "cluster-leaves": { changes: ["leaves", "readers"], risks: ["cluster-leaves"], interrupts: true },
  "remote-becomes-primary": {
    changes: ["control-plane", "intermediate", "exposed-istiod", "readers", "gateway", "mutual-tls"],
    risks: ["control-plane-changes"],
  },
  "exposed-istiod-class": {
    changes: ["exposed-istiod"],
    risks: ["exposed-istiod-replaced"],
    interrupts: true,
  },
  "control-plane-moves": { changes: ["control-plane", "exposed-istiod"], risks: ["control-plane-changes"] },
  "control-plane-leaves": {
    changes: ["control-plane", "exposed-istiod", "leaves", "readers"],
    risks: ["cluster-leaves", "control-plane-leaves", "control-plane-changes"],
    interrupts: true,
  },
  "peers-of-three": { changes: ["readers"], risks: ["cluster-not-read"], interrupts: true },
  "remote-secret": { changes: ["readers"], risks: ["cluster-not-read"], interrupts: true },
  "reader-token": { changes: ["readers"], risks: ["not-understood", "other-replaced"], interrupts: true },
  "reader-binding": { changes: ["other"], risks: ["not-understood"], interrupts: true },
  "cross-network": { changes: ["gateway"], risks: ["cross-network-removed"], interrupts: true },
  "gateway-service": { changes: ["gateway"], risks: ["gateway-replaced"], interrupts: true },
  "gateway-release": { changes: ["charts"], risks: ["istio-replaced"], interrupts: true },
  "istiod-release": { changes: ["charts"], risks: ["istio-replaced"], interrupts: true },
  cacerts: { changes: ["intermediate"], risks: ["intermediate-removed"], interrupts: true },
  "mutual-tls": { changes: ["mutual-tls"], risks: ["mutual-tls-required"], interrupts: true },
  sameness: { changes: ["sameness"], risks: ["services-become-cluster-local"], interrupts: true },
  "sidecar-scope": { changes: ["sidecar-scope"], risks: ["scope-narrowed"], interrupts: true },
  "dns-capture": {
    changes: ["dns-capture"],
    risks: ["global-names-need-restart", "global-names-need-restart"],
    interrupts: true,
  },
  "mutual-tls-weakened": { changes: ["mutual-tls"], risks: ["mutual-tls-weakened"] },
  "no-replicas": { changes: ["values"], risks: ["no-replicas", "no-replicas"], interrupts: true },
  "values-not-understood": { changes: ["values"], risks: ["not-understood"], interrupts: true },
  "exposed-istiod-service": {
    changes: ["exposed-istiod"],
    risks: ["exposed-istiod-replaced"],
    interrupts: true,
  },
  "configuration-cluster-moves": {
    changes: ["configuration-cluster", "gateway", "joins", "mutual-tls", "readers"],
    risks: ["configuration-cluster-moves"],
    interrupts: true,
  },
  "external-control-plane-leaves": {
    changes: ["control-plane", "gateway", "intermediate", "leaves", "mutual-tls", "readers"],
    risks: ["cluster-leaves", "control-plane-leaves", "control-plane-changes"],
    interrupts: true,
  },
  "configuration-kubeconfig": { changes: ["readers"], risks: ["other-replaced"], interrupts: true },
  failed: { changes: [], risks: [] },
  silent: { changes: ["values"], risks: ["cluster-unseen"], interrupts: true },
  "silent-alone": { changes: ["network"], risks: ["network-changes", "cluster-unseen"], interrupts: true },
};

describe("the summary of a recorded preview", () => {
  it("is known for every kind of change", () => {
    assert.deepEqual(Object.keys(expected).sort(), recordedChanges.map(({ name }) => name).sort());
  });

  for (const { name } of recordedChanges) {
    it(`says what changes and what is risky: ${name}`, () => {
      const summary = recordedSummary(name);
      const found = [summary.meshChanges, ...summary.clusters.map(({ changes }) => changes)].flat();
      const { changes = [], interrupts = false, risks = [] } = expected[name] ?? {};
      assert.deepEqual([...new Set(found.map(({ id }) => id))].sort(), [...changes].sort());
      assert.deepEqual(
        summary.risks.map(({ id }) => id),
        risks,
      );
      assert.equal(interruptions(summary).length > 0, interrupts);
    });

    it(`is written down as a comment: ${name}`, () => {
      assert.equal(toMarkdown(recordedSummary(name)), readFileSync(join(recordings, `${name}.md`), "utf8"));
    });
  }

  it("has an outcome that nobody can take for another", () => {
    const outcomes = recordedChanges.map(({ name }) => [name, recordedSummary(name).outcome] as const);
    const unusual = outcomes.filter(([, outcome]) => outcome !== "changes");
    assert.deepEqual(Object.fromEntries(unusual), {
      nothing: "none",
      failed: "failed",
      "configuration-cluster-moves": "refused",
    });
  });
});

describe("recordings of previews", () => {
  it("have no key, no token and no path of the machine that they were made on", () => {
    for (const file of readdirSync(recordings)) {
      const text = readFileSync(join(recordings, file), "utf8");
      assert.doesNotMatch(text, /PRIVATE KEY|eyJ[\w-]{8}|token-on-paper|\/tmp\/|\/root\/|\/home\//, file);
      // What the paper clusters hold is base64 of `token of …` and `authority of …`.
      assert.doesNotMatch(text, /dG9rZW4gb2Yg|YXV0aG9yaXR5IG9m/, file);
    }
  });
});
