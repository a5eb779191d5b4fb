import assert from "node:assert/strict";
import fc from "fast-check";
import { formatProblem, planMesh, parseMesh, type MeshConfig, type MeshPlan } from "../../../topology";
import { judgeReaderTokens, stillNeeds, type StandingReader, type StandingTokens } from "../../../preflight";
import { readerOf, readRemoteSecret, tokensIn } from "../../../preflight/readers";
import { CommandFailed } from "../../../access";
import { FakeClient, type FakeCluster } from "../../support/cluster-client";
import { twoPrimaries } from "../../support/plans";

const system = "/api/v1/namespaces/istio-system";
const now = new Date("2026-11-29T12:00:00Z");
const secondsAgo = (seconds: number): string => new Date(now.getTime() - seconds * 1000).toISOString();
const base64 = (text: string): string => Buffer.from(text).toString("base64");

const tokenSecret = (name: string, token: string, createdAt = secondsAgo(3600)): object => ({
  metadata: { name: `istio-reader-service-account-isthmus${name}`, creationTimestamp: createdAt },
  type: "kubernetes.io/service-account-token",
  data: token === "" ? {} : { token: base64(token) },
});

const west = new FakeClient("west", {
  objects: {
    [`${system}/secrets`]: [
      tokenSecret("", "TOKEN ONE"),
      tokenSecret("-second", "TOKEN TWO"),
      tokenSecret("-third", ""),
      { metadata: { name: "another" }, type: "kubernetes.io/service-account-token", data: { token: base64("OTHER") } },
    ],
  },
});

interface Reader {
  readonly token?: string;
  readonly writtenSecondsAgo?: number;
  readonly startedSecondsAgo?: number;
  readonly logs?: string;
  readonly status?: string;
  readonly exec?: FakeCluster["exec"];
}

/** The istiod of east, which has been given a token of west. */
function east({ token, logs, exec, status = "synced", ...ago }: Reader): FakeClient {
  const { writtenSecondsAgo = 5, startedSecondsAgo = 3600 } = ago;
  const kubeconfig = JSON.stringify({ users: [{ name: "west", user: { token } }] });
  return new FakeClient("east", {
    objects: {
      [`${system}/secrets/istio-remote-clusters`]: {
        metadata: {
          creationTimestamp: secondsAgo(7200),
          managedFields: [{ time: secondsAgo(7200) }, { time: secondsAgo(writtenSecondsAgo) }],
        },
        data: token === undefined ? {} : { west: base64(kubeconfig) },
      },
      [`${system}/pods`]: [
        {
          metadata: { name: "istiod-1" },
          status: {
            containerStatuses: [
              { name: "discovery", state: { running: { startedAt: secondsAgo(startedSecondsAgo) } } },
            ],
          },
        },
      ],
    },
    logs: (_target, since) => {
      assert.equal(since.getTime(), new Date(secondsAgo(writtenSecondsAgo)).getTime());
      return logs ?? "";
    },
    exec:
      exec ??
      (() =>
        JSON.stringify(
          token === undefined
            ? [{ id: "east", syncStatus: "synced" }]
            : [{ id: "west", secretName: "istio-system/istio-remote-clusters", syncStatus: status }],
        )),
  });
}

const handled = "2026-11-29T11:59:58Z\tinfo\tNumber of remote clusters: 1\n";

async function standing(reader: Reader): Promise<StandingReader> {
  return readerOf(await readRemoteSecret(east(reader)), "west", await tokensIn(west), now);
}

describe("the tokens of a cluster's readers, as they stand", () => {
  it("are known by their Secrets, without the tokens themselves", async () => {
    const tokens = [...(await tokensIn(west)).values()];
    assert.deepEqual(
      tokens.map(({ name, isFilled }) => ({ name, isFilled })),
      [
        { name: "first", isFilled: true },
        { name: "second", isFilled: true },
        { name: "third", isFilled: false },
      ],
    );
    assert.doesNotMatch(JSON.stringify(tokens), /TOKEN/);
  });

  it("are gone by for certain once istiod has gone through the remote secret, and synced", async () => {
    assert.deepEqual(await standing({ token: "TOKEN TWO", logs: handled }), { reader: "east", given: "second" });
  });

  it("are not gone by for certain while istiod may have the former ones, which look synced too", async () => {
    for (const logs of ["", "info\tpushing\n"]) {
      assert.deepEqual(await standing({ token: "TOKEN TWO", logs }), {
        reader: "east",
        given: "second",
        lag: "istiod-1 has not taken it up yet",
      });
    }
    assert.equal(
      (await standing({ token: "TOKEN TWO", logs: handled, status: "syncing" })).lag,
      "istiod-1: west is syncing (istio-system/istio-remote-clusters)",
    );
  });

  it("need no word of an istiod that started since, or when the change is long ago", async () => {
    assert.equal((await standing({ token: "TOKEN TWO", startedSecondsAgo: 2 })).lag, undefined);
    assert.equal((await standing({ token: "TOKEN TWO", writtenSecondsAgo: 121 })).lag, undefined);
    assert.notEqual((await standing({ token: "TOKEN TWO", writtenSecondsAgo: 119 })).lag, undefined);
  });

  it("are nobody's where an istiod has been given none", async () => {
    assert.deepEqual(await standing({ logs: handled }), { reader: "east" });
    const knows = (): string => JSON.stringify([{ id: "west", secretName: "a/b", syncStatus: "synced" }]);
    assert.equal((await standing({ logs: handled, exec: knows })).lag, "istiod-1 reads west still");
  });

  it("are told of as nobody's where what was given stands nowhere", async () => {
    assert.deepEqual(await standing({ token: "GONE", logs: handled }), { reader: "east" });
  });

  it("are not certain of an istiod that does not say", async () => {
    const exec = (): never => {
      throw new CommandFailed("pilot-discovery", "connection refused");
    };
    assert.equal(
      (await standing({ token: "TOKEN TWO", logs: handled, exec })).lag,
      "istiod-1 did not say: pilot-discovery: connection refused",
    );
  });

  it("need no word where no istiod runs: the next one begins with what stands there", async () => {
    const answer = await readRemoteSecret(new FakeClient("east", { objects: {} }));
    assert.equal((await readerOf(answer, "west", await tokensIn(west), now)).lag, undefined);
  });
});

