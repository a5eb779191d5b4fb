import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { formatDuration, plainProgress, silentProgress, terminalProgress, type Screen } from "../../../lab/progress";

/** A screen that remembers, with a clock that stands still until it is moved. */
class RememberingScreen implements Screen {
  text = "";
  timeMs = 0;
  constructor(private readonly width = 80) {}
  write(text: string): void {
    this.text += text;
  }
  columns(): number {
    return this.width;
  }
  nowMs(): number {
    return this.timeMs;
  }
}

describe("progress", () => {
  it("in plain lines: one at start and end of each step, counted against what is expected", async () => {
    const screen = new RememberingScreen();
    const progress = plainProgress(screen);
    progress.expect(2);
    const result = await progress.step("First", () => {
      screen.timeMs += 65_000;
      return Promise.resolve("made");
    });
    progress.note("Using the installed etcd 3.5.");
    await progress.step("Second", () => Promise.resolve());
    assert.equal(result, "made");
    assert.deepEqual(screen.text.split("\n"), [
      "[1/2] First …",
      "      First: 1 m 05 s",
      "Using the installed etcd 3.5.",
      "[2/2] Second …",
      "      Second: 0.0 s",
      "",
    ]);
  });

  it("in plain lines: a heartbeat with percentage and detail", async () => {
    const screen = new RememberingScreen();
    const progress = plainProgress(screen, 5);
    await progress.step("Kubernetes", async (report) => {
      report({ done: 50, total: 200, unit: "packages" });
      report({ detail: "compiling" });
      screen.timeMs = 30_000;
      await untilShown(screen, "compiling");
    });
    assert.equal(screen.text.split("\n")[1], "      Kubernetes: 50 of 200 packages (25 %), compiling, 30 s");
  });

  it("counts more steps than expected without a total below the count", async () => {
    const screen = new RememberingScreen();
    const progress = plainProgress(screen);
    progress.expect(1);
    await progress.step("One", () => Promise.resolve());
    await progress.step("Two", () => Promise.resolve());
    assert.ok(screen.text.includes("[2/2] Two"));
  });

  it("shows a failed step and passes its error on", async () => {
    const screen = new RememberingScreen();
    const progress = plainProgress(screen);
    await assert.rejects(
      progress.step("Broken", () => Promise.reject(new Error("no luck"))),
      /no luck/,
    );
    assert.ok(screen.text.includes("Broken: failed after 0.0 s"));
  });

  it("on a terminal: one line that fits, with all that runs; ended steps stay", async () => {
    const screen = new RememberingScreen(40);
    const progress = terminalProgress(screen, 5);
    progress.expect(3);
    await Promise.all([
      progress.step("A rather long title of a step", async () => {
        await untilShown(screen, "A rather");
      }),
      progress.step("Short", () => Promise.resolve()),
    ]);
    const drawn = screen.text.split("\r\x1b[2K");
    const updating = drawn.filter((line) => line.startsWith("["));
    assert.ok(updating.length > 0);
    for (const line of updating) assert.ok(line.length < 40, line);
    assert.match(updating[0] ?? "", /^\[1\/3\] 0\.0 s {2}A rather long title of a/);
    // Colours depend on where the tests run.
    const plain = stripVTControlCharacters(screen.text);
    assert.match(plain, /✓ Short 0\.0 s\n/);
    assert.match(plain, /✓ A rather long title of a step 0\.0 s\n/);
  });

  it("can be silent", async () => {
    assert.equal(await silentProgress.step("Quiet", () => Promise.resolve(3)), 3);
  });

  it("gives durations in the unit that fits", () => {
    assert.equal(formatDuration(432), "0.4 s");
    assert.equal(formatDuration(9_949), "9.9 s");
    assert.equal(formatDuration(9_960), "10 s");
    assert.equal(formatDuration(12_400), "12 s");
    assert.equal(formatDuration(59_700), "1 m 00 s");
    assert.equal(formatDuration(446_000), "7 m 26 s");
  });
});

async function untilShown(screen: RememberingScreen, text: string): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!screen.text.includes(text) && Date.now() < deadline) await delay(2);
}
