import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { handedOver } from "../../../operations/deployment/configuration-size";
import { ConfigurationError } from "../../../topology";

const meshOf = (characters: number): object => ({ id: "x".repeat(characters) });

describe("the size of a configuration", () => {
  it("is taken as it is while it can be handed to the program", () => {
    const configuration = meshOf(120_000);
    assert.equal(handedOver(configuration), configuration);
    const nothing: unknown = undefined;
    assert.equal(handedOver(nothing), undefined);
  });

  it("is refused in words where the program could not be started with it", () => {
    assert.throws(
      () => handedOver(meshOf(130_000)),
      (error) => {
        assert.ok(error instanceof ConfigurationError);
        const [problem] = error.problems;
        assert.equal(problem?.expected, "a configuration of at most 124 KiB, as it is handed to Pulumi's program");
        assert.equal(problem.found, "127 KiB");
        return true;
      },
    );
  });

  it("is bounded by what Linux takes for one variable", function () {
    if (process.platform !== "linux") {
      process.stdout.write("      skipped: no Linux\n");
      this.skip();
    }
    const startedWith = (bytes: number): boolean =>
      spawnSync(process.execPath, ["-e", ""], { env: { A: "x".repeat(bytes) } }).status === 0;
    assert.ok(startedWith(131_000));
    assert.ok(!startedWith(131_100));
  });
});
