import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { withLock } from "../../../lab/lock";
import { diskProblems, memoryProblems } from "../../../lab/machine";
import { bootId, lastLines, runningPid, writeWhole } from "../../../lab/process";
import { pollUntil, TimeoutError } from "../../../lab/wait";

const needsLinux = function (this: Mocha.Context) {
  if (process.platform !== "linux") this.skip();
};

describe("lab processes", () => {
  before(needsLinux);
  let directory: string;
  let pidFile: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "isthmus-process-"));
    pidFile = join(directory, "pid");
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  /** proc(5) counts the fields from 1; the start time is the 22nd. */
  const ownStartTime = () => readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ")[19] ?? assert.fail();
  const record = (change: object) =>
    JSON.stringify({ pid: process.pid, startTime: ownStartTime(), bootId: bootId(), fingerprint: "", ...change });

  it("are recognised by their id and the time of their start", async () => {
    writeFileSync(pidFile, record({}));
    assert.equal(await runningPid({ pidFile }), process.pid);
  });

  const others: [string, () => string][] = [
    ["an id that was given to another process since", () => record({ startTime: "1" })],
    ["an id of an earlier boot", () => record({ bootId: "another" })],
    ["an id that nobody has", () => record({ pid: 2 ** 22 + 1 })],
    ["a file that a crash left empty", () => ""],
  ];
  for (const [what, content] of others) {
    it(`are not taken for ${what}`, async () => {
      writeFileSync(pidFile, content());
      assert.equal(await runningPid({ pidFile }), undefined);
    });
  }

  it("do not run where there is no record", async () => {
    assert.equal(await runningPid({ pidFile: join(directory, "none") }), undefined);
  });

  it("explain themselves by their last lines", async () => {
    const log = join(directory, "log");
    writeFileSync(log, "one\ntwo\nthree\n");
    assert.equal(await lastLines(log, 2), "two\nthree");
    assert.equal(await lastLines(join(directory, "none")), "");
  });

  it("get files that nobody else may read", async () => {
    const file = join(directory, "secret");
    await writeWhole(file, "key");
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });
});

describe("lab waiting", () => {
  it("ends as soon as the condition holds", async () => {
    let asked = 0;
    await pollUntil(() => Promise.resolve(++asked === 3), { what: "three", timeoutMs: 5_000, intervalMs: 1 });
    assert.equal(asked, 3);
  });

  it("says what it waited for in vain", async () => {
    await assert.rejects(
      pollUntil(() => Promise.resolve(false), { what: "nothing", timeoutMs: 20, intervalMs: 5 }),
      (error) => error instanceof TimeoutError && error.message === "waited 0 s for nothing",
    );
  });

  it("ends with the condition's own error, and when it is told to", async () => {
    const options = { what: "it", timeoutMs: 5_000 };
    await assert.rejects(
      pollUntil(() => Promise.reject(new RangeError("dead")), options),
      RangeError,
    );
    const signal = AbortSignal.abort(new Error("told to"));
    await assert.rejects(
      pollUntil(() => Promise.resolve(false), { ...options, signal }),
      /told to/,
    );
  });
});

describe("lab lock", () => {
  before(needsLinux);
  const name = `isthmus-test-${String(process.pid)}`;

  it("lets one in after the other, and says who is in", async () => {
    const order: string[] = [];
    const holders: number[] = [];
    const enter = (who: string) =>
      withLock(
        name,
        async () => {
          order.push(`${who} in`);
          await delay(50);
          order.push(`${who} out`);
        },
        (holder) => holders.push(holder),
      );
    await Promise.all([enter("a"), enter("b")]);
    assert.equal(order.length, 4);
    assert.deepEqual(
      order.map((entry) => entry.slice(2)),
      ["in", "out", "in", "out"],
    );
    assert.deepEqual(holders, [process.pid]);
  });

  it("is free again after an error", async () => {
    await assert.rejects(
      withLock(
        name,
        () => Promise.reject(new Error("inside")),
        () => assert.fail(),
      ),
      /inside/,
    );
    assert.equal(
      await withLock(
        name,
        () => Promise.resolve("in"),
        () => assert.fail(),
      ),
      "in",
    );
  });

  it("is free again when its holder is killed", async () => {
    const script = `require("./lab/lock").withLock(${JSON.stringify(name)}, () => { console.log("in"); return new Promise((resolve) => setTimeout(resolve, 60000)); }, () => {})`;
    const child = spawn(process.execPath, ["-r", "tsx/cjs", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    let holder: number | undefined;
    const waiting = withLock(
      name,
      () => Promise.resolve("in"),
      (pid) => {
        holder = pid;
        child.kill("SIGKILL");
      },
    );
    assert.equal(await waiting, "in");
    assert.equal(holder, child.pid);
  });

  it("can be given up waiting for", async () => {
    const controller = new AbortController();
    await withLock(
      name,
      async () => {
        const second = withLock(
          name,
          () => assert.fail(),
          () => {
            controller.abort(new Error("enough"));
          },
          controller.signal,
        );
        await assert.rejects(second, /enough/);
      },
      () => assert.fail(),
    );
  });
});

describe("lab machine", () => {
  const mebibyte = 1024 * 1024;

  it("says how much memory a cluster needs", () => {
    const two = [{ nodes: "one" }, { nodes: "one" }] as const;
    assert.deepEqual(memoryProblems(two, 2400 * mebibyte), []);
    assert.deepEqual(memoryProblems([...two, { nodes: "none" }], 2800 * mebibyte), []);
    assert.deepEqual(memoryProblems(two, 2399 * mebibyte), [
      {
        path: "machine",
        expected: "2400 MiB of free memory for 2 more clusters (1200 MiB each)",
        found: "2399 MiB",
        fix: "Choose a stack with fewer clusters, or end other programs.",
      },
    ]);
  });

  it("says how much disk a cluster needs, and where", () => {
    assert.deepEqual(diskProblems(1, 500 * mebibyte, "/var"), []);
    assert.deepEqual(diskProblems(1, 500 * mebibyte - 1, "/var"), [
      {
        path: "machine",
        expected: "500 MiB of free disk in /var for 1 more clusters (500 MiB each)",
        found: "499 MiB",
        fix: "Free some, or set ISTHMUS_LAB_DIR to a directory on another disk.",
      },
    ]);
  });
});
