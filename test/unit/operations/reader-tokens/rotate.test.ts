import assert from "node:assert/strict";
import fc from "fast-check";
import { judgeReaderTokens, type StandingTokens } from "../../../../preflight";
import {
  planRotation,
  readerTokensReport,
  rotateTokens,
  type RotatableMesh,
  type RotationSelection,
} from "../../../../operations/reader-tokens";
import {
  ConfigurationError,
  parseMesh,
  planMesh,
  readerTokensOf,
  type MeshConfig,
  type MeshPlan,
} from "../../../../topology";
import { twoPrimaries } from "../../../support/plans";

const now = new Date("2026-11-29T12:00:00Z");
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 24 * 60 * 60 * 1000);

interface Cluster {
  readonly tokens: Map<string, Date>;
  /** What the istiod elsewhere has been given. */
  given: string;
  /** What it goes by. */
  used: string;
}

class Killed extends Error {}

/** Two clusters that read each other, with their file, on paper. */
class PaperMesh {
  readonly file: { [cluster in "east" | "west"]: MeshConfig["clusters"][string] } = structuredClone(
    twoPrimaries.clusters,
  );
  readonly clusters = new Map<string, Cluster>();
  readonly log: string[] = [];
  /** Looks until an istiod has followed. */
  slowness = 1;
  others: readonly string[] = [];
  unreadable: readonly string[] = [];
  /** Before how many more effects it is killed. Default: never. */
  killIn = Infinity;
  private looks = 0;

  constructor() {
    for (const name of ["east", "west"]) {
      this.clusters.set(name, { tokens: new Map([["first", daysAgo(100)]]), given: "first", used: "first" });
    }
  }

  get plan(): MeshPlan {
    return planMesh(parseMesh({ ...twoPrimaries, clusters: this.file }));
  }

  get standing(): ReadonlyMap<string, StandingTokens> {
    return new Map(
      [...this.clusters].map(([cluster, { given, tokens, used }]): [string, StandingTokens] => [
        cluster,
        {
          cluster,
          tokens: [...tokens].map(([name, createdAt]) => ({ name, createdAt, isFilled: true })),
          readers: [
            { reader: cluster === "east" ? "west" : "east", given, ...(given === used ? {} : { lag: "not yet" }) },
          ],
          ...(this.unreadable.includes(cluster) ? { trouble: "no answer" } : {}),
        },
      ]),
    );
  }

  mesh(): RotatableMesh {
    return {
      report: () => {
        this.looks += 1;
        if (this.looks % this.slowness === 0) for (const one of this.clusters.values()) one.used = one.given;
        return Promise.resolve(readerTokensReport(this.plan, this.standing, now));
      },
      otherChanges: () => Promise.resolve(this.others),
      reconfigure: (edits) => {
        this.effect("edit");
        const before = structuredClone(this.file);
        for (const { keys, value } of edits) {
          const [, cluster = "", , key = ""] = keys;
          const settings = this.file[cluster as "east"] as { readerTokens?: object };
          settings.readerTokens = { ...settings.readerTokens, [key]: value };
        }
        return Promise.resolve({
          mesh: this.mesh(),
          undo: () => Promise.resolve(void Object.assign(this.file, before)),
        });
      },
      // eslint-disable-next-line @typescript-eslint/require-await
      up: async () => {
        const { problems } = judgeReaderTokens(this.plan, this.standing, now);
        if (problems.length > 0) throw new ConfigurationError(problems);
        for (const cluster of this.plan.clusters) this.bring(cluster.name);
      },
    };
  }

  private bring(name: string): void {
    const cluster = this.clusters.get(name);
    assert.ok(cluster);
    const plan = this.plan.clusters.find((one) => one.name === name);
    assert.ok(plan);
    const { tokens, used } = readerTokensOf(plan);
    for (const token of tokens.filter((one) => !cluster.tokens.has(one))) {
      this.effect(`${name}: make ${token}`);
      cluster.tokens.set(token, now);
    }
    if (cluster.given !== used) {
      this.effect(`${name}: give ${used}`);
      cluster.given = used;
    }
    for (const token of [...cluster.tokens.keys()].filter((one) => !tokens.includes(one))) {
      assert.notEqual(token, cluster.used, `${name}: ${token} is revoked while an istiod goes by it`);
      this.effect(`${name}: revoke ${token}`);
      cluster.tokens.delete(token);
    }
  }

  private effect(words: string): void {
    if (this.killIn === 0) throw new Killed(words);
    this.killIn -= 1;
    this.log.push(words);
  }
}

const all: RotationSelection = { age: "all" };
const rotate = (paper: PaperMesh, selection = all, waitMs?: number): Promise<readonly string[]> =>
  rotateTokens(paper.mesh(), selection, {
    tell: () => undefined,
    pollMs: 0,
    now: () => now,
    ...(waitMs === undefined ? {} : { waitMs }),
  });

const fresh = "from-2026-11-29";

