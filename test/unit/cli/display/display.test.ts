import assert from "node:assert/strict";
import { displayKind, EventLines, QuietDisplay } from "../../../../cli/display";
import { LiveDisplay, liveLines } from "../../../../cli/display/live";
import { PlainDisplay } from "../../../../cli/display/plain";
import { Rows } from "../../../../cli/display/rows";
import { duration } from "../../../../cli/display/words";
import type { MeshEvent } from "../../../../operations/events";
import { at, subject, TestScreen, update } from "./support";

const plain = { colour: false, symbols: false };

/** What a display writes of events. */
function shown(events: readonly MeshEvent[]): string {
  const screen = new TestScreen();
  const display = new PlainDisplay(screen);
  for (const event of events) display.take(event);
  display.close();
  return screen.written;
}

describe("the display without a terminal", () => {
  it("has a line for everything that happened, with its time and cluster", () => {
    assert.equal(
      shown(update),
      [
        "   1.0 s  the last update was killed: clearing away what it had begun",
        "   2.0 s  warning: using a plugin from $PATH",
        "   3.3 s  mesh      root CA key  created in 0.3 s",
        "   9.0 s  westmost  east-west gateway Service  error: no room",
        `                      ${"x".repeat(300)}…`,
        "   9.0 s  westmost  east-west gateway Service  failed after 4.5 s of updating",
        "  11.2 s  east      istiod  created in 7.2 s",
        "2 m 10 s  east      remote secret  former one deleted in 1 m 59 s",
        "",
      ].join("\n"),
    );
  });

  it("says again what takes long, with what it waits for", () => {
    const screen = new TestScreen();
    const display = new PlainDisplay(screen);
    for (const event of update.slice(0, 10)) display.take(event);
    screen.taken();
    screen.now = 24_500;
    display.tick();
    display.close();
    assert.equal(
      screen.taken(),
      [
        "  24.5 s  east      istiod  creating for 20.5 s: waiting for pods",
        "  24.5 s  westmost  east-west gateway Service  updating for 20.0 s",
        "",
      ].join("\n"),
    );
  });

  it("says what a preview found, what a refresh found, and what checks found", () => {
    const started = at(0, { type: "operation-started", operation: "preview", mesh: "mesh1", clusters: ["east"] });
    assert.equal(
      shown([
        started,
        at(1, { type: "step-planned", change: "replace", ...subject("east", "intermediate CA", "certificate") }),
        at(1, { type: "step-planned", change: "read", ...subject("east", "ConfigMap", "own") }),
        at(2, { type: "step-ended", change: "refresh", tookSeconds: 1, ...subject("east", "istiod") }),
        at(2, {
          type: "step-ended",
          change: "refresh",
          found: "gone",
          tookSeconds: 1,
          ...subject("east", "istio-base"),
        }),
        at(3, {
          type: "check-ended",
          id: "istiod-ready",
          clusters: ["east", "west"],
          status: "pass",
          message: "available",
          hint: "",
        }),
        at(4, { type: "operation-ended", operation: "preview", outcome: "succeeded" }),
      ]),
      [
        "   1.0 s  east   intermediate CA certificate  would be replaced",
        "   2.0 s  east   istio-base  is gone",
        "   3.0 s  pass istiod-ready east west",
        "   4.0 s  preview is done",
        "",
      ].join("\n"),
    );
  });

  it("tells of the stacks of a mesh that is cut into several", () => {
    assert.equal(
      shown([
        at(0, { type: "operation-started", operation: "up", mesh: "mesh1", clusters: ["east"] }),
        at(0, { type: "stack-waits", waitsFor: ["prod.trust"] }, "prod.east"),
        at(0, { type: "stack-started" }, "prod.trust"),
        at(
          1,
          { type: "step-ended", change: "create", tookSeconds: 1, ...subject(undefined, "root CA", "key") },
          "prod.trust",
        ),
        at(2, { type: "stack-ended", changes: { create: 4 }, tookSeconds: 2 }, "prod.trust"),
        at(2, { type: "stack-failed", reason: "no answer", tookSeconds: 0 }, "prod.east"),
      ]),
      [
        "   0.0 s  east   waits for prod.trust",
        "   0.0 s  trust  begins",
        "   1.0 s  trust  root CA key  created in 1.0 s",
        "   2.0 s  trust  done in 2.0 s",
        "   2.0 s  east   failed: no answer",
        "",
      ].join("\n"),
    );
  });
});

