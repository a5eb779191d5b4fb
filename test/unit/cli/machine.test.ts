import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isthmus, repository } from "../../support/isthmus";

describe("isthmus machine files", function () {
  this.timeout(60_000);

  it("ends with 2 and writes nothing where it is told wrong, before it asks a backend or a cluster", async () => {
    const unknown = await isthmus("machine", "files", "no-such-machine", "--stack", "dev");
    assert.equal(unknown.code, 2);
    assert.match(
      unknown.stderr,
      /isthmus:mesh\.machines: expected a machine called no-such-machine, found no machines\./,
    );
    for (const lifetime of ["5m", "25h", "an hour"]) {
      const { code, stderr } = await isthmus("machine", "files", "no-such-machine", "--token-lifetime", lifetime);
      assert.equal(code, 2, lifetime);
      assert.match(stderr, /--token-lifetime <duration>/, lifetime);
    }
    assert.equal(existsSync(join(repository, "no-such-machine")), false);
  });
});
