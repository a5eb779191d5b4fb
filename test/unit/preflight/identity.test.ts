import assert from "node:assert/strict";
import { identityFrom, judgeIdentity, type Identity } from "../../../preflight/checks/identity";
import { formatProblem, type MeshConfig } from "../../../topology";
import { externalControlPlane, planOf, twoPrimaries } from "../../support/plans";

/** Who the two clusters of the test mesh say that they are. */
const standing: Readonly<Record<string, Identity>> = {
  east: { mesh: "mesh1", trustDomain: "mesh1.internal", cluster: "east" },
  west: { mesh: "mesh1", trustDomain: "mesh1.internal", cluster: "west" },
};

function judged(
  config: MeshConfig,
  identities: Readonly<Record<string, Identity>> = standing,
): { readonly problems: readonly string[]; readonly warnings: readonly string[] } {
  const { problems, warnings } = judgeIdentity(planOf(config), new Map(Object.entries(identities)));
  return { problems: problems.map(formatProblem), warnings: warnings.map(formatProblem) };
}

const nothing = { problems: [], warnings: [] };
const { east, west } = twoPrimaries.clusters;

describe("judgeIdentity", () => {
  it("finds nothing where the clusters are who the plan says, where they say nothing, and where there is none", () => {
    assert.deepEqual(judged(twoPrimaries), nothing);
    assert.deepEqual(judged(twoPrimaries, { east: {}, west: {} }), nothing);
    assert.deepEqual(judged(twoPrimaries, {}), nothing);
  });

  it("refuses another trust domain, once for all clusters, and says what it would break and what confirms it", () => {
    assert.deepEqual(judged({ ...twoPrimaries, trustDomain: "example.org" }), {
      problems: [
        "isthmus:mesh.trustDomain: expected mesh1.internal, the trust domain of east, west, found example.org. " +
          "Write `trustDomain: mesh1.internal` to keep it. Another one changes every identity: policies that name the former one match nobody, " +
          "and every workload must be restarted; if that is meant, confirm it: `replaces: { trustDomain: mesh1.internal }`.",
      ],
      warnings: [],
    });
  });

  it("allows it when the former one is named, exactly", () => {
    const config = { ...twoPrimaries, trustDomain: "example.org" };
    assert.deepEqual(judged({ ...config, replaces: { trustDomain: "mesh1.internal" } }), {
      problems: [],
      warnings: [
        "isthmus:mesh.trustDomain: expected mesh1.internal, the trust domain of east, west, found example.org. " +
          "The change is confirmed: restart every workload and every gateway of the mesh after the update, and mend the policies that name the former trust domain.",
      ],
    });
    assert.equal(judged({ ...config, replaces: { trustDomain: "mesh2.internal" } }).problems.length, 1);
    assert.equal(judged({ ...config, replaces: { id: "mesh0" } }).problems.length, 1);
  });

  it("refuses another id, and the trust domain that follows from it", () => {
    const { problems, warnings } = judged({ ...twoPrimaries, id: "mesh2" });
    assert.deepEqual(warnings, []);
    assert.equal(problems.length, 2);
    assert.equal(
      problems[0],
      "isthmus:mesh.id: expected mesh1, the id of the mesh of east, west, found mesh2. " +
        "Write mesh1 if it is this mesh; if it is another, name other contexts or take the clusters out of that mesh first. " +
        "Under a new id every workload must be restarted, and where no `trustDomain` is written every identity changes; " +
        "if that is meant, confirm it: `replaces: { id: mesh1 }`.",
    );
    assert.match(
      problems[1] ?? "",
      /^isthmus:mesh\.trustDomain: expected mesh1\.internal, .*, found mesh2\.internal\./,
    );
  });

  it("allows another id when the former one is named, clusters that have the new one already among the others", () => {
    const renamed = { ...twoPrimaries, id: "mesh2", replaces: { id: "mesh1", trustDomain: "mesh1.internal" } };
    const { problems, warnings } = judged(renamed);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      warnings.map((warning) => warning.split(":", 2).join(":")),
      ["isthmus:mesh.id", "isthmus:mesh.trustDomain"],
    );
    const half = { ...standing, east: { mesh: "mesh2", trustDomain: "mesh2.internal", cluster: "east" } };
    assert.deepEqual(judged(renamed, half).problems, []);
    assert.match(judged(renamed, half).warnings[0] ?? "", /the id of the mesh of west, found mesh2/);
  });

  it("says that a cluster belongs to another mesh, where the others belong to this one", () => {
    const foreign = { mesh: "mesh9", trustDomain: "mesh9.internal", cluster: "alpha" };
    assert.deepEqual(judged(twoPrimaries, { ...standing, west: foreign }), {
      problems: [
        "isthmus:mesh.clusters.west.access.context: expected a cluster of the mesh mesh1, or of none, found one of the mesh mesh9, as its cluster alpha. " +
          "Name the context of west, or take the cluster out of the other mesh first.",
      ],
      warnings: [],
    });
  });

  it("refuses another name of a cluster, and allows it when the former one is named, exactly", () => {
    const named = (replaces?: string): MeshConfig => ({
      ...twoPrimaries,
      clusters: { east, north: { ...west, ...(replaces === undefined ? {} : { replaces }) } },
    });
    const identities = { east: standing["east"] ?? {}, north: standing["west"] ?? {} };
    assert.deepEqual(judged(named(), identities), {
      problems: [
        "isthmus:mesh.clusters.north: expected the name west, under which the cluster belongs to the mesh, found north. " +
          "Call it west, or name the context of another cluster. Under a new name istiod turns its workloads away until every one of them is restarted; " +
          "if that is meant, confirm it: `replaces: west` at isthmus:mesh.clusters.north.",
      ],
      warnings: [],
    });
    assert.equal(judged(named("south"), identities).problems.length, 1);
    assert.deepEqual(judged(named("west"), identities), {
      problems: [],
      warnings: [
        "isthmus:mesh.clusters.north: expected the name west, under which the cluster belongs to the mesh, found north. " +
          "The change is confirmed: restart every workload and every gateway of this cluster after the update.",
      ],
    });
  });

  it("tells contexts that were mixed up from a new name", () => {
    const { problems } = judged(twoPrimaries, { east: standing["west"] ?? {}, west: standing["east"] ?? {} });
    assert.deepEqual(problems, [
      "isthmus:mesh.clusters.east.access.context: expected the cluster that the mesh knows as east, found the one that it knows as west. " +
        "Name the context of east: the contexts of two clusters seem to be mixed up.",
      "isthmus:mesh.clusters.west.access.context: expected the cluster that the mesh knows as west, found the one that it knows as east. " +
        "Name the context of west: the contexts of two clusters seem to be mixed up.",
    ]);
  });

  it("lets an external control plane have no other name, for nothing would confirm it", () => {
    const { problems } = judged(externalControlPlane, { control: { mesh: "mesh1", cluster: "master" } });
    assert.equal(problems.length, 1);
    assert.match(
      problems[0] ?? "",
      /^isthmus:mesh\.externalControlPlanes\.control: expected the name master, .* an external control plane keeps its name as long as it stands\.$/,
    );
  });
});

describe("identityFrom", () => {
  it("reads the annotations of the system namespace, and passes over what is not there", () => {
    assert.deepEqual(identityFrom({ "isthmus.dev/mesh": "mesh1", "isthmus.dev/cluster": "east", other: "x" }), {
      mesh: "mesh1",
      cluster: "east",
    });
    assert.deepEqual(identityFrom({ "isthmus.dev/trust-domain": "example.org" }), { trustDomain: "example.org" });
    assert.deepEqual(identityFrom(undefined), {});
  });
});