describe("the display at a terminal", () => {
  const moment = (events: readonly MeshEvent[]): Parameters<typeof liveLines>[0] => {
    const rows = new Rows();
    for (const event of events) rows.take(event);
    return { title: "up prod", seconds: 12, rows: rows.all, checks: {} };
  };

  it("has a line for each cluster, what belongs to none first, and the sums", () => {
    assert.deepEqual(liveLines(moment(update.slice(0, 12)), { columns: 80, rows: 24 }, plain), [
      "+ mesh      1 done",
      "* east      istiod  creating for 8.0 s: waiting for pods",
      "x westmost  1 failed",
      "up prod  12.0 s  1 done, 1 under way, 1 failed",
    ]);
  });

  it("keeps to the width and the height, and shows first what fails or works", () => {
    const clusters = Array.from({ length: 40 }, (_unused, index) => `cluster-${String(index).padStart(2, "0")}`);
    const lines = liveLines(
      moment([
        at(0, { type: "operation-started", operation: "up", mesh: "mesh1", clusters }),
        at(1, {
          type: "step-started",
          change: "create",
          ...subject("cluster-30", "intermediate CA", "certificate request"),
        }),
        at(1, { type: "step-failed", change: "create", tookSeconds: 0, ...subject("cluster-39", "istiod") }),
      ]),
      { columns: 40, rows: 6 },
      plain,
    );
    assert.deepEqual(lines, [
      "x cluster-39  1 failed",
      "* cluster-30  intermediate CA certific…",
      "  cluster-00  ",
      "  and 37 more",
      "up prod  12.0 s  0 done, 1 under way, …",
    ]);
    assert.ok(lines.every(({ length }) => length < 40));
  });

  it("counts the checks of verify, in each cluster that they are about", () => {
    const check = (status: "pass" | "fail", ...clusters: string[]): MeshEvent =>
      at(1, { type: "check-ended", id: "istiod-ready", clusters, status, message: "", hint: "" });
    const shownMoment = moment([
      at(0, { type: "operation-started", operation: "verify", mesh: "mesh1", clusters: ["east", "west"] }),
      check("pass", "east", "west"),
      check("fail", "west"),
    ]);
    const sums = liveLines(
      { ...shownMoment, title: "verify prod", checks: { pass: 1, fail: 1 } },
      { columns: 80, rows: 24 },
      plain,
    );
    assert.deepEqual(sums, ["+ east  1 done", "x west  1 done, 1 failed", "verify prod  12.0 s  1 pass, 1 fail"]);
  });

  it("shows colours and symbols where they can be shown", () => {
    const [first] = liveLines(moment(update.slice(0, 7)), { columns: 80, rows: 24 }, { colour: true, symbols: true });
    assert.equal(first, "\x1b[2m✓ mesh      1 done\x1b[22m");
  });

  it("is redrawn in place, leaves above it what must be read, and vanishes in the end", () => {
    const screen = new TestScreen();
    const display = new LiveDisplay(screen, plain, 2 ** 30);
    for (const event of update.slice(0, 1)) display.take(event);
    display.draw();
    assert.equal(screen.taken(), "  east      \n  westmost  \nup prod  0.0 s  0 done, 0 under way\n");
    for (const event of update.slice(1, 4)) display.take(event);
    assert.equal(
      screen.taken(),
      [
        "\x1b[3A\x1b[J   1.0 s  the last update was killed: clearing away what it had begun\n",
        "  east      \n  westmost  \nup prod  0.0 s  0 done, 0 under way\n",
        "\x1b[3A\x1b[J   2.0 s  warning: using a plugin from $PATH\n",
        "  east      \n  westmost  \nup prod  0.0 s  0 done, 0 under way\n",
      ].join(""),
    );
    display.take(update[6] as MeshEvent);
    assert.equal(screen.taken(), "");
    display.close();
    assert.equal(screen.taken(), "\x1b[3A\x1b[J");
  });
});

describe("which display is chosen", () => {
  const table = { output: "table" } as const;
  for (const [what, flags, terminal, variables, kind] of [
    ["a terminal", table, { isTTY: true, columns: 100 }, {}, "live"],
    ["a pipe", table, {}, {}, "plain"],
    ["a narrow terminal", table, { isTTY: true, columns: 30 }, {}, "plain"],
    ["a terminal that cannot redraw", table, { isTTY: true }, { TERM: "dumb" }, "plain"],
    ["a CI with a terminal", table, { isTTY: true }, { CI: "true" }, "plain"],
    ["JSON", { output: "json" }, { isTTY: true }, {}, "live"],
    ["--quiet", { output: "table", quiet: true }, { isTTY: true }, {}, "quiet"],
    ["events", { output: "ndjson" }, { isTTY: true }, {}, "ndjson"],
  ] as const) {
    it(`is ${kind} for ${what}`, () => {
      assert.equal(displayKind(flags, terminal, variables), kind);
    });
  }
});

describe("other displays", () => {
  it("write every event as a line of JSON", () => {
    let written = "";
    const lines = new EventLines((text) => (written += text), new TestScreen());
    for (const event of update) lines.take(event);
    assert.deepEqual(
      written
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
      update,
    );
  });

  it("say errors alone, each once", () => {
    const screen = new TestScreen();
    const display = new QuietDisplay(screen);
    for (const event of [...update, ...update]) display.take(event);
    assert.equal(screen.written, `westmost  east-west gateway Service  error: no room\n  ${"x".repeat(300)}…\n`);
  });

  it("write times as they are read", () => {
    assert.deepEqual([0.04, 9.96, 99.9, 100, 3_661].map(duration), [
      "0.0 s",
      "10.0 s",
      "99.9 s",
      "1 m 40 s",
      "61 m 01 s",
    ]);
  });
});
