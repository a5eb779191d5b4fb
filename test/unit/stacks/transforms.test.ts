import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReleaseArgs, ReleaseTransforms } from "../../../components";
import { findTransforms, loadTransforms } from "../../../stacks/transforms";
import { ConfigurationError } from "../../../topology";

const path = "isthmus:mesh.istio.transforms";

describe("loadTransforms", () => {
  let project: string;

  before(async () => {
    project = await mkdtemp(join(tmpdir(), "isthmus-transforms-"));
  });
  after(() => rm(project, { recursive: true }));

  let count = 0;
  /** Loads a module with this text; each has a name of its own, for a module is loaded once. */
  async function loaded(text: string, extension = "ts"): Promise<ReleaseTransforms> {
    const file = `transforms-${++count}.${extension}`;
    await writeFile(join(project, file), text);
    return loadTransforms(`./${file}`, project);
  }

  async function refusal(text: string, extension?: string): Promise<string> {
    return refusalOf(() => loaded(text, extension));
  }

  async function refusalOf(load: () => unknown): Promise<string> {
    try {
      await load();
    } catch (error) {
      assert.ok(error instanceof ConfigurationError, String(error));
      return error.message.replaceAll(/transforms-\d+/g, "transforms");
    }
    assert.fail("it was taken");
  }

  const args: ReleaseArgs = { chart: "istiod", namespace: "istio-system" };

  it("gives none when none are named", () => {
    assert.deepEqual(loadTransforms(undefined, project), {});
  });

  for (const [form, text, extension] of [
    [
      "TypeScript",
      "export function istiod(args: object, cluster: string): object { return { ...args, cluster }; }",
      "ts",
    ],
    [
      "TypeScript with a default",
      "export default { istiod: (args: object, cluster: string) => ({ ...args, cluster }) };",
      "ts",
    ],
    ["an ES module", "export const istiod = (args, cluster) => ({ ...args, cluster });", "mjs"],
    ["an ES module with a default", "export default { istiod: (args, cluster) => ({ ...args, cluster }) };", "mjs"],
    ["CommonJS", "exports.istiod = (args, cluster) => ({ ...args, cluster });", "cjs"],
    ["CommonJS that is one object", "module.exports = { istiod: (args, cluster) => ({ ...args, cluster }) };", "js"],
  ] as const) {
    it(`loads ${form}`, async () => {
      const transforms = await loaded(text, extension);
      assert.deepEqual(Object.keys(transforms), ["istiod"]);
      assert.deepEqual(transforms.istiod?.(args, "east"), { ...args, cluster: "east" });
    });
  }

  it("loads a module by a path without its extension, and by a full one", async () => {
    await writeFile(join(project, "by-path.ts"), "export const base = (args: object) => args;");
    for (const module of ["by-path", "./by-path.ts", join(project, "by-path.ts")]) {
      assert.deepEqual(Object.keys(loadTransforms(module, project)), ["base"]);
    }
  });

  it("tells a module that is not there", async () => {
    assert.equal(
      await refusalOf(() => loadTransforms("./nowhere.ts", project)),
      `${path}: expected the path of a module, found no such file at ./nowhere.ts. Mend the path, which is relative to the project.`,
    );
  });

  it("tells a module that throws, that imports what is not there, and that is no program", async () => {
    assert.equal(
      await refusal('throw new Error("no luck\\nat all");'),
      `${path}: expected a module that loads, found one that throws "no luck". Mend ./transforms.ts.`,
    );
    assert.match(await refusal('import "nowhere-to-be-found";'), /found one that throws "Cannot find module/);
    assert.match(await refusal("export const = ;"), /expected a module that loads/);
    assert.match(await refusal("throw undefined;"), /found one that throws nothing/);
  });

  it("tells exports that are no functions, that nobody knows, and none at all", async () => {
    const several = await refusal(
      "export const istiod = { values: {} }; export const istoid = () => {}; export const helper = 1;",
    );
    assert.deepEqual(several.split("\n").sort(), [
      `${path}: expected a function as the export istiod, found a mapping with the key values. Export a function.`,
      `${path}: expected exports of the names base, istiod, gateway, found the export "helper". Do not export it.`,
      `${path}: expected exports of the names base, istiod, gateway, found the export "istoid". Did you mean \`istiod\`?`,
    ]);
    const none = `${path}: expected exported functions, of the names base, istiod, gateway, found none. Export one from ./transforms.ts: \`export function istiod(args, cluster) { return args; }\`.`;
    assert.equal(await refusal("export {};"), none);
    assert.equal(await refusal("export default () => undefined;"), none);
    assert.equal(await refusal("export default null;"), none);
    assert.equal(await refusal("module.exports = 1;", "ts"), none);
  });

  it("tells a transform that gives nothing back, a promise, or throws, when it is used", async () => {
    const { base, istiod, gateway } = await loaded(
      'export const base = () => {}; export const istiod = async (a: object) => a; export function gateway() { throw new Error("oh"); }',
    );
    const expected = (chart: string): string =>
      `${path}: expected arguments of a release from \`${chart}\` for cluster east, found`;
    assert.equal(
      await refusalOf(() => base?.(args, "east")),
      `${expected("base")} nothing. Return the arguments, changed or not.`,
    );
    assert.equal(
      await refusalOf(() => istiod?.(args, "east")),
      `${expected("istiod")} a promise. Make the function a synchronous one.`,
    );
    assert.equal(
      await refusalOf(() => gateway?.(args, "east")),
      `${expected("gateway")} that it throws "oh". Mend the function.`,
    );
  });
});

describe("findTransforms", () => {
  it("gives what is wrong with the module, to be told with all else that is", () => {
    const { transforms, mistakes } = findTransforms("./nowhere.ts", tmpdir());
    assert.deepEqual(transforms, {});
    assert.deepEqual(
      mistakes.map((problem) => [problem.path, problem.found]),
      [[path, "no such file at ./nowhere.ts"]],
    );
    assert.deepEqual(findTransforms(undefined, tmpdir()), { transforms: {}, mistakes: [] });
  });
});
