import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeBundle, type DoctorReport } from "../../../operations/doctor";
import { isthmus } from "../../support/isthmus";
import { twoPrimaries } from "../../support/plans";
import { changed, healthy } from "../diagnosis/mesh/healthy";

describe("isthmus doctor --from", function () {
  this.timeout(60_000);
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-doctor-"));
  });
  after(() => rm(directory, { recursive: true }));

  it("ends with 0 where nothing is found, with 1 where something is, with 2 where there is no bundle", async () => {
    const well = join(directory, "well.json.gz");
    await writeBundle(well, healthy(twoPrimaries));
    const fine = await isthmus("doctor", "--from", well);
    assert.deepEqual([fine.code, fine.stderr], [0, ""]);
    assert.match(fine.stdout, /^ok {3}nothing is found to be wrong with the mesh mesh1\n/);

    const ill = join(directory, "ill.json");
    await writeBundle(
      ill,
      changed(healthy(twoPrimaries), "east", () => ({ remoteKubeconfigs: [] })),
    );
    const found = await isthmus("doctor", "--from", ill, "-o", "json");
    assert.equal(found.code, 1);
    const { causes } = JSON.parse(found.stdout) as DoctorReport;
    assert.deepEqual(
      causes.map(({ clusters, id }) => [id, ...clusters]),
      [["remote-secret-missing", "east", "west"]],
    );

    const absent = await isthmus("doctor", "--from", join(directory, "absent"));
    assert.equal(absent.code, 2);
    assert.match(absent.stderr, /expected a bundle of isthmus doctor, found no such file/);
    assert.equal((await isthmus("doctor", "--from", well, "--bundle", ill)).code, 2);
  });
});

describe("isthmus doctor --contexts", function () {
  this.timeout(60_000);

  it("refuses contexts that are not there before anything is asked, and a bundle beside them", async () => {
    const absent = await isthmus("doctor", "--contexts", "nowhere,elsewhere", "-o", "json");
    assert.equal(absent.code, 2, absent.stderr);
    assert.match(absent.stderr, /--contexts: expected/);
    assert.equal((await isthmus("doctor", "--contexts", "a", "--from", "bundle")).code, 2);
    const none = await isthmus("doctor", "--contexts", "");
    assert.equal(none.code, 2);
  });
});
