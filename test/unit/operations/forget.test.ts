import assert from "node:assert/strict";
import type { ExportedState } from "../../../engine/state";
import { clustersIn, stateWithoutCluster } from "../../../operations/stack/cluster-state";
import { refusal } from "../../../operations/stack/forget";
import { PulumiError } from "../../../operations/stack";
import { unfinished } from "../../../operations/stack/unfinished";
import { formatProblem, sitesOf, type MeshConfig } from "../../../topology";
import { updateOf } from "../../components/support";
import type { RecordedResource } from "../../support/mocks";
import { planOf, topologies, twoPrimaries } from "../../support/plans";

type StateResource = NonNullable<ExportedState["resources"]>[number];
type PendingOperation = NonNullable<ExportedState["pending_operations"]>[number];

const stackUrn = "urn:pulumi:dev::isthmus::pulumi:pulumi:Stack::isthmus-dev";

const urnOf = ({ type, name }: Pick<RecordedResource, "type" | "name">): string =>
  `urn:pulumi:dev::isthmus::${type.startsWith("pulumi:") ? "" : "isthmus:index:Mesh$"}${type}::${name}`;

/** The state that the engine would have of what a program registered. A child is called after its component. */
function stateOf(resources: readonly RecordedResource[]): ExportedState {
  const components = resources.filter(({ type }) => type.startsWith("isthmus:"));
  const parentOf = ({ name }: RecordedResource): string =>
    components
      .filter((component) => name.startsWith(`${component.name}-`))
      .sort((left, right) => right.name.length - left.name.length)
      .map(urnOf)[0] ?? stackUrn;
  const depth = ({ type, name }: RecordedResource): number =>
    name === "mesh" || type.startsWith("pulumi:") ? 0 : components.some((component) => component.name === name) ? 1 : 2;
  return {
    resources: [
      { urn: stackUrn, type: "pulumi:pulumi:Stack" },
      ...[...resources]
        .sort((left, right) => depth(left) - depth(right))
        .map((resource): StateResource => {
          const { type, provider } = resource;
          const reference = type.startsWith("kubernetes:") && provider !== undefined ? { provider } : {};
          return { urn: urnOf(resource), type, parent: parentOf(resource), ...reference };
        }),
    ],
  };
}

const namesIn = ({ resources = [] }: ExportedState): string[] =>
  resources.map(({ urn }) => urn.split("::").at(-1) ?? "");

async function stateOfMesh(config: MeshConfig): Promise<ExportedState> {
  return stateOf(await updateOf(config));
}

