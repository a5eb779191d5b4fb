import assert from "node:assert/strict";
import type { MeshSummary } from "../../operations/summary";
import type { MeshConfig } from "../../topology";
import { itInTurn } from "../support/turns";
import { paperCluster, PaperMesh, type PaperConfig } from "./paper/mesh";
import { describeEngine } from "./tools";

type ReaderTokens = NonNullable<MeshConfig["clusters"][string]["readerTokens"]>;

const secretType = "kubernetes:core/v1:Secret";
const podType = "kubernetes:core/v1:Pod";
const account = "istio-reader-service-account-isthmus";

describeEngine("a cluster whose readers go over to another token", (tools) => {
  let mesh: PaperMesh;

  beforeEach(async () => {
    mesh = await PaperMesh.create(tools());
  });
  afterEach(() => mesh.dispose());

  /** Names of the tokens that west has. */
  function tokens(): string[] {
    return mesh.world
      .at(mesh.urlOf("west"))
      .flatMap(({ id }) =>
        id.startsWith(`istio-system/${account}`) ? [id.slice(`istio-system/${account}`.length)] : [],
      )
      .map((ending) => (ending === "" ? "first" : ending.slice(1)))
      .sort();
  }

  /** Fills the tokens of west in, as Kubernetes does, with what its provider said that it did. */
  function fill(): void {
    const west = mesh.urlOf("west");
    for (const token of tokens()) {
      const [id, resource] =
        token === "first"
          ? [account, "mesh-west-reader-token"]
          : [`${account}-${token}`, `mesh-west-reader-token.${token}`];
      const secret = mesh.world.find(west, secretType, `istio-system/${id}`);
      assert.ok(secret, id);
      const data = { token: Buffer.from(`token of ${resource}`).toString("base64") };
      mesh.world.change(west, secretType, `istio-system/${id}`, { ...secret, data } as typeof secret);
    }
  }

  /** The token of west that the istiod of east is given. */
  function given(): string | undefined {
    const secret = mesh.world.find(mesh.urlOf("east"), secretType, "istio-system/istio-remote-clusters");
    const { data } = (secret ?? {}) as unknown as { data: { west: string } };
    const kubeconfig = JSON.parse(Buffer.from(data.west, "base64").toString()) as {
      users: { user: { token: string } }[];
    };
    return kubeconfig.users[0]?.user.token;
  }

  itInTurn(
    ["one", "per-cluster"] as const,
    (stacks) => `does so in three updates, and in no other order (stacks: ${stacks})`,
    async (stacks) => {
      const config = (readerTokens: ReaderTokens): PaperConfig => ({
        id: "mesh1",
        clusters: { east: paperCluster("east"), west: paperCluster("west", { readerTokens }) },
        stacks,
      });
      async function up(readerTokens: ReaderTokens): Promise<void> {
        const { code, stderr } = await mesh.isthmus(config(readerTokens), "up", "--yes", "-o", "json");
        assert.equal(code, 0, stderr);
        fill();
      }
      async function refused(readerTokens: ReaderTokens): Promise<string> {
        const before = [tokens(), given()];
        const { code, stderr } = await mesh.isthmus(config(readerTokens), "up", "--yes");
        assert.equal(code, 2, stderr);
        assert.deepEqual([tokens(), given()], before);
        return stderr;
      }
      const [beside, used, alone] = [
        { tokens: ["first", "second"] },
        { tokens: ["first", "second"], used: "second" },
        { tokens: ["second"], used: "second" },
      ];

      // Several stacks take several times as long, and are refused the same by the same judge.
      const isWhole = stacks === "one";
      await up({});
      assert.deepEqual([tokens(), given()], [["first"], "token of mesh-west-reader-token"]);
      assert.match(await refused(alone), /found none, and the istiod of east is given first\./);

      if (isWhole) {
        await up(beside);
        assert.deepEqual([tokens(), given()], [["first", "second"], "token of mesh-west-reader-token"]);

        const { stdout, stderr } = await mesh.isthmus(config(used), "preview", "-o", "json");
        assert.notEqual(stdout, "", stderr);
        const { clusters, risks } = JSON.parse(stdout) as MeshSummary;
        assert.deepEqual(
          clusters.flatMap(({ name, changes }) => changes.map(({ words }) => `${name}: ${words}`)),
          ["east: its istiod gets new kubeconfigs of west"],
        );
        assert.deepEqual(risks, []);
      }
      await up(used);
      assert.deepEqual([tokens(), given()], [["first", "second"], "token of mesh-west-reader-token.second"]);

      if (isWhole) await refusedByPod();
      await up(alone);
      assert.deepEqual([tokens(), given()], [["second"], "token of mesh-west-reader-token.second"]);

      /** An istiod on paper cannot say what it goes by. */
      async function refusedByPod(): Promise<void> {
        const pod = {
          apiVersion: "v1",
          kind: "Pod",
          metadata: { name: "istiod-1", namespace: "istio-system", labels: { app: "istiod" } },
        };
        mesh.world.add(mesh.urlOf("east"), podType, "istio-system/istiod-1", pod);
        assert.match(await refused(alone), /the istiod of east may go by first still: istiod-1/);
        mesh.world.remove(mesh.urlOf("east"), podType, "istio-system/istiod-1");
      }
    },
  );
});
