import assert from "node:assert/strict";
import fc from "fast-check";
import { parseMesh, planMesh, type IntermediateKeysPlan, type MeshPlan } from "../../../../topology";
import { isListOf, isRevoked, revocationListsIn, serialOf, unlistedIn } from "../../../../trust";
import { intermediateName, issueIntermediate, issueRoot } from "../../../../trust/authority";
import { generateKeyPairSync } from "node:crypto";
import type { ClusterTrust } from "../../../../preflight";
import {
  liftLists,
  listsOf,
  renewLists,
  revocationReport,
  revokeIntermediate,
  type RevocableMesh,
} from "../../../../operations/trust";
import type { ListsWish, RevocationReport, StackAuthority } from "../../../../operations/trust";
import { ConfigurationError } from "../../../../topology";

const now = new Date("2026-11-30T12:00:00Z");
const rootKeys = generateKeyPairSync("ec", { namedCurve: "P-256" });
const root: StackAuthority = {
  certificate: issueRoot("mesh1", rootKeys.privateKey, rootKeys.publicKey, { now, days: 1000 }),
  key: rootKeys.privateKey,
};

function intermediate(site: string, key: string): StackAuthority {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const request = { subjectName: intermediateName("mesh1", site), publicKey: keys.publicKey };
  const certificate = issueIntermediate(request, root, { now, days: 365 });
  return { certificate, key: keys.privateKey, intermediate: { site, key } };
}

const west = intermediate("west", "first");
const known = new Map<string, StackAuthority>();

/** The CA of a key of east, the same one each time. */
function east(key: string): StackAuthority {
  const made = known.get(key) ?? intermediate("east", key);
  known.set(key, made);
  return made;
}

function planWith(keys: IntermediateKeysPlan | undefined, revocations: string | undefined): MeshPlan {
  return planMesh(
    parseMesh({
      id: "mesh1",
      istio: { version: "1.31.1" },
      clusters: {
        east: { network: "a", access: { context: "lab-east" } },
        west: { network: "b", access: { context: "lab-west" } },
      },
      trust: {
        ...(keys === undefined ? {} : { intermediateKeys: { east: keys } }),
        ...(revocations === undefined ? {} : { revocations }),
      },
    }),
  );
}

/** A mesh on paper: an update brings what the files say, and proxies follow when they are told to. */
class PaperMesh implements RevocableMesh {
  applied: { keys: IntermediateKeysPlan; listsPem: string };
  /** What workloads of east present, and what lists proxies look at. */
  proxies: { key: string; listsPem: string };
  readonly history: string[] = [];
  refuses = false;

  constructor(
    public keys: IntermediateKeysPlan,
    public file: { name?: string; pem: string },
    public follows: "at once" | "never" = "at once",
  ) {
    this.applied = { keys, listsPem: file.name === undefined ? "" : file.pem };
    this.proxies = { key: keys.used, listsPem: this.applied.listsPem };
  }

  get authorities(): StackAuthority[] {
    return [root, west, ...this.applied.keys.keys.map(east)];
  }

  report(): Promise<RevocationReport> {
    const named = this.file.name;
    const cluster = (name: string, used: StackAuthority, proxy: StackAuthority): [string, ClusterTrust] => [
      name,
      {
        cluster: name,
        authority: {
          chain: [used.certificate],
          roots: [root.certificate],
          ...(this.applied.listsPem === "" ? {} : { listsPem: this.applied.listsPem }),
        },
        published: [root.certificate],
        listsPem: this.applied.listsPem,
        copies: [],
        proxies: [
          {
            namespace: "shop",
            pod: `of-${name}`,
            leaf: { notBefore: now, notAfter: now },
            issuers: [proxy.certificate],
            roots: [root.certificate],
            listsPem: this.proxies.listsPem,
          },
        ],
        unread: [],
        troubles: [],
      },
    ];
    return Promise.resolve(
      revocationReport({
        plan: planWith(this.keys, named),
        cluster: "east",
        authorities: this.authorities,
        listsPem: named === undefined ? "" : this.file.pem,
        trusts: new Map([
          cluster("east", east(this.applied.keys.used), east(this.proxies.key)),
          cluster("west", west, west),
        ]),
        now,
      }),
    );
  }

