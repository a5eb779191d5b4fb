import assert from "node:assert/strict";
import { proofInState } from "../../../../operations/parts/state-proof";
import { stackType, type StateResource } from "../../../../engine/state";
import { planOf, twoPrimaries } from "../../../support/plans";

const plan = planOf(twoPrimaries);

function resource(type: string, name: string, more: Partial<StateResource> = {}): StateResource {
  return { urn: `urn:pulumi:prod.eu::isthmus::${type}::${name}`, type, ...more };
}

const stack = resource(stackType, "isthmus-prod.eu");
const mesh = resource("isthmus:index:Mesh", "mesh", { parent: stack.urn });
const provider = (name: string): StateResource => resource("pulumi:providers:kubernetes", name, { id: "1" });
const namespace = (cluster: string, inputs: Readonly<Record<string, unknown>> = {}): StateResource =>
  resource("kubernetes:core/v1:Namespace", `mesh-${cluster}-system-namespace`, {
    provider: `${provider(cluster).urn}::1`,
    inputs,
  });
const root = resource("isthmus:index:RootCa", "mesh-root", { parent: mesh.urn });

function kind(part: string, ...resources: readonly StateResource[]): string {
  return proofInState({ resources }, plan, part).kind;
}

describe("what a state proves where the outputs are silent", () => {
  it("is nothing where nothing of a cluster or a trust is", () => {
    assert.equal(kind("eu"), "empty");
    assert.equal(kind("eu", stack, mesh), "empty");
  });

  it("is a part where all is this part's", () => {
    assert.equal(kind("eu", stack, mesh, provider("eu"), namespace("eu")), "own");
    assert.equal(kind("trust", stack, mesh, root), "own");
  });

  it("is no part where anything is another cluster's, a trust's, or nobody knows whose", () => {
    assert.equal(kind("eu", stack, mesh, provider("east"), namespace("east")), "foreign");
    assert.equal(kind("eu", stack, mesh, root, provider("eu")), "foreign");
    assert.equal(kind("trust", stack, mesh, root, provider("eu")), "foreign");
    assert.equal(kind("eu", stack, resource("aws:s3/bucket:Bucket", "logs", { parent: stack.urn })), "foreign");
    const annotations = { "isthmus.dev/mesh": "mesh2" };
    assert.equal(kind("eu", stack, mesh, provider("eu"), namespace("eu", { metadata: { annotations } })), "foreign");
  });
});
