import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { homedir, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { directoryOfBackend, restoreTornStates } from "../../../operations/stack/torn-state";

const whole = JSON.stringify({ version: 3, checkpoint: {} });

describe("states that were cut off", () => {
  let directory: string;
  let state: string;
  let locks: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "isthmus-torn-"));
    const stacks = join(directory, ".pulumi/stacks/isthmus");
    locks = join(directory, ".pulumi/locks/organization/isthmus/dev.trust");
    mkdirSync(stacks, { recursive: true });
    mkdirSync(locks, { recursive: true });
    state = join(stacks, "dev.trust.json");
    writeFileSync(`${state}.bak`, whole);
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const write = (text: string, lock?: { readonly pid: number; readonly hostname: string }): void => {
    writeFileSync(state, text);
    utimesSync(state, 0, 0);
    if (lock !== undefined) writeFileSync(join(locks, "1.json"), JSON.stringify(lock));
  };
  const dead = { pid: 2 ** 22 + 1, hostname: hostname() };

  for (const [what, text] of [
    ["is empty", ""],
    ["ends early", whole.slice(0, -5)],
  ] as const) {
    it(`are put back as they were a step before: one that ${what}`, async () => {
      write(text, dead);
      assert.deepEqual(await restoreTornStates(directory), ["dev.trust"]);
      assert.equal(readFileSync(state, "utf8"), whole);
      assert.deepEqual(await restoreTornStates(directory), []);
    });
  }

  it("are put back when nobody has locked them for a while", async () => {
    write("");
    assert.deepEqual(await restoreTornStates(directory), ["dev.trust"]);
  });

  const leftAlone: readonly { what: string; arrange: () => void }[] = [
    { what: "a whole one", arrange: () => write("{}", dead) },
    { what: "one that a living process has locked", arrange: () => write("", { ...dead, pid: process.pid }) },
    { what: "one that another machine has locked", arrange: () => write("", { ...dead, hostname: "another" }) },
    { what: "one that was emptied a moment ago", arrange: () => writeFileSync(state, "") },
    {
      what: "one without a whole one before it",
      arrange: () => {
        write("", dead);
        writeFileSync(`${state}.bak`, "");
      },
    },
  ];
  for (const { what, arrange } of leftAlone) {
    it(`are left alone: ${what}`, async () => {
      arrange();
      const before = readFileSync(state, "utf8");
      assert.deepEqual(await restoreTornStates(directory), []);
      assert.equal(readFileSync(state, "utf8"), before);
    });
  }

  it("are none where there is no backend yet", async () => {
    assert.deepEqual(await restoreTornStates(join(directory, "none")), []);
  });

  it("are looked for in backends of files", () => {
    assert.equal(directoryOfBackend("file:///var/state?metadata=skip"), "/var/state");
    assert.equal(directoryOfBackend("file://~"), join(homedir()));
    assert.equal(directoryOfBackend("file://~/state"), join(homedir(), "state"));
    assert.equal(directoryOfBackend("s3://bucket"), undefined);
    assert.equal(directoryOfBackend(undefined), undefined);
  });
});