describe("the judge of a cluster's tokens", () => {
  type ReaderTokens = NonNullable<MeshConfig["clusters"][string]["readerTokens"]>;
  const planWith = (readerTokens: ReaderTokens): MeshPlan =>
    planMesh(
      parseMesh({
        ...twoPrimaries,
        clusters: { ...twoPrimaries.clusters, west: { ...twoPrimaries.clusters.west, readerTokens } },
      }),
    );
  const found = (tokens: readonly string[], ...readers: StandingReader[]): ReadonlyMap<string, StandingTokens> =>
    new Map([
      [
        "west",
        {
          cluster: "west",
          tokens: tokens.map((name) => ({ name, isFilled: true, createdAt: new Date("2026-08-31T12:00:00Z") })),
          readers,
        },
      ],
    ]);
  const problemsOf = (readerTokens: ReaderTokens, standingTokens: ReadonlyMap<string, StandingTokens>): string[] =>
    judgeReaderTokens(planWith(readerTokens), standingTokens, now).problems.map(formatProblem);

  it("refuses to let a token go that an istiod is given", () => {
    assert.deepEqual(
      problemsOf({ tokens: ["second"], used: "second" }, found(["first"], { reader: "east", given: "first" })),
      [
        "isthmus:mesh.clusters.west.readerTokens.tokens: expected first among them, as long as an istiod elsewhere may go by it, found none, and the istiod of east is given first. Leave it there, have another one `used` by an update of its own, and take it out when every istiod goes by that: `isthmus rotate tokens` does so.",
      ],
    );
  });

  it("refuses it too while one may go by it still, and where that cannot be known", () => {
    const lagging = { reader: "east", given: "second", lag: "istiod-1 has not taken it up yet" };
    for (const reader of [lagging, { reader: "east", lag: "east does not answer" }]) {
      const [problem = ""] = problemsOf({ tokens: ["second"], used: "second" }, found(["first", "second"], reader));
      assert.ok(problem.includes(`east may go by first still: ${reader.lag}`), problem);
    }
  });

  it("lets one go that nobody goes by, and looks at none that stays", () => {
    const settled = { reader: "east", given: "second" };
    assert.deepEqual(problemsOf({ tokens: ["second"], used: "second" }, found(["first", "second"], settled)), []);
    const using = { reader: "east", given: "first" };
    assert.deepEqual(problemsOf({ tokens: ["first", "second"], used: "second" }, found(["first"], using)), []);
  });

  it("refuses a return to the configuration without names while a token with a name is used", () => {
    assert.equal(problemsOf({}, found(["second"], { reader: "east", given: "second" })).length, 1);
  });

  it("warns of a used token that is older than it may be, and of no other", () => {
    const warningsOf = (readerTokens: ReaderTokens): string[] =>
      judgeReaderTokens(planWith(readerTokens), found(["first"]), now).warnings.map(formatProblem);
    assert.deepEqual(warningsOf({ maximumAgeDays: 90 }), [
      "isthmus:mesh.clusters.west.readerTokens: expected a used token that is younger than 90 days, as maximumAgeDays says, found first, which is 90 days old. Replace it: `isthmus rotate tokens --due`.",
    ]);
    assert.deepEqual(warningsOf({ maximumAgeDays: 91 }), []);
    assert.deepEqual(warningsOf({}), []);
    assert.deepEqual(warningsOf({ tokens: ["first", "second"], used: "second", maximumAgeDays: 1 }), []);
  });

  it("warns where it may not look, of a cluster whose tokens have names alone", () => {
    const unread = new Map([["west", { cluster: "west", tokens: [], readers: [], trouble: "west: forbidden" }]]);
    const warningsOf = (readerTokens: ReaderTokens): string[] =>
      judgeReaderTokens(planWith(readerTokens), unread, now).warnings.map(formatProblem);
    assert.deepEqual(warningsOf({ tokens: ["second"], used: "second" }), [
      "isthmus:mesh.clusters.west.readerTokens: expected to list the Secrets of istio-system, for none is to be deleted that an istiod goes by, found west: forbidden. Allow it, or make sure by yourself that every istiod goes by the used one.",
    ]);
    assert.deepEqual(warningsOf({}), []);
  });

  it("never lets one go while an istiod is given it or is not certain, whatever the others do", () => {
    const reader = fc.record(
      { reader: fc.constant("east"), given: fc.constantFrom("first", "second"), lag: fc.constantFrom("syncing") },
      { requiredKeys: ["reader"] },
    ) as fc.Arbitrary<StandingReader>;
    fc.assert(
      fc.property(fc.array(reader, { maxLength: 4 }), (readers) => {
        const isRefused = problemsOf({ tokens: ["second"], used: "second" }, found(["first"], ...readers)).length > 0;
        assert.equal(
          isRefused,
          readers.some(({ given, lag }) => given === "first" || lag !== undefined),
        );
        assert.equal(
          isRefused,
          readers.some((one) => stillNeeds("first", one) !== undefined),
        );
      }),
    );
  });
});
