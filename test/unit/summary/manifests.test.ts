import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { helmOnPath, HelmError, type Helm, type ReleaseInputs } from "../../../operations/summary/helm";
import { objectDifferences, renderManifests } from "../../../operations/summary/manifests";
import { readPreview } from "../../../operations/summary/read-preview";
import { recordedEvents } from "../../support/previews";

const stepsOf = (name: string): ReturnType<typeof readPreview>["steps"] =>
  readPreview([{ stack: "prod", events: recordedEvents(name) }]).steps;

/** A Helm that puts the values into a ConfigMap. */
function helm(asked: ReleaseInputs[] = []): Helm {
  return {
    template: (release) => {
      asked.push(release);
      const data = { data: { values: JSON.stringify(release.values), version: release.version } };
      const object = { kind: "ConfigMap", metadata: { name: release.name, namespace: release.namespace }, ...data };
      return Promise.resolve(
        `${JSON.stringify(object)}\n---\n# nothing\n---\nkind: Service\nmetadata: { name: same }\n`,
      );
    },
  };
}

describe("manifests of releases that change", () => {
  it("are rendered before and after, of clusters in which they change alike only once", async () => {
    const asked: ReleaseInputs[] = [];
    const { details, notRendered } = await renderManifests(stepsOf("upgrade"), helm(asked));
    assert.equal(asked.length, 2);
    assert.deepEqual(notRendered, []);
    assert.deepEqual(
      details.map(({ clusters, kind, title, differences }) => [
        kind,
        title,
        clusters.join(),
        ...differences.map(({ path }) => path),
      ]),
      [["manifest", "istiod", "east,west", "ConfigMap/istio-system/istiod: data.values"]],
    );
    assert.match(String(details[0]?.differences[0]?.before), /1\.31\.0/);
    assert.match(String(details[0]?.differences[0]?.after), /1\.31\.1/);
  });

  it("are not rendered where the values are not known yet, which is said", async () => {
    const { details, notRendered } = await renderManifests(stepsOf("remote-joins"), helm());
    assert.deepEqual(details, []);
    assert.deepEqual(notRendered, ["istiod in west: its values are not known before the update"]);
  });

  it("are left out with the reason when Helm cannot", async () => {
    const failing: Helm = { template: () => Promise.reject(new HelmError("there is no helm on the PATH")) };
    const { details, notRendered } = await renderManifests(stepsOf("upgrade"), failing);
    assert.deepEqual([details, notRendered], [[], ["istiod in east, west: there is no helm on the PATH"]]);
  });

  it("are compared inside the documents that a ConfigMap holds", () => {
    const map = (tag: string): string =>
      JSON.stringify({
        kind: "ConfigMap",
        metadata: { name: "m" },
        data: { values: `{\n "tag": "${tag}" }`, odd: "a: [\n" },
      });
    assert.deepEqual(objectDifferences(map("1"), map("2")), [
      { path: "ConfigMap/m: data.values.tag", before: "1", after: "2" },
    ]);
  });

  it("are compared object by object", () => {
    assert.deepEqual(
      objectDifferences(
        "kind: A\nmetadata: { name: x }\nspec: { replicas: 1 }\n",
        "kind: A\nmetadata: { name: x }\nspec: { replicas: 2 }\n---\nkind: B\nmetadata: { name: y }\n",
      ),
      [
        { path: "A/x: spec.replicas", before: 1, after: 2 },
        { path: "B/y: kind", after: "B" },
        { path: "B/y: metadata.name", after: "y" },
      ],
    );
  });
});

describe("the helm on the PATH", () => {
  let directory: string;
  const release: ReleaseInputs = {
    name: "istiod",
    namespace: "istio-system",
    chart: "istiod",
    version: "1.31.1",
    repository: "https://charts.example.org",
    values: { a: 1 },
  };

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "isthmus-helm-"));
  });
  after(() => rmSync(directory, { recursive: true }));

  function script(text: string): Helm {
    writeFileSync(join(directory, "helm"), `#!/bin/sh\n${text}\n`);
    chmodSync(join(directory, "helm"), 0o755);
    return helmOnPath(directory, { PATH: `${directory}:/usr/bin:/bin` });
  }

  it("is given the release's chart and, not in its arguments, the values", async () => {
    assert.equal(
      await script('echo "$@"; cat').template(release),
      'template istiod istiod --namespace istio-system --values - --repo https://charts.example.org --version 1.31.1\n{"a":1}',
    );
    const onDisk: ReleaseInputs = {
      name: "istiod",
      namespace: "istio-system",
      chart: "./charts/istiod",
      version: "1.0.0",
      values: {},
    };
    assert.match(
      await script('echo "$@"').template(onDisk),
      /^template istiod \.\/charts\/istiod --namespace istio-system --values -\n$/,
    );
  });

  it("says why it does not render, and when it is not there", async () => {
    await assert.rejects(
      script('echo "Error: no such chart" >&2; exit 1').template(release),
      /helm does not render it \(Error: no such chart\)/,
    );
    await assert.rejects(helmOnPath(directory, { PATH: "/nowhere" }).template(release), /there is no helm on the PATH/);
  });
});
