import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localFilesDigest } from "../../../stacks";
import { parseMesh, planMesh, type MeshPlan } from "../../../topology";
import { primaries } from "../../support/plans";

describe("files that a part is made from", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "isthmus-files-"));
    mkdirSync(join(directory, "charts/istiod/templates"), { recursive: true });
    mkdirSync(join(directory, "archives"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const write = (file: string, text: string): void => {
    writeFileSync(join(directory, file), text);
  };
  const planWith = (istio: object): MeshPlan => {
    const mesh = primaries(1);
    return planMesh(parseMesh({ ...mesh, istio: { ...mesh.istio, ...istio } }));
  };
  const digest = (istio: object): string => localFilesDigest(planWith(istio), directory);

  const cases: readonly { what: string; istio: object; file: string }[] = [
    {
      what: "a template of a chart",
      istio: { charts: { directory: "charts" } },
      file: "charts/istiod/templates/a.yaml",
    },
    { what: "a packaged chart", istio: { charts: { archives: "archives" } }, file: "archives/istiod-1.31.1.tgz" },
    { what: "the transforms", istio: { transforms: "./transforms.ts" }, file: "transforms.ts" },
    { what: "transforms without an ending", istio: { transforms: "./transforms" }, file: "transforms.ts" },
  ];
  for (const { what, istio, file } of cases) {
    it(`${what}: another digest when it comes and when it changes, the same when it is as before`, () => {
      const none = digest(istio);
      write(file, "one");
      const first = digest(istio);
      write(file, "two");
      const second = digest(istio);
      assert.equal(new Set([none, first, second]).size, 3);
      write(file, "one");
      assert.equal(digest(istio), first);
    });
  }

  it("do not count where they are not used", () => {
    const before = digest({ charts: { directory: "charts" } });
    mkdirSync(join(directory, "charts/ztunnel"));
    for (const file of ["charts/ztunnel/Chart.yaml", "transforms.ts"]) write(file, "one");
    assert.equal(digest({ charts: { directory: "charts" } }), before);
  });

  describe("through links", () => {
    const istio = { charts: { directory: "charts" } };
    const link = (target: string, path: string): void => {
      symlinkSync(target, join(directory, path));
    };

    it("are each read once, however many lead in a circle", () => {
      write("charts/istiod/templates/a.yaml", "one");
      const before = digest(istio);
      for (const name of ["a", "b", "c"]) link("..", `charts/istiod/templates/${name}`);
      link("itself", "charts/istiod/itself");
      const round = digest(istio);
      assert.notEqual(round, before);
      assert.equal(digest(istio), round);
      write("charts/istiod/templates/a.yaml", "two");
      assert.notEqual(digest(istio), round);
    });

    it("count as what they lead to, and where", () => {
      for (const name of ["one", "two"]) {
        mkdirSync(join(directory, name));
        write(`${name}/a.yaml`, "a");
      }
      link("../../../one", "charts/istiod/templates/linked");
      const first = digest(istio);
      write("one/a.yaml", "b");
      assert.notEqual(digest(istio), first);
      write("one/a.yaml", "a");
      assert.equal(digest(istio), first);
      link("linked", "charts/istiod/templates/too");
      assert.notEqual(digest(istio), first);
    });

    it("that end nowhere, and what is neither a file nor a directory, count as none", () => {
      const before = digest(istio);
      link("nowhere", "charts/istiod/templates/dangling");
      execFileSync("mkfifo", [join(directory, "charts/istiod/templates/pipe")]);
      assert.equal(digest(istio), before);
    });
  });
});
