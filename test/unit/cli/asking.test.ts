import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { isthmus, repository } from "../../support/isthmus";
import { keys, onTerminal, type TerminalCommand } from "../../support/on-terminal";
import { twoPrimaries } from "../../support/plans";

const program = `'${process.execPath}' -r tsx/cjs test/unit/cli/programs/ask.ts`;
const asked = (script: string): TerminalCommand => onTerminal(["sh", "-c", script], { ...process.env, TERM: "dumb" });

describe("a question", function () {
  this.timeout(400_000);

  for (const [name, key] of [
    ["Ctrl-C", keys.interrupt],
    ["Ctrl-D", keys.endOfInput],
    ["another answer", "yes\r"],
    ["no answer", "\r"],
  ] as const) {
    it(`is answered with no by ${name}: exit code 130, and nothing was changed`, async () => {
      const command = asked(`exec ${program}`);
      await command.type(/It has two clusters\.[^]*This is to remove mesh m1\. Type the stack's name to go on: /, key);
      const { code, shown } = await command.finished;
      assert.match(shown, /\r\nisthmus: interrupted\. Nothing was changed\.\r\n$/);
      assert.doesNotMatch(shown, /agreed/);
      assert.equal(code, 130);
    });
  }

  it("is answered with no by a terminal that hangs up", async () => {
    const directory = mkdtempSync(join(tmpdir(), "isthmus-asking-"));
    // SIGHUP alone would end it: here it meets the end of what it reads.
    const command = asked(`trap '' HUP; ${program} > ${directory}/answer; echo $? > ${directory}/code`);
    await command.hangUp(/to go on: /);
    await command.finished;
    assert.notEqual(readFileSync(join(directory, "code"), "utf8").trim(), "0");
    assert.equal(readFileSync(join(directory, "answer"), "utf8"), "");
    rmSync(directory, { recursive: true });
  });

  it("is answered with yes by what it wants typed, and is asked on standard error", async () => {
    const directory = mkdtempSync(join(tmpdir(), "isthmus-asking-"));
    const command = asked(`${program} > ${directory}/answer`);
    await command.type(/to go on: /, "prod\r");
    assert.equal((await command.finished).code, 0);
    assert.equal(readFileSync(join(directory, "answer"), "utf8"), "agreed\n");
    rmSync(directory, { recursive: true });
  });

  it("is not asked with --yes", async () => {
    const { code, shown } = await asked(`exec ${program} --yes`).finished;
    assert.deepEqual({ code, shown }, { code: 0, shown: "agreed\r\n" });
  });

  for (const [where, redirection] of [
    ["standard error", "2>&1 | cat"],
    ["standard input", "</dev/null"],
  ] as const) {
    it(`is a refusal where ${where} is no terminal`, async () => {
      const { shown } = await asked(`{ ${program}; echo code $?; } ${redirection}`).finished;
      assert.match(
        shown,
        /Nothing was changed\. It was to remove mesh m1: if that is meant, say --yes\.\r\ncode 2\r\n$/,
      );
    });
  }
});

describe("a verb that takes something away", function () {
  this.timeout(400_000);

  let project: string;

  before(() => {
    project = mkdtempSync(join(tmpdir(), "isthmus-asking-"));
    writeFileSync(join(project, "Pulumi.yaml"), "name: asking\nruntime: nodejs\n");
    writeFileSync(join(project, "Pulumi.test.yaml"), stringify({ config: { "isthmus:mesh": twoPrimaries } }));
  });

  after(() => rmSync(project, { recursive: true }));

  for (const [args, deed] of [
    [["destroy"], /remove mesh mesh1 \(stack test\) from east, west/],
    [["state", "move"], /move the state of mesh mesh1 into stack test/],
  ] as const) {
    it(`needs --yes where nobody can be asked, and says what it was to do: ${args.join(" ")}`, () => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [join(repository, "bin/isthmus.js"), ...args, "--stack", "test", "-o", "json"],
        { cwd: project, encoding: "utf8" },
      );
      assert.equal(status, 2, stderr);
      const { error } = JSON.parse(stdout) as { error: { problems: { path: string; fix: string }[] } };
      const [problem] = error.problems;
      assert.equal(problem?.path, `isthmus ${args.join(" ")}`);
      assert.match(problem.fix, deed);
    });
  }

  it("has --yes, every one", async () => {
    for (const args of [["up"], ["destroy"], ["forget"], ["drift"], ["state", "move"]]) {
      assert.match((await isthmus(...args, "--help")).stdout, /-y, --yes +do not ask/, args.join(" "));
    }
  });
});