  writeLists(wish: ListsWish): Promise<{ file: string; undo: () => Promise<void> }> {
    const before = this.file.pem;
    const revoke = wish.kind === "revoke" ? [east(wish.key).certificate] : [];
    this.file.pem = listsOf(this.authorities, before, { revoke }, now);
    return Promise.resolve({
      file: "lists.pem",
      undo: () => {
        this.file.pem = before;
        return Promise.resolve();
      },
    });
  }

  otherChanges(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  reconfigure(edits: Parameters<RevocableMesh["reconfigure"]>[0]) {
    const before = { keys: this.keys, file: { ...this.file } };
    for (const { keys, value } of edits) {
      if (keys.includes("intermediateKeys")) this.keys = value as IntermediateKeysPlan;
      else if (value === undefined) delete this.file.name;
      else this.file.name = value as string;
    }
    const undo = (): Promise<void> => {
      this.keys = before.keys;
      if (before.file.name === undefined) delete this.file.name;
      return Promise.resolve();
    };
    return Promise.resolve({ mesh: this, undo });
  }

  up(): Promise<void> {
    if (this.refuses) throw new ConfigurationError([{ path: "x", expected: "x", found: "y", fix: "z" }]);
    this.applied = { keys: this.keys, listsPem: this.file.name === undefined ? "" : this.file.pem };
    if (this.follows === "at once") this.follow();
    this.ensureCalls();
    return Promise.resolve();
  }

  follow(): void {
    this.proxies = { key: this.applied.keys.used, listsPem: this.applied.listsPem };
  }

  /** No workload presents what a proxy refuses, and no istiod is given lists that lack its own CA. */
  ensureCalls(): void {
    const lists = revocationListsIn(this.proxies.listsPem);
    if (lists.length > 0) {
      assert.deepEqual(unlistedIn([east(this.proxies.key).certificate, west.certificate, root.certificate], lists), []);
      assert.ok(!isRevoked(east(this.proxies.key).certificate, root.certificate, lists));
    }
    const given = revocationListsIn(this.applied.listsPem);
    if (given.length > 0) assert.deepEqual(unlistedIn([east(this.applied.keys.used).certificate], given), []);
    this.history.push(
      `${this.applied.keys.used} ${given.length} lists, ${[...given.flatMap(({ revoked }) => [...revoked])].length} revoked`,
    );
  }
}

const revoking = (cut: "followed" | "now" = "followed") => ({
  cluster: "east",
  cut,
  tell: () => undefined,
  waitMs: 0,
  pollMs: 1,
});

describe("the revocation of an intermediate CA", () => {
  it("gives the istiod another key, and revokes the former one's certificate when nobody presents it", async () => {
    const mesh = new PaperMesh({ keys: ["first"], used: "first" }, { pem: "" });
    const { done, readiness, revoked } = await revokeIntermediate(mesh, revoking());
    assert.equal(done.length, 2);
    assert.equal(readiness.kind, "ready");
    assert.deepEqual(revoked, [serialOf(east("first").certificate)]);
    assert.deepEqual(mesh.keys, { keys: ["from-2026-11-30"], used: "from-2026-11-30" });
    assert.deepEqual(mesh.history, ["from-2026-11-30 0 lists, 0 revoked", "from-2026-11-30 3 lists, 1 revoked"]);
  });

  it("gives proxies a list of the new CA before it signs, where they look at lists already, and keeps what is revoked", async () => {
    const mesh = new PaperMesh({ keys: ["first"], used: "first" }, { pem: "" });
    await revokeIntermediate(mesh, revoking());
    mesh.history.length = 0;
    const { readiness, revoked } = await revokeIntermediate(mesh, revoking());
    assert.equal(readiness.kind, "ready");
    assert.equal(revoked.length, 2);
    assert.deepEqual(
      mesh.history.map((line) => line.replace(/^from-2026-11-30/, "new")),
      ["new 3 lists, 1 revoked", "new 4 lists, 1 revoked", "new-2 4 lists, 1 revoked", "new-2 3 lists, 2 revoked"],
    );
  });

  it("does not revoke while a workload presents the former certificate, unless it is told to cut at once", async () => {
    const mesh = new PaperMesh({ keys: ["first"], used: "first" }, { pem: "" }, "never");
    const waiting = await revokeIntermediate(mesh, revoking());
    assert.deepEqual([waiting.done.length, waiting.readiness.kind, waiting.underWay], [1, "following", true]);
    assert.match(waiting.readiness.words.join(), /shop\/of-east present certificates of the former key/);
    assert.equal(mesh.file.name, undefined);
    const cut = await revokeIntermediate(mesh, revoking("now"));
    assert.deepEqual([cut.done.length, cut.underWay, cut.revoked.length], [1, false, 1]);
  });

  it("leaves both files as they were where the update refuses what they say", async () => {
    const mesh = new PaperMesh({ keys: ["first", "second"], used: "second" }, { pem: "" });
    mesh.refuses = true;
    await assert.rejects(revokeIntermediate(mesh, revoking()), ConfigurationError);
    assert.deepEqual([mesh.keys, mesh.file], [{ keys: ["first", "second"], used: "second" }, { pem: "" }]);
  });

  it("ends what an update that was killed had begun, at whatever step, and begins nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.integer({ min: 0, max: 3 }),
        fc.constantFrom("before", "after"),
        async (again, at, when) => {
          const mesh = new PaperMesh({ keys: ["first"], used: "first" }, { pem: "" });
          if (again) await revokeIntermediate(mesh, revoking());
          const before = revocationListsIn(mesh.file.pem).flatMap(({ revoked }) => [...revoked]).length;
          const up = mesh.up.bind(mesh);
          let left = at;
          mesh.up = async () => {
            left -= 1;
            if (left < 0) {
              mesh.up = up;
              if (when === "after") await up();
              throw new Error("killed");
            }
            await up();
          };
          const killed = await revokeIntermediate(mesh, revoking()).catch((error: unknown) => error);
          const wasKilled = killed instanceof Error;
          // Killed after its last update it has done all; what is run again then begins anew, as it should.
          const isOver = mesh.keys.keys.length === 1 && mesh.applied.keys === mesh.keys;
          if (wasKilled && !isOver) {
            const { readiness, revoked } = await revokeIntermediate(mesh, revoking());
            assert.deepEqual([readiness.kind, revoked.length], ["ready", before + 1]);
          }
          assert.equal(mesh.keys.keys.length, 1);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("is lifted by taking the lists away from every proxy, and lists of all CAs are given without revoking anything", async () => {
    const mesh = new PaperMesh({ keys: ["first"], used: "first" }, { pem: "" });
    await revokeIntermediate(mesh, revoking());
    const lifted = await liftLists(mesh, revoking());
    assert.deepEqual([lifted.readiness.kind, lifted.revoked, mesh.proxies.listsPem], ["ready", [], ""]);
    const renewed = await renewLists(mesh, revoking());
    assert.deepEqual([renewed.readiness.kind, revocationListsIn(mesh.proxies.listsPem).length], ["ready", 3]);
  });

  it("names what is to be done with more keys than two", async () => {
    const mesh = new PaperMesh({ keys: ["first", "second", "third"], used: "third" }, { pem: "" });
    await assert.rejects(
      async () => mesh.report(),
      /expected one key, or two of which the last one takes the first one's place/,
    );
  });
});

describe("the lists of a stack's CAs", () => {
  it("are one of each, last until the root ends, and leave out a CA that is revoked", () => {
    const pem = listsOf([root, west, east("first")], "", { revoke: [east("first").certificate] }, now);
    const lists = revocationListsIn(pem);
    assert.equal(lists.length, 2);
    assert.ok(lists.every(({ nextUpdate }) => nextUpdate?.getTime() === root.certificate.validToDate.getTime()));
    assert.ok(isRevoked(east("first").certificate, root.certificate, lists));
    assert.ok(!isRevoked(west.certificate, root.certificate, lists));
  });

  it("keep what is revoked when they are made anew, and those of others", () => {
    const first = listsOf([root, west, east("first")], "", { revoke: [east("first").certificate] }, now);
    const renewed = revocationListsIn(listsOf([root, west], first, {}, now));
    assert.ok(isRevoked(east("first").certificate, root.certificate, renewed));
    const another = listsOf([root], listsOf([root, west], "", {}, now), {}, now);
    assert.ok(revocationListsIn(another).some((list) => isListOf(list, west.certificate)));
  });
});
