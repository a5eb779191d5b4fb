import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
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

  it("are found among more files than a process may open at once", () => {
    for (let index = 0; index < 300; index++) writeFileSync(join(dirname(attributes), `${index}.json.attrs`), "{}");
    writeFileSync(attributes, "");
    utimesSync(attributes, 0, 0);
    const module = JSON.stringify(resolve(__dirname, "../../../engine/backend/torn-attributes"));
    const script = `require(${module}).removeTornAttributes(${JSON.stringify(directory)}).then(console.log)`;
    const command = `ulimit -n 100 && exec "$1" -r tsx/cjs -e "$2"`;
    assert.equal(execFileSync("sh", ["-c", command, "sh", process.execPath, script], { encoding: "utf8" }), "1\n");
  });

  it("are none where there is no backend yet", async () => {
    assert.equal(await removeTornAttributes(join(directory, "none")), 0);
  });

  it("are looked for in backends of files", () => {
    for (const [url, expected] of [
      ["file:///var/state?metadata=skip", "/var/state"],
      ["file://~", homedir()],
      ["file://~/state", join(homedir(), "state")],
      ["file://.", "/project"],
      ["file://../state", "/state"],
      ["s3://bucket", undefined],
      [undefined, undefined],
    ] as const) {
      assert.equal(directoryOfBackend(url, "/project"), expected, url);
    }
  });
});