describe("a state without one of its clusters", () => {
  const withNamespaces = { ...twoPrimaries, namespaces: { shop: { injection: "enabled" as const } } };
  for (const [topology, config] of Object.entries({ ...topologies, "namespaces of workloads": withNamespaces })) {
    it(`has all of the others and nothing of it: ${topology}`, async () => {
      const state = await stateOfMesh(config);
      const sites = sitesOf(planOf(config)).map(({ name }) => name);
      assert.deepEqual(clustersIn(state), [...sites].sort());
      for (const cluster of sites) {
        const isItsOwn = (name: string): boolean => name === cluster || name.startsWith(`mesh-${cluster}-`);
        const rest = namesIn(stateWithoutCluster(state, cluster));
        assert.deepEqual(
          rest,
          namesIn(state).filter((name) => !isItsOwn(name)),
          cluster,
        );
        assert.ok(rest.includes("mesh-root-key"));
      }
    });
  }

  it("tells clusters apart whose names begin alike, or like a component's", async () => {
    const cluster = (network: string): MeshConfig["clusters"][string] => ({ network, access: { context: network } });
    const names = ["a", "a-b", "a-control", "a-istiod"];
    const clusters = Object.fromEntries(names.map((name) => [name, cluster(name)]));
    const state = await stateOfMesh({ ...withNamespaces, clusters });
    const rest = names.map((name) => namesIn(stateWithoutCluster(state, name)));
    const lost = rest.map((kept) => namesIn(state).filter((name) => !kept.includes(name)));
    assert.ok(lost[0]?.includes("mesh-a-intermediate-key") && lost[0].includes("mesh-a-control-plane-istiod"));
    assert.ok(lost[1]?.includes("mesh-a-b-intermediate-key") && lost[1].includes("mesh-a-b-namespace.shop-namespace"));
    assert.equal(new Set(lost.flat()).size, lost.flat().length, "nothing belongs to two of them");
    assert.deepEqual(
      namesIn(state).filter((name) => !lost.flat().includes(name)),
      ["isthmus-dev", "mesh", "mesh-root", "mesh-root-key", "mesh-root-certificate"].sort(
        (left, right) => namesIn(state).indexOf(left) - namesIn(state).indexOf(right),
      ),
    );
  });

  const provider = (cluster: string): string => `urn:pulumi:dev::isthmus::pulumi:providers:kubernetes::${cluster}`;
  const secret = (cluster: string): StateResource => ({
    urn: `urn:pulumi:dev::isthmus::kubernetes:core/v1:Secret::of-${cluster}`,
    type: "kubernetes:core/v1:Secret",
    parent: stackUrn,
    provider: `${provider(cluster)}::d3b0`,
  });
  const { urn: gone } = secret("west");
  const { urn: stays } = secret("north");

  it("has no reference to what is no longer there, and everything else as it was", () => {
    const east = {
      ...secret("east"),
      dependencies: [gone, stays],
      propertyDependencies: { data: [stays, gone], metadata: [gone] },
      replaceWith: [gone],
      deletedWith: gone,
      inputs: { data: { west: "stays until the next update" } },
    };
    const state = { version: 3, resources: [secret("west"), secret("north"), east] };
    assert.deepEqual(stateWithoutCluster(state, "west"), {
      version: 3,
      resources: [
        secret("north"),
        {
          ...secret("east"),
          dependencies: [stays],
          propertyDependencies: { data: [stays], metadata: [] },
          replaceWith: [],
          inputs: east.inputs,
        },
      ],
    });
  });

  it("keeps what others are deleted with, and loses what waits for its deletion", () => {
    const east = { ...secret("east"), deletedWith: stays };
    const state = { resources: [secret("north"), east, { ...secret("west"), delete: true }] };
    assert.deepEqual(stateWithoutCluster(state, "west"), { resources: [secret("north"), east] });
  });

  it("has lost the outputs about it, by which a new cluster of that name would pass for it", () => {
    const outputs = (...clusters: string[]): Record<string, unknown> => ({
      mesh: { id: "west" },
      clusters: Object.fromEntries(clusters.map((name) => [name, { network: name }])),
      controlPlanes: Object.fromEntries(clusters.map((name) => [name, {}])),
    });
    const state = (...clusters: string[]): ExportedState => ({
      resources: [{ urn: stackUrn, type: "pulumi:pulumi:Stack", outputs: outputs(...clusters) }],
    });
    assert.deepEqual(stateWithoutCluster(state("east", "west"), "west"), state("east"));
  });

  it("has lost what was begun there, the key of its CA among it", () => {
    const operation = (resource: StateResource): PendingOperation => ({ type: "creating", resource });
    const intermediate = {
      urn: "urn:pulumi:dev::isthmus::isthmus:index:Mesh$isthmus:index:IntermediateCa::mesh-west-intermediate",
      type: "isthmus:index:IntermediateCa",
      parent: stackUrn,
    };
    const key = {
      urn: "urn:pulumi:dev::isthmus::tls:index/privateKey:PrivateKey::mesh-west-intermediate-key",
      type: "tls:index/privateKey:PrivateKey",
      parent: intermediate.urn,
    };
    const pending = [operation(secret("west")), operation(secret("east")), operation(key)];
    assert.deepEqual(stateWithoutCluster({ resources: [intermediate], pending_operations: pending }, "west"), {
      resources: [],
      pending_operations: [operation(secret("east"))],
    });
  });

  it("is a state of none where there is none", () => {
    assert.deepEqual(stateWithoutCluster({}, "west"), { resources: [] });
    const ofPulumi = { urn: provider("default_4_32_0"), type: "pulumi:providers:kubernetes" };
    assert.deepEqual(clustersIn({ resources: [ofPulumi] }), []);
  });
});

