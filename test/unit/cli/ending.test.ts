import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { endSignals, notAsked, takeSignal, type Company, type EndAct, type EndSignal } from "../../../cli/ending";
import { onStreamError } from "../../../cli/output";
import { repository } from "../../support/isthmus";
import { keys, onTerminal, type TerminalCommand } from "../../support/on-terminal";

function acts(company: Company, signals: readonly EndSignal[]): EndAct[] {
  let asked = notAsked;
  return signals.map((signal) => {
    const { requests, act } = takeSignal(asked, signal, company);
    asked = requests;
    return act;
  });
}

describe("what signals come to", () => {
  for (const [what, company, signals, expected] of [
    ["Ctrl-C", "person", ["SIGINT"], ["stop"]],
    ["Ctrl-C twice, and again", "person", ["SIGINT", "SIGINT", "SIGINT"], ["stop", "kill", "leave"]],
    ["GitHub's cancel", "nobody", ["SIGINT", "SIGTERM"], ["stop", "go-on"]],
    ["a machine that repeats itself", "nobody", ["SIGTERM", "SIGTERM", "SIGINT", "SIGINT"], ["stop", ...goOn(3)]],
    ["a terminal that hangs up after Ctrl-C", "person", ["SIGINT", "SIGHUP"], ["stop", "go-on"]],
    ["one that hangs up twice", "person", ["SIGHUP", "SIGHUP"], ["stop", "go-on"]],
    ["Ctrl-C after another's signal", "person", ["SIGTERM", "SIGINT", "SIGINT"], ["stop", "go-on", "kill"]],
    ["another's signal between", "person", ["SIGINT", "SIGTERM", "SIGINT"], ["stop", "go-on", "kill"]],
  ] as const) {
    it(what, () => assert.deepEqual(acts(company, signals), expected));
  }

  it("any of them first ends in good order, and no series without a person, or with one Ctrl-C, kills", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...endSignals), { minLength: 1 }), (signals) => {
        for (const company of ["person", "nobody"] as const) {
          const [first, ...more] = acts(company, signals);
          assert.equal(first, "stop");
          const isKilled = more.some((act) => act !== "go-on");
          const presses = signals.filter((signal) => signal === "SIGINT").length;
          assert.equal(isKilled, company === "person" && presses > 1);
        }
      }),
    );
  });
});

function goOn(count: number): EndAct[] {
  return Array.from({ length: count }, () => "go-on");
}

describe("writing to nobody", () => {
  it("is no error, whichever way the reader went; anything else is", () => {
    const failed = (code: string): Error => Object.assign(new Error(code), { code });
    for (const code of ["EPIPE", "EIO", "ENXIO", "ECONNRESET"]) assert.doesNotThrow(() => onStreamError(failed(code)));
    for (const code of ["ENOSPC", "EBADF"]) assert.throws(() => onStreamError(failed(code)), { code });
  });
});

describe("what is under way", function () {
  this.timeout(400_000);

  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "isthmus-ending-"))));
  afterEach(() => rmSync(directory, { recursive: true }));

  const command = (...args: string[]): string[] => [
    process.execPath,
    ...["-r", "tsx/cjs", "test/unit/cli/programs/work.ts", directory, ...args],
  ];
  const atTerminal = (...args: string[]): TerminalCommand =>
    onTerminal(command(...args), { ...process.env, CI: "", TERM: "xterm" });
  /** What became of it, and of its temporary files. */
  const left = (): string => {
    assert.deepEqual(readdirSync(directory), ["end"]);
    return readFileSync(join(directory, "end"), "utf8");
  };

  it("ends in good order when its terminal hangs up, though it can tell nobody", async () => {
    const work = atTerminal();
    await work.hangUp(/working/);
    assert.equal((await work.finished).code, 130);
    assert.equal(left(), "in good order");
  });

  it("ends in good order by Ctrl-C", async () => {
    const work = atTerminal();
    await work.type(/working/, keys.interrupt);
    const { code, shown } = await work.finished;
    assert.equal(code, 130);
    assert.match(shown, /Stopping\. Once more ends it at once\.[^]*isthmus: interrupted\. Run it again\./);
    assert.equal(left(), "in good order");
  });

  it("ends at once by Ctrl-C twice, and removes its temporary files", async () => {
    const work = atTerminal("forever");
    await work.type(/working/, keys.interrupt);
    await work.type(/Once more ends it at once/, keys.interrupt);
    assert.equal((await work.finished).code, 130);
    assert.equal(left(), "killed");
  });

  it("ends in good order by GitHub's cancel, whose second signal is no second thought", async () => {
    const [program = "", ...args] = command();
    const child = spawn(program, args, { cwd: repository, stdio: ["ignore", "pipe", "pipe"] });
    const signals: NodeJS.Signals[] = [];
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const next = said.includes("Stopping") ? "SIGTERM" : "SIGINT";
      if (!said.includes("working") || signals.includes(next)) return;
      signals.push(next);
      child.kill(next);
    });
    const [code] = (await once(child, "close")) as [number];
    assert.deepEqual(signals, ["SIGINT", "SIGTERM"]);
    assert.equal(code, 130, said);
    assert.doesNotMatch(said, /Once more/);
    assert.equal(left(), "in good order");
  });
});
