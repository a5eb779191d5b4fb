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
    await mkdir(join(directory, "teller"));
    await writeFile(
      join(directory, "teller", "pulumi"),
      '#!/bin/sh\n[ "$1" = version ] && echo v3.276.0 || echo "checkpoints: ${PULUMI_SKIP_CHECKPOINTS:-all}"\n',
      { mode: 0o755 },
    );
    await writeFile(join(directory, "program", "pulumi"), "#!/bin/sh\necho v3.276.0\n", { mode: 0o755 });
  });
  after(() => rm(directory, { recursive: true }));

  const commandOn = (...path: readonly string[]): ReturnType<typeof pulumiCommand> => commandWith({}, ...path);

  const commandWith = (variables: NodeJS.ProcessEnv, ...path: readonly string[]): ReturnType<typeof pulumiCommand> =>
    pulumiCommand(
      { ...variables, PATH: path.map((name) => join(directory, name)).join(delimiter) },
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

  const checkpoints = async (args: string[], variables: NodeJS.ProcessEnv = {}): Promise<string> => {
    const { stdout } = await (await commandWith(variables, "teller")).run(args, directory, {});
    return stdout.trim();
  };

  it("builds no state after every resource where it only looks", async () => {
    assert.equal(await checkpoints(["preview", "--stack", "test"]), "checkpoints: true");
    assert.equal(await checkpoints(["destroy", "--preview-only", "--stack", "test"]), "checkpoints: true");
  });

  it("builds each of them where it changes something, to go on from where it is killed", async () => {
    for (const command of ["up", "refresh", "destroy"]) assert.equal(await checkpoints([command]), "checkpoints: all");
  });

  it("leaves that to who says it", async () => {
    assert.equal(await checkpoints(["preview"], { PULUMI_SKIP_CHECKPOINTS: "false" }), "checkpoints: false");
  });
});
