import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pulumiCommand } from "../../../engine/pulumi";
import { EngineSignal, RunRecords } from "../../../engine/run";

describe("the Pulumi CLI", () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-path-"));
    await mkdir(join(directory, "folder", "pulumi"), { recursive: true });
    await mkdir(join(directory, "program"));
    await writeFile(join(directory, "program", "pulumi"), "#!/bin/sh\necho v3.276.0\n", { mode: 0o755 });
  });
  after(() => rm(directory, { recursive: true }));

  const commandOn = (...path: readonly string[]): ReturnType<typeof pulumiCommand> =>
    pulumiCommand(
      { PATH: path.map((name) => join(directory, name)).join(delimiter) },
      {
        engine: new EngineSignal(),
        records: new RunRecords({ backend: "", project: directory, stack: "test" }, { PULUMI_HOME: directory }),
        ownVariables: {},
      },
    );

  it("is the first program of that name on the PATH, and no folder", async () => {
    assert.equal((await commandOn("folder", "program")).command, join(directory, "program", "pulumi"));
  });

  it("is missed where there is none", async () => {
    await assert.rejects(
      commandOn("folder"),
      /^ConfigurationError: PATH: expected the Pulumi CLI `pulumi`, found none\./,
    );
  });
});
