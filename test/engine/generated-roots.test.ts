import assert from "node:assert/strict";
import type { X509Certificate } from "node:crypto";
import type { MeshSummary } from "../../operations/summary";
import type { MeshConfig } from "../../topology";
import { certificatesIn, rootOf } from "../../trust";
import { itInTurn } from "../support/turns";
import { cacertsOf, publishRoots } from "./paper/istiod";
import { paperCluster, PaperMesh, type PaperConfig } from "./paper/mesh";
import { describeEngine } from "./tools";

const clusters = { east: paperCluster("east"), west: paperCluster("west") };
const sites = Object.keys(clusters);

interface Outputs {
  readonly mesh: {
    readonly rootFingerprint: string;
    readonly roots: readonly { readonly name?: string; readonly fingerprint: string }[];
  };
}

type Generated = NonNullable<NonNullable<MeshConfig["trust"]>["generated"]>;

/** In several stacks every command takes several times as long. */
const layouts = ["one", "per-cluster"] as const;

describeEngine("a mesh that goes over to another generated root", (tools) => {
  let mesh: PaperMesh;

  beforeEach(async () => {
    mesh = await PaperMesh.create(tools());
  });
  afterEach(() => mesh.dispose());

  const cacerts = (cluster: string): Readonly<Record<string, string>> => cacertsOf(mesh, cluster);
  const publish = (cluster: string): void => publishRoots(mesh, cluster);

  /** Name of the root under which each istiod signs, and of those that its workloads are to trust, in their order. */
  function standing(names: ReadonlyMap<string, string>): Record<string, { issuer: string; roots: string[] }> {
    const called = ({ fingerprint256 }: X509Certificate): string => names.get(fingerprint256) ?? fingerprint256;
    return Object.fromEntries(
      sites.map((site) => {
        const files = cacerts(site);
        const roots = certificatesIn(files["root-cert.pem"] ?? "");
        const issuer = rootOf(certificatesIn(files["ca-cert.pem"] ?? ""), roots);
        assert.ok(issuer, site);
        return [site, { issuer: called(issuer), roots: roots.map(called) }];
      }),
    );
  }

  itInTurn(
    layouts,
    (stacks) => `does so in steps, the keys of its istiods as they are (stacks: ${stacks})`,
    async (stacks) => {
      const config = (generated?: Generated): PaperConfig => ({
        id: "mesh1",
        clusters,
        stacks,
        ...(generated === undefined ? {} : { trust: { generated } }),
      });
      // What is said and refused is the same in several stacks, each command of which takes several times as long.
      const isWhole = stacks === "one";
      const names = new Map<string, string>();
      async function up(generated?: Generated): Promise<Outputs["mesh"]> {
        const { code, stdout, stderr } = await mesh.isthmus(config(generated), "up", "--yes", "-o", "json");
        assert.equal(code, 0, stderr);
        const outputs = (JSON.parse(stdout) as { outputs: Outputs }).outputs.mesh;
        for (const { name = "", fingerprint } of outputs.roots) names.set(fingerprint, name);
        return outputs;
      }
      async function refused(generated?: Generated, other: Partial<PaperConfig> = {}): Promise<string> {
        const { code, stderr } = await mesh.isthmus({ ...config(generated), ...other }, "up", "--yes");
        assert.equal(code, 2, stderr);
        return stderr;
      }
      async function preview(generated?: Generated): Promise<MeshSummary> {
        const { stdout, stderr } = await mesh.isthmus(config(generated), "preview", "-o", "json");
        assert.notEqual(stdout, "", stderr);
        return JSON.parse(stdout) as MeshSummary;
      }
      const risks = (summary: MeshSummary): string[] => [...new Set(summary.risks.map(({ id }) => id))];

      await up();
      for (const site of sites) publish(site);
      if (isWhole) assert.equal((await preview()).outcome, "none");
      const keys = sites.map((site) => cacerts(site)["ca-key.pem"]);
      const roots = ["first", "2031"];

      if (isWhole) {
        assert.match(await refused({ roots, issuer: "2031" }), /found 2031, which is only made by this update/);
        const first = await preview({ roots });
        assert.deepEqual(risks(first), []);
        assert.deepEqual(
          first.meshChanges.map(({ words }) => words),
          ["the root CA 2031 is made, and trusted beside first"],
        );
      }
      await up({ roots });
      assert.deepEqual(standing(names), {
        east: { issuer: "first", roots: ["first", "2031"] },
        west: { issuer: "first", roots: ["first", "2031"] },
      });
      if (isWhole) {
        const words = await refused(
          { roots },
          { clusters: { ...clusters, north: paperCluster("north") }, istio: { version: "1.31.2" } },
        );
        assert.match(
          words,
          /isthmus:mesh\.clusters\.north: expected no other change .* from first to 2031, found north/,
        );
        assert.match(
          words,
          /isthmus:mesh\.istio\.version: expected no other change .*, found 1\.31\.2 in the place of/,
        );
      }
      publish("east");
      assert.match(await refused({ roots, issuers: { east: "2031" } }), /found 2031, which is not known of west\./);
      publish("west");

      if (isWhole) assert.deepEqual(risks(await preview({ roots, issuers: { east: "2031" } })), ["issuer-changes"]);
      await up({ roots, issuers: { east: "2031" } });
      assert.deepEqual(standing(names), {
        east: { issuer: "2031", roots: ["2031", "first"] },
        west: { issuer: "first", roots: ["first", "2031"] },
      });
      if (isWhole) {
        assert.match(
          await refused({ roots: ["2031"], issuer: "2031" }),
          /expected the root among them that the certificates of west lead to, first, found others alone: 2031/,
        );
      }

      const known = await up({ roots, issuer: "2031" });
      assert.equal(names.get(known.rootFingerprint), "2031");
      assert.deepEqual(standing(names)["west"], { issuer: "2031", roots: ["2031", "first"] });
      for (const site of sites) publish(site);
      if (isWhole) {
        const last = await preview({ roots: ["2031"], issuer: "2031" });
        assert.deepEqual(risks(last), ["root-dropped"]);
      }
      await up({ roots: ["2031"], issuer: "2031" });
      assert.deepEqual(standing(names)["east"], { issuer: "2031", roots: ["2031"] });
      assert.deepEqual(
        sites.map((site) => cacerts(site)["ca-key.pem"]),
        keys,
      );
      for (const site of sites) publish(site);
      assert.equal((await preview({ roots: ["2031"], issuer: "2031" })).outcome, "none");
      const stack = stacks === "one" ? "paper" : "paper.trust";
      const exported = await mesh.pulumi("stack", "export", "--stack", stack);
      assert.doesNotMatch(exported, /mesh-root-key/);
      assert.doesNotMatch(exported, /PRIVATE KEY|LS0tLS1CRUdJTiBQUklWQVRF/);
    },
  );
});
