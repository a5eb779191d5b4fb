import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { holdIn, lifeOf, lockWords, overcomeHold, type MachineFacts, type StackLock } from "../../../engine/lock";
import { processesOfRun, runVariable } from "../../../engine/process/marked";
import { identityOf, lives } from "../../../engine/process/process-identity";
import { PulumiError } from "../../../engine/pulumi-error";
import { isUnderWay, RunRecords, seeToFormerRuns, type RunRecord } from "../../../engine/run";

const locked = `error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  file:///lab/pulumi/.pulumi/locks/organization/isthmus/dev/1b2c.json?no_tmp_dir=true: created by root@somewhere (pid 4242) at 2026-11-21T10:00:00Z`;
const conflict =
  "error: [409] Conflict: Another update is currently in progress.\nTo learn more about possible resolutions";

const lock: StackLock = {
  id: "1b2c",
  user: "root",
  host: "somewhere",
  pid: 4242,
  since: "2026-11-21T10:00:00Z",
  stack: "dev",
};

describe("what holds a stack", () => {
  it("is its locks with their holders, or an update of the service", () => {
    assert.deepEqual(holdIn(locked), { kind: "locks", locks: [lock] });
    assert.deepEqual(holdIn(conflict), { kind: "service" });
    assert.equal(holdIn("error: something else"), undefined);
  });

  it("is explained: who, since when, and what frees it", () => {
    assert.equal(
      new PulumiError("up", "", locked, 255).message,
      "pulumi up failed: stack dev is locked by root@somewhere (process 4242, since 2026-11-21T10:00:00Z). Wait until that has ended; if it was killed, run `pulumi cancel --stack dev`.",
    );
    assert.match(lockWords(conflict) ?? "", /another update of the stack is under way.*`pulumi cancel`/);
  });
});

describe("the life of who holds a stack", () => {
  const takenAtMs = Date.parse(lock.since);
  const run: RunRecord = {
    id: "r",
    command: "up",
    beganAtMs: takenAtMs - 2_000,
    engine: { pid: 4242, began: "1", place: "p" },
    owner: { pid: 1, began: "1", place: "p" },
  };
  const facts: MachineFacts = { host: "somewhere", cutOff: [], isPulumi: () => false };

  it("is not known by the host's name and a process number alone: both are used again", () => {
    assert.equal(lifeOf(lock, facts), "not known");
    assert.equal(lifeOf(lock, { ...facts, host: "elsewhere", cutOff: [run] }), "not known");
  });

  it("has ended when this machine has noted that very run, and it was cut off", () => {
    assert.equal(lifeOf(lock, { ...facts, cutOff: [run] }), "ended");
    const earlier = { ...run, beganAtMs: takenAtMs - 3_600_000 };
    assert.equal(lifeOf(lock, { ...facts, cutOff: [earlier] }), "not known", "the number was used again");
    assert.equal(lifeOf(lock, { ...facts, cutOff: [{ ...run, beganAtMs: takenAtMs + 60_000 }] }), "not known");
  });

  it("goes on when a Pulumi of this machine bears the number, and began before the lock", () => {
    const asked: number[] = [];
    const isPulumi = (pid: number, beforeMs: number): boolean => pid === 4242 && asked.push(beforeMs) > 0;
    assert.equal(lifeOf(lock, { ...facts, isPulumi }), "alive");
    assert.deepEqual(asked, [takenAtMs]);
  });
});

