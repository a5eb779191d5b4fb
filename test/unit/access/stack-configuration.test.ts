import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadStackConfiguration, parseStackConfiguration } from "../../../access";
import { ConfigurationError } from "../../../topology";

const file = "Pulumi.dev.yaml";

function problemsOf(text: string): string {
  try {
    parseStackConfiguration(text, file);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error));
    return error.message;
  }
  return "";
}

describe("parseStackConfiguration", () => {
  it("gives what stands under isthmus:mesh", () => {
    assert.deepEqual(
      parseStackConfiguration(
        "encryptionsalt: x\nconfig:\n  aws:region: eu-west-1\n  isthmus:mesh: { id: mesh1 }\n",
        file,
      ),
      { id: "mesh1" },
    );
  });

  it("gives nothing where there is nothing", () => {
    for (const text of ["", "# only a comment\n", "config:\n", "config: { other:key: 1 }\n", "encryptionsalt: x\n"]) {
      assert.equal(parseStackConfiguration(text, file), undefined, text);
    }
  });

  it("reads JSON in a string, as `pulumi config set` writes it", () => {
    assert.deepEqual(parseStackConfiguration(`config:\n  isthmus:mesh: '{"id":"mesh1"}'\n`, file), { id: "mesh1" });
    assert.equal(parseStackConfiguration("config:\n  isthmus:mesh: mesh1\n", file), "mesh1");
  });

  for (const [what, text, problems] of [
    [
      "two clusters with one name",
      "config:\n  isthmus:mesh:\n    clusters:\n      east: { network: a }\n      west: { network: b }\n      east:\n        network: c\n",
      "isthmus:mesh.clusters.east: expected each cluster's name once, found `east` twice, in lines 4 and 6 of Pulumi.dev.yaml. Give one of the two clusters another name, or remove it.",
    ],
    [
      "any key that stands there twice, all of them",
      "config:\n  isthmus:mesh:\n    id: a\n    id: b\n  other: [{ x: 1, x: 2 }]\n",
      "isthmus:mesh.id: expected each key once, found `id` twice, in lines 3 and 4 of Pulumi.dev.yaml. Remove one of the two, or join them.\n" +
        "Pulumi.dev.yaml: config.other[0].x: expected each key once, found `x` twice, in lines 5 and 5 of Pulumi.dev.yaml. Remove one of the two, or join them.",
    ],
    [
      "text that is no YAML",
      "config:\n  isthmus:mesh:\n   id: [a\n",
      "Pulumi.dev.yaml: expected YAML, found a mistake in line 4 (bad indent). Mend the line; keys of one mapping begin in one column.",
    ],
    [
      "a list",
      "- config\n",
      "Pulumi.dev.yaml: expected a mapping with the key config, found something else. Write `config:` and below it `isthmus:mesh:`.",
    ],
    [
      "an encrypted mesh",
      "config:\n  isthmus:mesh:\n    secure: v1:abc\n",
      "isthmus:mesh: expected a mapping in plain text, found an encrypted value. Set it without --secret: it holds no secret, only names of files that do.",
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.equal(problemsOf(text), problems);
    });
  }
});

describe("loadStackConfiguration", () => {
  let project: string;

  beforeEach(async () => {
    project = await mkdtemp(join(tmpdir(), "isthmus-stack-"));
  });

  afterEach(() => rm(project, { recursive: true }));

  it("reads the stack's file, by the last part of its name", async () => {
    await writeFile(join(project, file), "config: { isthmus:mesh: { id: a } }\n");
    assert.deepEqual(await loadStackConfiguration(project, "dev"), { id: "a" });
    assert.deepEqual(await loadStackConfiguration(project, "organization/isthmus/dev"), { id: "a" });
  });

  it("looks where Pulumi.yaml says that the stacks' files are", async () => {
    await mkdir(join(project, "stacks"));
    await writeFile(join(project, "Pulumi.yaml"), "name: isthmus\nstackConfigDir: stacks\n");
    await writeFile(join(project, "stacks", file), "config: { isthmus:mesh: { id: b } }\n");
    assert.deepEqual(await loadStackConfiguration(project, "dev"), { id: "b" });
  });

  it("names the stacks that there are when one is not", async () => {
    for (const name of ["dev", "prod"]) await writeFile(join(project, `Pulumi.${name}.yaml`), "");
    await assert.rejects(loadStackConfiguration(project, "deb"), {
      name: "ConfigurationError",
      message:
        "Pulumi.deb.yaml: expected the stack's configuration, found no such file. Did you mean the stack dev? There are the stacks dev, prod.",
    });
  });
});
