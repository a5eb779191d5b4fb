import assert from "node:assert/strict";
import { asSecret, type ExportedState } from "../../../engine/state";
import { renewedIn, withKubeconfigs } from "../../../operations/stack/renewed-credentials";

const urn = "urn:pulumi:prod::isthmus::pulumi:providers:kubernetes::west";
const kubeconfig = (server: string, token: string): string =>
  JSON.stringify({ clusters: [{ name: "west", cluster: { server } }], users: [{ name: "west", user: { token } }] });
const before = kubeconfig("https://west", "first");
const state: ExportedState = {
  resources: [
    { urn, type: "pulumi:providers:kubernetes", inputs: { kubeconfig: asSecret(before), clusterIdentifier: "west" } },
    { urn: "urn:pulumi:prod::isthmus::pulumi:providers:tls::west", type: "pulumi:providers:tls", inputs: {} },
  ],
};

describe("credentials that were renewed", () => {
  it("are those of a cluster that is reached at the same place by another user", () => {
    const of = (text: string): string[] => renewedIn(state, new Map([["west", { kubeconfig: text }]]));
    assert.deepEqual(of(before), []);
    assert.deepEqual(of(kubeconfig("https://west", "second")), ["west"]);
    assert.deepEqual(of(kubeconfig("https://another", "second")), []);
    assert.deepEqual(renewedIn(state, new Map([["east", { kubeconfig: before }]])), []);
  });

  it("are put into a state as a secret, and nothing else is changed", () => {
    const after = kubeconfig("https://west", "second");
    const given = { kubeconfig: asSecret(after) };
    const [provider, other] = state.resources ?? [];
    assert.deepEqual(withKubeconfigs(state, new Map([["west", after]])).resources, [
      { ...provider, inputs: { ...provider?.inputs, ...given }, outputs: given },
      other,
    ]);
    assert.deepEqual(withKubeconfigs(state, new Map([["east", after]])), state);
  });
});