describe("runs that this machine has noted", () => {
  let home: string;
  before(() => (home = mkdtempSync(join(tmpdir(), "isthmus-runs-"))));
  after(() => rmSync(home, { recursive: true }));
  const place = (stack: string): ConstructorParameters<typeof RunRecords>[0] => ({ backend: "b", project: "p", stack });
  const recordsOf = (stack: string): RunRecords => new RunRecords(place(stack), { PULUMI_HOME: home });
  const self = identityOf(process.pid);
  assert.ok(self);

  it("are those of their stack, until they end", () => {
    const records = recordsOf("dev");
    const run = records.begin("up", self);
    assert.deepEqual(recordsOf("dev").all(), [run]);
    assert.deepEqual(recordsOf("other").all(), []);
    records.end(run);
    assert.deepEqual(records.all(), []);
  });

  it("are under way while their engine lives, whoever waits for it", () => {
    const gone = { ...self, began: "another time" };
    assert.equal(isUnderWay({ id: "", command: "up", beganAtMs: 0, owner: gone, engine: self }), true);
    assert.equal(isUnderWay({ id: "", command: "up", beganAtMs: 0, owner: self, engine: gone }), false);
    assert.equal(isUnderWay({ id: "", command: "up", beganAtMs: 0, owner: self }), true);
    assert.equal(lives({ ...self, place: "another boot" }), false);
  });

  it("are waited for, and what is left of one that was cut off is ended", async () => {
    const records = recordsOf("orphans");
    const run = records.begin("up", { ...self, began: "another time" });
    const orphan = spawn("sleep", ["600"], { env: { ...process.env, [runVariable]: run.id }, detached: true });
    await once(orphan, "spawn");
    const end = once(orphan, "exit");
    const said: string[] = [];
    const { cutOff } = await seeToFormerRuns(records, (words) => said.push(words));
    assert.deepEqual(cutOff, [run]);
    assert.deepEqual(await end, [null, "SIGKILL"]);
    assert.deepEqual(said, [`ending what is left of pulumi up, which was killed (processes ${String(orphan.pid)})`]);
    assert.deepEqual(processesOfRun(run.id), []);
  });

  it("are told of for a while after they failed: nobody is at what a plugin had begun that was killed", async () => {
    const records = recordsOf("failures");
    const failed = records.begin("up", self);
    records.failed(failed);
    const orphan = spawn("sleep", ["600"], { env: { ...process.env, [runVariable]: failed.id }, detached: true });
    await once(orphan, "spawn");
    const end = once(orphan, "exit");
    const said: string[] = [];
    const former = await seeToFormerRuns(records, (words) => said.push(words));
    assert.deepEqual(
      [former.cutOff, former.failed].map((runs) => runs.map(({ id }) => id)),
      [[], [failed.id]],
    );
    assert.deepEqual(await end, [null, "SIGKILL"]);
    assert.match(said.join("\n"), /^ending what is left of pulumi up, which failed/);

    const later = Date.now() + 11 * 60_000;
    assert.deepEqual((await seeToFormerRuns(records, () => undefined, undefined, later)).failed, []);
    assert.deepEqual(records.all(), []);
  });

  it("are claimed by one process alone", () => {
    const records = recordsOf("claims");
    assert.equal(records.claim("lock 1"), true);
    assert.equal(recordsOf("claims").claim("lock 1"), false);
    assert.equal(records.claim("lock 2"), true);
  });

  const overcome = (words: string, cutOff: RunRecord[], heldForMs = 0): Promise<[string, number]> => {
    let cancels = 0;
    return overcomeHold(words, heldForMs, {
      records: recordsOf("holds"),
      former: { cutOff, failed: [] },
      cancel: () => {
        cancels++;
        return Promise.resolve();
      },
      onProgress: () => undefined,
    }).then((outcome) => [outcome, cancels]);
  };

  it("decide whether a lock is taken away: never one that is not known", async () => {
    const here = execFileSync("hostname", { encoding: "utf8" }).trim();
    const words = locked.replaceAll("somewhere", here);
    const run: RunRecord = {
      id: "r",
      command: "up",
      beganAtMs: Date.parse(lock.since),
      engine: { ...self, pid: 4242 },
      owner: self,
    };
    assert.deepEqual(await overcome(words, []), ["held", 0]);
    assert.deepEqual(await overcome(locked, [run]), ["held", 0], "another machine's");
    assert.deepEqual(await overcome(conflict, []), ["held", 0]);
    assert.deepEqual(await overcome(conflict, [run], 3_600_000), ["held", 0], "no lease holds so long");
    assert.deepEqual(await overcome("error: no such file", [run]), ["not held", 0]);
    const two = `${words}\n${locked.split("\n")[1]?.replace("1b2c", "3d4e") ?? ""}`;
    assert.deepEqual(await overcome(two, [run]), ["held", 0], "one of two is another's");
    assert.deepEqual(await overcome(words, [run]), ["released", 1]);
    assert.deepEqual(await overcome(words, [run]), ["waited", 0], "another process of ours takes it away");
  });
});
