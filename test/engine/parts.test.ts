import assert from "node:assert/strict";
import { join } from "node:path";
import { upParts } from "../../operations/parts";
import { up, UnfinishedUpdate, type StackOptions } from "../../operations/stack";
import { ConfigurationError, planOfSites } from "../../topology";
import { backendOfTheCommit, forEachBackend } from "./backends";
import { paperCluster, PaperMesh, type PaperConfig } from "./paper/mesh";
import { describeEngine } from "./tools";

/** Two clusters of an external control plane, and one with its own: every way in which parts need each other. */
const config: PaperConfig = {
  id: "mesh1",
  stacks: "per-cluster",
  clusters: {
    east: paperCluster("east", { controlPlane: "control" }),
    north: paperCluster("north"),
    west: paperCluster("west", { controlPlane: "control" }),
  },
  externalControlPlanes: { control: { access: { context: "control" } } },
};

describeEngine("a mesh in a stack for each cluster", (tools) => {
  forEachBackend((backend) => {
    let mesh: PaperMesh;
    let options: StackOptions;

    before(async () => {
      mesh = await PaperMesh.create(tools(), backend().variables);
      options = await mesh.options(config);
    });
    after(() => mesh.dispose());

    async function outcomes(more: Partial<StackOptions> = {}): Promise<Record<string, string>> {
      const { parts } = await upParts({ ...options, ...more });
      return Object.fromEntries(parts.map(({ part, outcome }) => [part, outcome]));
    }

    async function refusal(action: Promise<unknown>): Promise<string> {
      let message = "";
      await assert.rejects(action, (error: unknown) => {
        assert.ok(error instanceof Error);
        message = error.message;
        return true;
      });
      return message;
    }

    it("is told apart from a mesh in one stack", async () => {
      const message = await refusal(up(options));
      assert.match(
        message,
        /isthmus:mesh\.stacks: expected a stack for one part of the mesh, paper\.trust, paper\.east/,
      );
    });

    it("does not begin with a cluster whose trust is not there", async () => {
      const part = { ...options, stack: "paper.north", plan: planOfSites(options.plan, ["north"]) };
      const configFile = join(options.projectDirectory, "Pulumi.paper.yaml");
      const message = await refusal(up({ ...part, configFile }));
      assert.match(message, /stack paper\.trust: expected its output for north: the root certificate, found none yet/);
    });

    it("goes on from wherever it was ended", async () => {
      const stop = new AbortController();
      const ended: string[] = [];
      const around = async <T>(own: StackOptions, work: (options: StackOptions) => Promise<T>): Promise<T> => {
        const result = await work(own);
        ended.push(own.stack);
        if (ended.length === 2) stop.abort();
        return result;
      };
      await assert.rejects(upParts({ ...options, stop: stop.signal, around, parallel: 1 }));
      assert.equal(ended[0], "paper.trust");
      assert.deepEqual(await outcomes(), {
        trust: "updated",
        control: "updated",
        east: "updated",
        north: "updated",
        west: "updated",
      });
      assert.deepEqual(Object.values(await outcomes()), [
        "updated",
        "unchanged",
        "unchanged",
        "unchanged",
        "unchanged",
      ]);
    });

    it("keeps no key and no token in the clear, and no other cluster's outputs", async () => {
      const text = await backend().content();
      assert.doesNotMatch(text, /BEGIN (EC |RSA )?PRIVATE KEY/);
      for (const name of ["east", "north", "west"]) {
        const token = `token of mesh-${name}-reader-token`;
        for (const form of [token, Buffer.from(token).toString("base64")]) assert.ok(!text.includes(form), form);
      }
      assert.ok(!text.includes("StackReference"));
    });

    it("says which cluster does not answer, and does the rest", async () => {
      await mesh.silence("west");
      const changed = {
        ...config,
        istio: { values: { istiod: { global: { logging: { level: "default:debug" } } } } },
      };
      options = await mesh.options(changed);
      await assert.rejects(upParts(options), (error: unknown) => {
        assert.ok(error instanceof UnfinishedUpdate, String(error));
        assert.deepEqual(error.clusters, ["west"]);
        assert.match(error.message, /^the rest is done, but paper\.west: /);
        return true;
      });
    });

    it("refuses a new cluster that does not answer before anything is begun", async () => {
      options = await mesh.options({ ...config, clusters: { ...config.clusters, south: paperCluster("south") } });
      await mesh.silence("south");
      const begun: string[] = [];
      const around = <T>(own: StackOptions, work: (options: StackOptions) => Promise<T>): Promise<T> => {
        begun.push(own.stack);
        return work(own);
      };
      await assert.rejects(upParts({ ...options, around }), ConfigurationError);
      assert.deepEqual(begun, []);
    });
  }, backendOfTheCommit);
});
