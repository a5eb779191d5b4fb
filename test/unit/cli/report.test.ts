import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeBundle } from "../../../operations/doctor";
import type { MeshReport } from "../../../operations/report";
import { isthmus } from "../../support/isthmus";
import { twoPrimaries } from "../../support/plans";
import { withStaleToken } from "../../support/reports";
import { healthy } from "../diagnosis/mesh/healthy";

describe("isthmus report --from", function () {
  this.timeout(120_000);
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-report-"));
  });
  after(() => rm(directory, { recursive: true }));

  it("writes the page, ends with 0 where nothing is found, with 1 where something is", async () => {
    const [well, ill, page] = ["well.json.gz", "ill.json", "mesh.html"].map((name) => join(directory, name));
    assert.ok(well !== undefined && ill !== undefined && page !== undefined);
    await writeBundle(well, healthy(twoPrimaries));
    const fine = await isthmus("report", "--from", well, "--html", page);
    assert.deepEqual([fine.code, fine.stderr], [0, ""]);
    assert.equal(
      fine.stdout,
      `Nothing was found to be wrong. No calls were made between clusters. ${page} has the page.\n`,
    );
    assert.match(await readFile(page, "utf8"), /<title>Mesh mesh1: nothing found<\/title>/);

    await writeBundle(ill, withStaleToken(twoPrimaries));
    const found = await isthmus("report", "--from", ill, "--html", page, "-o", "json");
    assert.equal(found.code, 1);
    assert.equal((JSON.parse(found.stdout) as MeshReport).doctor.causes[0]?.id, "remote-secret-token");
    assert.match(await readFile(page, "utf8"), /<title>Mesh mesh1: something is wrong<\/title>/);
  });

  it("ends with 2 where there is no bundle, no place for the page, or nothing to make it from", async () => {
    const well = join(directory, "well.json");
    await writeBundle(well, healthy(twoPrimaries));
    const absent = await isthmus("report", "--from", join(directory, "absent"), "--html", join(directory, "x.html"));
    assert.equal(absent.code, 2);
    assert.match(absent.stderr, /expected a bundle of isthmus doctor, found no such file/);
    const nowhere = await isthmus("report", "--from", well, "--html", join(directory, "absent", "x.html"));
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.stderr, /expected a place where the page can be written/);
    assert.equal((await isthmus("report", "--from", well)).code, 2);
    assert.equal((await isthmus("report", "--from", well, "--html", "x.html", "--read-only")).code, 2);
  });
});
