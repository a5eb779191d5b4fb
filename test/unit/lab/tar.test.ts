import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { blockSize, tarEnd, tarEntrySize, tarHeader, tarPadding } from "../../../lab/images/tar";

describe("tar archives", () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-tar-"));
  });
  after(() => rm(directory, { recursive: true }));

  it("are read by tar(1): kinds, modes, contents, links", async () => {
    const content = Buffer.from("exit 0\n");
    const archive = join(directory, "kinds.tar");
    await writeFile(
      archive,
      Buffer.concat([
        tarHeader({ path: "bin", mode: 0o755, size: 0, type: "directory" }),
        tarHeader({ path: "bin/run", mode: 0o755, size: content.length, type: "file" }),
        content,
        tarPadding(content.length),
        tarHeader({ path: "bin/alias", mode: 0o777, size: 0, type: "symlink", linkTarget: "run" }),
        tarEnd,
      ]),
    );
    const listing = execFileSync("tar", ["--numeric-owner", "--utc", "-tvf", archive], { encoding: "utf8" });
    const lines = listing.trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line) => line.replaceAll(/\s+/g, " ")),
      [
        "drwxr-xr-x 0/0 0 1970-01-01 00:00 bin/",
        "-rwxr-xr-x 0/0 7 1970-01-01 00:00 bin/run",
        "lrwxrwxrwx 0/0 0 1970-01-01 00:00 bin/alias -> run",
      ],
    );
    assert.equal(execFileSync("tar", ["-xOf", archive, "bin/run"], { encoding: "utf8" }), "exit 0\n");
  });

  it("keep paths of up to 255 bytes that have a slash to split at", async () => {
    const path = `${"d".repeat(90)}/${"e".repeat(60)}/${"f".repeat(99)}`;
    const archive = join(directory, "long.tar");
    await writeFile(archive, Buffer.concat([tarHeader({ path, mode: 0o644, size: 0, type: "file" }), tarEnd]));
    assert.equal(execFileSync("tar", ["-tf", archive], { encoding: "utf8" }), `${path}\n`);
  });

  it("refuse what a header cannot hold", () => {
    const header = { mode: 0o644, size: 0, type: "file" } as const;
    assert.throws(() => tarHeader({ ...header, path: "n".repeat(101) }), /too long for a tar header/);
    assert.throws(() => tarHeader({ ...header, path: "big", size: 8 ** 11 }), /does not fit/);
    assert.throws(
      () => tarHeader({ path: "link", mode: 0o777, size: 0, type: "symlink", linkTarget: "t".repeat(101) }),
      /too long for a tar header/,
    );
  });

  it("are made of whole blocks, whatever the sizes", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000 }), (size) => {
        const padded = size + tarPadding(size).length;
        assert.equal(padded % blockSize, 0);
        assert.ok(padded - size < blockSize);
        assert.equal(tarEntrySize(size), blockSize + padded);
      }),
    );
  });
});
