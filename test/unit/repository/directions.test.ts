import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const root = join(__dirname, "..", "..", "..");

/** Names of the rules that a small repository with these files breaks. */
async function broken(files: Readonly<Record<string, string>>): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), "isthmus-directions-"));
  try {
    await symlink(join(root, "node_modules"), join(directory, "node_modules"));
    for (const file of ["package.json", "tsconfig.json"]) await symlink(join(root, file), join(directory, file));
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
    const arguments_ = [
      "--config",
      join(root, ".dependency-cruiser.cjs"),
      "--output-type",
      "json",
      ...Object.keys(files),
    ];
    const output = await promisify(execFile)(join(root, "node_modules", ".bin", "depcruise"), arguments_, {
      cwd: directory,
      maxBuffer: 1 << 26,
    }).then(
      ({ stdout }) => stdout,
      (error: unknown) => (error as { stdout: string }).stdout,
    );
    const { summary } = JSON.parse(output) as { summary: { violations: { rule: { name: string } }[] } };
    return [...new Set(summary.violations.map(({ rule }) => rule.name))].sort();
  } finally {
    await rm(directory, { recursive: true });
  }
}

const empty = "export const nothing = 0;\n";

describe("the direction of imports", function () {
  this.timeout(240_000);

  it("lets each room use the rooms below it", async () => {
    assert.deepEqual(
      await broken({
        "index.ts": 'export * from "./stacks";\n',
        "stacks/index.ts": 'export * from "../components";\nexport * from "../access";\nexport * from "../topology";\n',
        "components/index.ts": 'export * from "./internal/pure";\nimport "@pulumi/pulumi";\n',
        "components/internal/pure.ts": 'export * from "../../topology";\nexport * from "../../trust";\n',
        "access/index.ts": 'export type * from "../topology";\nimport "node:fs";\n',
        "topology/index.ts": 'export { z } from "zod";\n',
        "trust/index.ts": 'export * from "../topology";\nimport "node:crypto";\n',
        "operations/index.ts": 'export * from "../stacks";\n',
        "operations/deployment/index.ts": empty,
        "cli/index.ts": 'export * from "../operations/deployment";\nexport * from "../lab";\n',
        "lab/index.ts": 'export type * from "../topology";\n',
      }),
      [],
    );
  });

  for (const [what, files, rule] of [
    [
      "topology imports components",
      { "topology/a.ts": 'import "../components/b";\n', "components/b.ts": empty },
      "topology-imports-one-way",
    ],
    [
      "topology imports a type of access",
      { "topology/a.ts": 'export type { nothing } from "../access/b";\n', "access/b.ts": empty },
      "topology-imports-one-way",
    ],
    ["topology reads files", { "topology/a.ts": 'import "node:fs";\n' }, "topology-is-pure"],
    ["topology uses Pulumi", { "topology/a.ts": 'import "@pulumi/pulumi";\n' }, "topology-is-pure"],
    ["access uses Pulumi", { "access/a.ts": 'import "@pulumi/pulumi";\n' }, "access-without-pulumi"],
    [
      "access imports components",
      { "access/a.ts": 'import "../components/b";\n', "components/b.ts": empty },
      "access-imports-one-way",
    ],
    [
      "components import stacks",
      { "components/a.ts": 'import "../stacks/b";\n', "stacks/b.ts": empty },
      "components-imports-one-way",
    ],
    [
      "a pure helper uses Pulumi",
      { "components/internal/a.ts": 'import "@pulumi/pulumi";\n' },
      "pure-helpers-without-pulumi",
    ],
    [
      "access imports preflight",
      { "access/a.ts": 'import "../preflight/b";\n', "preflight/b.ts": empty },
      "access-imports-one-way",
    ],
    ["trust reads a file", { "trust/a.ts": 'import "node:fs";\n' }, "trust-is-pure"],
    [
      "trust imports access",
      { "trust/a.ts": 'import "../access/b";\n', "access/b.ts": empty },
      "trust-imports-one-way",
    ],
    [
      "components import access",
      { "components/a.ts": 'import "../access/b";\n', "access/b.ts": empty },
      "components-imports-one-way",
    ],
    [
      "stacks import what is internal to components",
      { "stacks/a.ts": 'import "../components/internal/b";\n', "components/internal/b.ts": empty },
      "internal-is-internal",
    ],
    [
      "stacks import operations",
      { "stacks/a.ts": 'import "../operations/b";\n', "operations/b.ts": empty },
      "stacks-imports-one-way",
    ],
    [
      "operations import the lab",
      { "operations/a.ts": 'import "../lab/b";\n', "lab/b.ts": empty },
      "operations-imports-one-way",
    ],
    [
      "operations import the command line",
      { "operations/a.ts": 'import "../cli/b";\n', "cli/b.ts": empty },
      "operations-imports-one-way",
    ],
    ["the lab imports access", { "lab/a.ts": 'import "../access/b";\n', "access/b.ts": empty }, "lab-imports-one-way"],
    [
      "the command line imports components",
      { "cli/a.ts": 'import "../components/b";\n', "components/b.ts": empty },
      "cli-imports-one-way",
    ],
    ["the program imports the lab", { "index.ts": 'import "./lab/b";\n', "lab/b.ts": empty }, "index-imports-one-way"],
    [
      "the product imports a test",
      { "stacks/a.ts": 'import "../test/b";\n', "test/b.ts": empty },
      "stacks-imports-one-way",
    ],
    ["two files import each other", { "lab/a.ts": 'import "./b";\n', "lab/b.ts": 'import "./a";\n' }, "no-cycles"],
  ] as const) {
    it(`is broken when ${what}`, async () => {
      assert.deepEqual(await broken(files), [rule]);
    });
  }
});
