import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { directoryOfBackend, removeTornAttributes } from "../../../engine/backend/torn-attributes";

describe("attributes that were cut off in a backend of files", () => {
  let directory: string;
  let attributes: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "isthmus-torn-"));
    const stacks = join(directory, ".pulumi/stacks/isthmus");
    mkdirSync(stacks, { recursive: true });
    attributes = join(stacks, "dev.json.attrs");
    writeFileSync(join(stacks, "dev.json"), "");
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  for (const text of ["", '{"user.content_ty']) {
    it(`are removed: ${JSON.stringify(text)}`, async () => {
      writeFileSync(attributes, text);
      utimesSync(attributes, 0, 0);
      assert.equal(await removeTornAttributes(directory), 1);
      assert.equal(existsSync(attributes), false);
      assert.equal(existsSync(attributes.replace(".attrs", "")), true);
    });
  }

  it("are left alone when they are whole, or become so", async () => {
    writeFileSync(attributes, "");
    setTimeout(() => writeFileSync(attributes, "{}"), 200);
    assert.equal(await removeTornAttributes(directory), 0);
    assert.equal(existsSync(attributes), true);
  });

  it("are none where there is no backend yet", async () => {
    assert.equal(await removeTornAttributes(join(directory, "none")), 0);
  });

  it("are looked for in backends of files", () => {
    assert.equal(directoryOfBackend("file:///var/state?metadata=skip"), "/var/state");
    assert.equal(directoryOfBackend("file://~"), homedir());
    assert.equal(directoryOfBackend("file://~/state"), join(homedir(), "state"));
    assert.equal(directoryOfBackend("s3://bucket"), undefined);
    assert.equal(directoryOfBackend(undefined), undefined);
  });
});
