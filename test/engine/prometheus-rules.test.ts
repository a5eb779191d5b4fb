import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { repository } from "../support/isthmus";
import { promtool, whyNoPrometheus } from "../support/promtool";

const execute = promisify(execFile);

describe("the rules for Prometheus", function () {
  this.timeout(180_000);
  const unavailable = whyNoPrometheus();
  if (unavailable !== undefined) {
    it.skip(`cannot be loaded: ${unavailable}`);
    return;
  }
  let directory: string;
  let program: string;

  before(async () => {
    program = await promtool();
    directory = mkdtempSync(join(tmpdir(), "isthmus-rules-"));
    copyFileSync(join(repository, "docs/prometheus/isthmus.rules.yaml"), join(directory, "isthmus.rules.yaml"));
    copyFileSync(join(repository, "test/engine/prometheus/isthmus.test.yaml"), join(directory, "isthmus.test.yaml"));
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  it("are rules", async () => {
    const { stdout } = await execute(program, ["check", "rules", "isthmus.rules.yaml"], { cwd: directory });
    assert.match(stdout, /SUCCESS: 6 rules found/);
  });

  it("tell of what they are to tell of, when it is time, and of nothing else", async () => {
    const { stdout } = await execute(program, ["test", "rules", "isthmus.test.yaml"], { cwd: directory });
    assert.match(stdout, /SUCCESS/);
  });
});
