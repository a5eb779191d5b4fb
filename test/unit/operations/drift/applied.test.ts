import assert from "node:assert/strict";
import { Manifests } from "../../../../operations/drift/applied/manifest";
import { readRecord, UnreadableRecord } from "../../../../operations/drift/applied/release-record";
import { appliedIn } from "../../../../operations/drift/applied/state";
import { manifest, providerOf, recordOf, remoteSecret, secret, stateOfEast } from "./support";

describe("what the states of a mesh's stacks say was applied", () => {
  it("is what the stacks made, with secrets as they are, and nothing that was only read", () => {
    const { objects, releases, isUnfinished } = appliedIn([stateOfEast()]);
    assert.deepEqual(
      objects.map(({ cluster, object }) => `${cluster} ${object.kind}`),
      ["east Namespace", "east Secret"],
    );
    assert.deepEqual(objects[1]?.object, remoteSecret);
    assert.deepEqual(
      releases.map(({ values, objectNames, ...rest }) => ({
        ...rest,
        keys: Object.keys(values ?? {}),
        objects: [...(objectNames ?? [])],
      })),
      [
        {
          cluster: "east",
          name: "istiod",
          namespace: "istio-system",
          chart: "istiod",
          version: "1.31.1",
          revision: 1,
          hasSecretValues: true,
          keys: ["env", "global"],
          objects: [
            "Deployment.apps/apps/v1 istiod",
            "ClusterRole.rbac.authorization.k8s.io/rbac.authorization.k8s.io/v1 istiod",
          ],
        },
      ],
    );
    assert.equal(isUnfinished, false);
  });

  it("is gathered from several stacks", () => {
    const inputs = { apiVersion: "v1", kind: "Namespace", metadata: { name: "it" } };
    const west = { resources: [{ type: "kubernetes:core/v1:Namespace", provider: providerOf("west"), inputs }] };
    const { objects } = appliedIn([stateOfEast(), west, {}]);
    assert.deepEqual([...new Set(objects.map(({ cluster }) => cluster))], ["east", "west"]);
  });

  it("is fields alone of what another made", () => {
    const inputs = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
    const resource = { type: "kubernetes:core/v1:NamespacePatch", provider: providerOf("east"), inputs };
    const { objects } = appliedIn([stateOfEast(), { resources: [resource] }]);
    assert.deepEqual(
      objects.map(({ extent, object }) => `${extent} ${object.kind}`),
      ["object Namespace", "object Secret", "fields Namespace"],
    );
  });

  it("may be half of an update", () => {
    const operation = { type: "updating", resource: { urn: "urn", type: "kubernetes:core/v1:Secret" } };
    assert.equal(appliedIn([stateOfEast(), { pending_operations: [operation] }]).isUnfinished, true);
  });

  it("is not known from a state whose secrets are not shown: all of them would look as if nobody had applied them", () => {
    const hidden = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:…" };
    const inputs = { apiVersion: "v1", kind: "Secret", metadata: { name: "it" }, data: hidden };
    const resource = { type: "kubernetes:core/v1:Secret", provider: providerOf("east"), inputs };
    assert.throws(() => appliedIn([{ resources: [resource] }]), /without showing its secrets/);
  });

  it("takes a secret within a secret for what it is", () => {
    const inputs = secret({ apiVersion: "v1", kind: "Secret", metadata: { name: "it" }, data: secret({ a: "YQ==" }) });
    const resource = { type: "kubernetes:core/v1:Secret", provider: providerOf("east"), inputs };
    assert.deepEqual(appliedIn([{ resources: [resource] }]).objects[0]?.object["data"], { a: "YQ==" });
  });
});

describe("Helm's record of a release", () => {
  const release = (record: object): string => (record as { data: { release: string } }).data.release;

  it("is read, packed as Helm packs it", () => {
    const { name, revision, status, chart, chartVersion, manifest: text } = readRecord(release(recordOf(3)));
    assert.deepEqual([name, revision, status, chart, chartVersion], ["istiod", 3, "deployed", "istiod", "1.31.1"]);
    assert.equal(text, manifest);
  });

  for (const [what, text] of [
    ["nothing", ""],
    ["no base64", "%%%"],
    ["no JSON", Buffer.from("hello").toString("base64")],
    ["something else", Buffer.from(Buffer.from("{}").toString("base64")).toString("base64")],
  ] as const) {
    it(`is refused when it is ${what}`, () => assert.throws(() => readRecord(text), UnreadableRecord));
  }
});

describe("a manifest", () => {
  const objectsOf = (text: string): readonly object[] => new Manifests().objectsOf(text);
  const named = (name: string): string => `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\n`;

  it("is read document by document, empty ones and lists among them", () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n  - { apiVersion: v1, kind: Secret }\n`;
    const objects = objectsOf(`---\n# nothing\n---\n${named("a")}---\n${list}---\n`) as { kind: string }[];
    assert.deepEqual(
      objects.map(({ kind }) => kind),
      ["Service", "Secret"],
    );
  });

  it("is read as Helm reads it: octal numbers, and yes, but no dates and no times", () => {
    const [{ data } = assert.fail("no object")] = objectsOf(
      `${named("a")}data: { mode: 0644, on: yes, day: 2026-01-01, time: 12:30:45, text: "yes" }\n`,
    ) as { data: object }[];
    assert.deepEqual(data, { mode: 420, true: true, day: "2026-01-01", time: "12:30:45", text: "yes" });
  });

  it("is refused when it is no YAML", () => assert.throws(() => objectsOf("a: [b"), UnreadableRecord));

  it("is read once, however many clusters have it beside others of their own", () => {
    const manifests = new Manifests();
    const first = manifests.objectsOf(named("shared"));
    for (let cluster = 0; cluster < 20; cluster++) {
      manifests.objectsOf(named(`own-${cluster}`));
      assert.equal(manifests.objectsOf(named("shared")), first);
    }
  });

  it("is not kept for ever", () => {
    const manifests = new Manifests();
    const first = manifests.objectsOf(named("a"));
    for (let cluster = 0; cluster < 20; cluster++) manifests.objectsOf(named(`own-${cluster}`));
    assert.notEqual(manifests.objectsOf(named("a")), first);
  });
});