describe("a rotation of readers' tokens", () => {
  it("makes another token, has it used, and revokes the former one, each by one edit and one update", async () => {
    const paper = new PaperMesh();
    paper.slowness = 3;
    const done = await rotate(paper);
    assert.deepEqual(paper.log, [
      "edit",
      `east: make ${fresh}`,
      `west: make ${fresh}`,
      "edit",
      `east: give ${fresh}`,
      `west: give ${fresh}`,
      "edit",
      "east: revoke first",
      "west: revoke first",
    ]);
    assert.deepEqual(done, [
      `east: make the token ${fresh} beside first, west: make the token ${fresh} beside first`,
      `east: give the istiods elsewhere ${fresh} in place of first, west: give the istiods elsewhere ${fresh} in place of first`,
      "east: revoke first, west: revoke first",
    ]);
    assert.deepEqual(paper.file.west.readerTokens, { tokens: [fresh], used: fresh });
  });

  it("rotates again, on the same day too", async () => {
    const paper = new PaperMesh();
    await rotate(paper);
    await rotate(paper);
    assert.deepEqual([...(paper.clusters.get("west")?.tokens.keys() ?? [])], [`${fresh}-2`]);
  });

  it("takes only the clusters that it is told, and refuses others than there are", async () => {
    const paper = new PaperMesh();
    await rotate(paper, { age: "all", clusters: ["west"] });
    assert.equal(paper.clusters.get("east")?.given, "first");
    assert.equal(paper.clusters.get("west")?.given, fresh);
    await assert.rejects(rotate(paper, { age: "all", clusters: ["north"] }), {
      message:
        "isthmus rotate tokens --cluster: expected a cluster that an istiod elsewhere reads: east, west, found north. Name one of these.",
    });
  });

  it("takes only what is due, where it is told so", async () => {
    const paper = new PaperMesh();
    paper.file.east.readerTokens = { maximumAgeDays: 101 };
    paper.file.west.readerTokens = { maximumAgeDays: 100 };
    await rotate(paper, { age: "due" });
    assert.deepEqual(
      [...paper.clusters.values()].map(({ given }) => given),
      ["first", fresh],
    );
    const edits = paper.log.length;
    assert.deepEqual(await rotate(paper, { age: "due" }), []);
    assert.equal(paper.log.length, edits);
  });

  it("changes nothing while something else would change too", async () => {
    const paper = new PaperMesh();
    paper.others = ["west: istiod 1.31.0 to 1.31.1"];
    await assert.rejects(rotate(paper), (error: unknown) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(
        error.message,
        /found other changes that no update has brought yet: west: istiod 1\.31\.0 to 1\.31\.1/,
      );
      return true;
    });
    assert.deepEqual(paper.log, []);
  });

  it("changes nothing while a cluster that is concerned does not answer", async () => {
    const paper = new PaperMesh();
    paper.unreadable = ["west"];
    await assert.rejects(rotate(paper), /clusters\.west\.readerTokens: .*no answer/);
    assert.deepEqual(paper.log, []);
    await rotate(paper, { age: "all", clusters: ["east"] });
  });

  it("revokes nothing while an istiod has not followed, says so, and goes on with the next run", async () => {
    const paper = new PaperMesh();
    paper.slowness = Infinity;
    await assert.rejects(rotate(paper, all, 20), /the istiod of west: not yet.* run `isthmus rotate tokens` again/);
    assert.ok(!paper.log.some((line) => line.includes("revoke")));
    paper.slowness = 1;
    await rotate(paper);
    assert.equal(paper.log.filter((line) => line.includes("make")).length, 2);
    assert.deepEqual([...(paper.clusters.get("west")?.tokens.keys() ?? [])], [fresh]);
  });

  it("can be killed at any moment and run again: each cluster is rotated once, and no token is revoked in use", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 4 }),
        async (kills, slowness) => {
          const paper = new PaperMesh();
          paper.slowness = slowness;
          let isDone = false;
          for (const killIn of [...kills, Infinity]) {
            if (isDone) break;
            paper.killIn = killIn;
            try {
              await rotate(paper);
              isDone = true;
            } catch (error) {
              if (!(error instanceof Killed)) throw error;
            }
          }
          for (const { given, tokens, used } of paper.clusters.values()) {
            assert.deepEqual([[...tokens.keys()], given, used], [[fresh], fresh, fresh]);
          }
          assert.equal(new Set(paper.log.filter((line) => line !== "edit")).size, 6);
        },
      ),
    );
  });

  it("goes on where a person took the first steps by hand", async () => {
    const paper = new PaperMesh();
    paper.file.west.readerTokens = { tokens: ["first", "mine"], used: "first" };
    const report = readerTokensReport(paper.plan, paper.standing, now);
    const { clusters, steps } = planRotation(report, all, now);
    assert.deepEqual(
      clusters.map(({ cluster, state }) => `${cluster} ${state}`),
      ["west unapplied"],
    );
    assert.deepEqual(steps.get("west")?.kind, "use");
    const [first] = await rotate(paper);
    assert.equal(first, "bring west to what the file says, as an update was to that did not end");
    assert.deepEqual(paper.file.west.readerTokens, { tokens: ["mine"], used: "mine" });
    assert.equal(paper.clusters.get("east")?.given, "first");
  });
});