describe("to forget a cluster", () => {
  const { east, west } = twoPrimaries.clusters;
  const onlyEast = { ...twoPrimaries, clusters: { east } };

  /** The line by which it is refused; undefined where it is not. */
  async function refused(config: MeshConfig, cluster: string, parts: ExportedState = {}): Promise<string | undefined> {
    const state = { ...(await stateOfMesh(twoPrimaries)), ...parts };
    const problem = refusal(
      { plan: planOf(config), stack: "dev" },
      cluster,
      state,
      stateWithoutCluster(state, cluster),
    );
    return problem === undefined ? undefined : formatProblem(problem);
  }

  it("is done where it is no longer in the configuration", async () => {
    assert.equal(await refused(onlyEast, "west"), undefined);
  });

  it("is refused where it still is", async () => {
    assert.equal(
      await refused(twoPrimaries, "west"),
      "isthmus:mesh.clusters.west: expected nothing, so that cluster west can be forgotten, found it described there. Remove it from the configuration first: the next `isthmus up` would make everything in it anew.",
    );
  });

  it("is refused where another takes over what it has", async () => {
    const renamed = { ...twoPrimaries, clusters: { east, occident: { ...west, replaces: "west" } } };
    assert.match(
      (await refused(renamed, "west")) ?? "",
      /^isthmus:mesh\.clusters\.occident\.replaces: expected .*, found west\. Run `isthmus up`, by which occident takes/,
    );
  });

  it("is refused where the stack does not have it, with the name that was meant", async () => {
    assert.equal(
      await refused(onlyEast, "wset"),
      "cluster wset: expected one that stack dev has (east, west), found none of that name. Did you mean west?",
    );
    assert.match((await refused(onlyEast, "singapore")) ?? "", /Name one of those/);
    assert.match((await refused(onlyEast, "west", { resources: [] })) ?? "", /There is nothing to forget\.$/);
  });

  it("is refused where Pulumi would then no longer know what was begun in another", async () => {
    const operation = (cluster: string): PendingOperation => ({
      type: "creating",
      resource: {
        urn: `urn:pulumi:dev::isthmus::kubernetes:core/v1:Secret::new-in-${cluster}`,
        type: "kubernetes:core/v1:Secret",
        provider: `urn:pulumi:dev::isthmus::pulumi:providers:kubernetes::${cluster}::d3b0`,
        inputs: { apiVersion: "v1", kind: "Secret", metadata: { name: "cacerts", namespace: "istio-system" } },
      },
    });
    assert.equal(await refused(onlyEast, "west", { pending_operations: [operation("west")] }), undefined);
    assert.match(
      (await refused(onlyEast, "west", { pending_operations: [operation("east")] })) ?? "",
      /^stack dev: expected no other cluster .*, found east\. Run `isthmus up` first/,
    );
  });
});

describe("an update that cannot delete from a cluster that is gone", () => {
  const { east } = twoPrimaries.clusters;
  const plan = planOf({ ...twoPrimaries, clusters: { east } });
  const removed = { stack: "dev", names: ["west"] };
  const failed = (resource: string, message: string): PulumiError =>
    new PulumiError("up", `Diagnostics:\n  ${resource}:\n    error: ${message}\n`, "", 255);
  const advice =
    'If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';
  const object = "kubernetes:core/v1:Secret (mesh-west-system-cacerts)";

  it("names the way out", () => {
    const error = failed(object, `configured Kubernetes cluster is unreachable. ${advice}`);
    assert.equal(
      unfinished(error, plan, [], removed)?.message,
      "pulumi up failed in cluster west: configured Kubernetes cluster is unreachable. If cluster west is gone for good: `isthmus forget west --stack dev`",
    );
    const release = failed(
      "kubernetes:helm.sh/v3:Release (mesh-west-control-plane-istiod)",
      `can't delete Helm Release with unreachable cluster. Reason: "connection refused"`,
    );
    assert.match(unfinished(release, plan, [], removed)?.message ?? "", /gone for good: `isthmus forget west --stack/);
  });

  it("names it for no cluster of the configuration, and for no other error", () => {
    const ofEast = failed(object.replace("west", "east"), "configured Kubernetes cluster is unreachable: no route");
    assert.doesNotMatch(unfinished(ofEast, plan, [], removed)?.message ?? "forget", /forget/);
    assert.doesNotMatch(unfinished(failed(object, "forbidden"), plan, [], removed)?.message ?? "forget", /forget/);
  });
});
