import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, truncate, unlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  buildGroup,
  cacheDirectory,
  groupDirectory,
  isBuilt,
  removeUnfinished,
  type BuildResult,
  type Group,
} from "../../../lab/tools/cache";

describe("the cache of tools", () => {
  let cache: string;
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), "isthmus-cache-"));
  });
  afterEach(() => rm(cache, { recursive: true }));

  const group = (build: (directory: string) => Promise<BuildResult>, key = ["v1"]): Group => ({
    name: "fake",
    title: "a fake group",
    key,
    build: ({ directory }) => build(directory),
  });
  const good = group(async (directory) => {
    await mkdir(join(directory, "bin"));
    await writeFile(join(directory, "bin", "program"), "program");
    await symlink("bin/program", join(directory, "link"));
    return {};
  });
  const build = (which: Group) => buildGroup(cache, which, () => undefined);
  const at = (path: string) => join(groupDirectory(cache, good), path);

  it("has a group once it is built, and no other version of it", async () => {
    assert.equal(isBuilt(cache, good), false);
    await build(good);
    assert.equal(isBuilt(cache, good), true);
    assert.equal(await readFile(at("link"), "utf8"), "program");
    assert.equal(isBuilt(cache, { ...good, key: ["v2"] }), false);
  });

  const damages: Record<string, () => Promise<void>> = {
    "a deleted file": () => unlink(at("bin/program")),
    "a file cut off": () => truncate(at("bin/program"), 3),
    "a deleted link": () => unlink(at("link")),
    "a deleted manifest": () => unlink(at(".manifest.json")),
    "a manifest cut off": () => truncate(at(".manifest.json"), 10),
    "an empty manifest": () => truncate(at(".manifest.json"), 0),
    "a deleted directory": () => rm(at("bin"), { recursive: true }),
    "a file in a directory's place": async () => {
      await rm(at("bin"), { recursive: true });
      await writeFile(at("bin"), "");
    },
  };
  for (const [damage, doIt] of Object.entries(damages)) {
    it(`sees ${damage}, and building again heals it`, async () => {
      await build(good);
      await doIt();
      assert.equal(isBuilt(cache, good), false);
      await build(good);
      assert.equal(isBuilt(cache, good), true);
      assert.equal(await readFile(at("bin/program"), "utf8"), "program");
    });
  }

  it("builds again when a file elsewhere that a group uses has changed or gone", async () => {
    const external = join(cache, "installed");
    await writeFile(external, "one");
    const user = group(() => Promise.resolve({ external: [external] }), ["external"]);
    await build(user);
    assert.equal(isBuilt(cache, user), true);
    await utimes(external, 1, 1);
    assert.equal(isBuilt(cache, user), false);
    await build(user);
    assert.equal(isBuilt(cache, user), true);
    await unlink(external);
    assert.equal(isBuilt(cache, user), false);
  });

  it("has nothing of a build that failed, and takes no harm from what it left", async () => {
    const failing = group(async (directory) => {
      await writeFile(join(directory, "half"), "half");
      throw new Error("no luck");
    });
    await assert.rejects(build(failing), /no luck/);
    assert.equal(existsSync(groupDirectory(cache, failing)), false);
    assert.equal(isBuilt(cache, failing), false);
    await build(good);
    assert.equal(existsSync(at("half")), false);
  });

  it("keeps what is in place until the new build is whole", async () => {
    await build(good);
    const failing = group(() => Promise.reject(new Error("no luck")));
    await assert.rejects(build(failing), /no luck/);
    assert.equal(isBuilt(cache, good), true);
  });

  it("is rid of unfinished builds on demand, of nothing else", async () => {
    await build(good);
    await mkdir(join(cache, "lab", "unfinished-fake-0123"), { recursive: true });
    await removeUnfinished(cache);
    assert.equal(existsSync(join(cache, "lab", "unfinished-fake-0123")), false);
    assert.equal(isBuilt(cache, good), true);
  });

  it("is where the environment says", () => {
    assert.equal(cacheDirectory({ ISTHMUS_CACHE: "/own", XDG_CACHE_HOME: "/xdg" }), "/own");
    assert.equal(cacheDirectory({ ISTHMUS_CACHE: "", XDG_CACHE_HOME: "/xdg" }), "/xdg/isthmus");
    assert.match(cacheDirectory({}), /\/\.cache\/isthmus$/);
  });
});
