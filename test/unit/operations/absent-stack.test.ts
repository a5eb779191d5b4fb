import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PulumiError } from "../../../engine/pulumi-error";
import { readOutputs, type StackOptions } from "../../../operations/stack";
import { operationSources } from "../../../operations/stack/kubeconfig-sources";
import { planOf, twoPrimaries } from "../../support/plans";

describe("a stack that is not there", () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "isthmus-absent-"))));
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  /** A command line that knows its version, and ends all else so. */
  const optionsWith = (words: string, code: number): StackOptions => {
    const script = `#!/bin/sh\n[ "$1" = version ] && exec echo v3.276.0\necho "${words}" >&2\nexit ${code}\n`;
    writeFileSync(join(directory, "pulumi"), script, { mode: 0o755 });
    return {
      projectDirectory: directory,
      stack: "dev",
      plan: planOf(twoPrimaries),
      variables: { ...process.env, PATH: `${directory}:${process.env["PATH"] ?? ""}` },
    };
  };

  it("is told by how the command line ends, whatever its words", async () => {
    const options = optionsWith("error: dev is nowhere to be seen", 6);
    assert.equal(await readOutputs(options), undefined);
    assert.equal(await operationSources(options, "refuse").outputs("clusters"), undefined);
  });

  it("is not told by words alone: they may be about something else", async () => {
    const options = optionsWith("error: policy pack: no stack named 'dev' found", 1);
    await assert.rejects(readOutputs(options), PulumiError);
    await assert.rejects(async () => operationSources(options, "refuse").outputs("clusters"), PulumiError);
  });
});
