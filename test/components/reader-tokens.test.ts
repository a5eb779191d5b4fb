import assert from "node:assert/strict";
import type { MeshConfig } from "../../topology";
import { isSecret, record, reveal, type RecordedResource } from "../support/mocks";
import { twoPrimaries } from "../support/plans";
import { buildMesh, find, listOf, provided } from "./support";

type ReaderTokens = NonNullable<MeshConfig["clusters"][string]["readerTokens"]>;

const meshWith = (readerTokens: ReaderTokens): MeshConfig => ({
  ...twoPrimaries,
  clusters: { ...twoPrimaries.clusters, west: { ...twoPrimaries.clusters.west, readerTokens } },
});

const made = (config: MeshConfig): Promise<readonly RecordedResource[]> =>
  record("update", provided, () => void buildMesh(config));

/** The token of west that the istiod of east is given. */
function givenOf(resources: readonly RecordedResource[]): string | undefined {
  const { data } = find(resources, "mesh-east-remote-clusters-secret").inputs;
  assert.ok(isSecret(data));
  const { west = "" } = reveal(data) as Record<string, string>;
  const kubeconfig = JSON.parse(Buffer.from(west, "base64").toString()) as { users: { user: { token: string } }[] };
  return kubeconfig.users[0]?.user.token;
}

describe("The tokens of a cluster's readers", () => {
  it("are as ever where nothing is said, and where just that is said", async () => {
    const said = await made(meshWith({ tokens: ["first"], used: "first", maximumAgeDays: 90 }));
    assert.deepEqual(listOf(said), listOf(await made(twoPrimaries)));
    assert.equal(givenOf(said), "TOKEN OF mesh-west-reader-token");
  });

  it("stand beside each other, each in a Secret of its own, and change nothing for the readers", async () => {
    const [before, beside] = [await made(twoPrimaries), await made(meshWith({ tokens: ["first", "second"] }))];
    const isNew = (line: string): boolean => !listOf(before).includes(line);
    assert.deepEqual(listOf(beside).filter(isNew), ["kubernetes:core/v1:Secret mesh-west-reader-token.second"]);
    assert.deepEqual(find(beside, "mesh-west-reader-token.second").inputs, {
      apiVersion: "v1",
      kind: "Secret",
      type: "kubernetes.io/service-account-token",
      metadata: {
        name: "istio-reader-service-account-isthmus-second",
        namespace: "istio-system",
        labels: { "app.kubernetes.io/managed-by": "isthmus" },
        annotations: { "kubernetes.io/service-account.name": "istio-reader-service-account" },
      },
    });
    assert.equal(givenOf(beside), "TOKEN OF mesh-west-reader-token");
  });

  it("are given to the readers one at a time, and gone when they are named no more", async () => {
    const used = await made(meshWith({ tokens: ["first", "second"], used: "second" }));
    assert.equal(givenOf(used), "TOKEN OF mesh-west-reader-token.second");
    const alone = await made(meshWith({ tokens: ["second"], used: "second" }));
    assert.equal(givenOf(alone), "TOKEN OF mesh-west-reader-token.second");
    const isGone = (line: string): boolean => !listOf(alone).includes(line);
    assert.deepEqual(listOf(used).filter(isGone), ["kubernetes:core/v1:Secret mesh-west-reader-token"]);
  });

  it("are told by the name of the one that is used, where it has one of its own", async () => {
    const said: unknown[] = [];
    await record("update", provided, () => {
      for (const config of [twoPrimaries, meshWith({ tokens: ["second"], used: "second" })]) {
        said.push(buildMesh(config).clusters["west"]?.readerToken);
      }
    }).catch(() => undefined);
    assert.deepEqual(said, [undefined, "second"]);
  });
});
