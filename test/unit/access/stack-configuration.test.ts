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

  it("lays one mapping over another by `<<`, as Pulumi does", () => {
    const text = "config:\n  isthmus:mesh:\n    a: &a { x: 1, y: 2 }\n    b: { <<: *a, y: 3 }\n";
    assert.deepEqual(parseStackConfiguration(text, file), { a: { x: 1, y: 2 }, b: { x: 1, y: 3 } });
  });

  it("takes what YAML 1.1 and 1.2 read alike", () => {
    const values = { 1: 0, name: "0123", port: 31443, hex: 16, when: "2024-01-02", share: 0.5, version: "1.31.1" };
    const text = "config:\n  isthmus:mesh: { 1: 0, name: \"0123\", port: 31443, hex: 0x10, when: '2024-01-02', ";
    assert.deepEqual(parseStackConfiguration(`${text}share: 0.5, version: 1.31.1 }\n`, file), values);
    const elsewhere = "config:\n  other:key: 0123\n  isthmus:mesh: {}\n---\n";
    assert.deepEqual(parseStackConfiguration(elsewhere, file), {});
  });

  for (const [name, shown = name] of [["0123"], ["0x10"], ["1e3"], ["2024-01-02"], ["true"], ["1_000"], ["0b1"]]) {
    it(`refuses the name ${name}, which Pulumi reads as another or which is none`, () => {
      const text = `config:\n  isthmus:mesh:\n    clusters:\n      ${name}: {}\n`;
      assert.match(
        problemsOf(text),
        new RegExp(
          `^isthmus:mesh\\.clusters\\S+: expected a name that YAML 1.1 and 1.2 read alike, found \`${shown}\`, in line 4 of Pulumi.dev.yaml. Put it in quotes: \`"${shown}"\`. Pulumi and Isthmus would read it differently.$`,
        ),
      );
    });
  }

  it("refuses values that Pulumi reads as others, all of them", () => {
    assert.equal(
      problemsOf("config:\n  isthmus:mesh:\n    clusters: { east: { network: 2024-01-02 } }\n    x: [031443]\n"),
      'isthmus:mesh.clusters.east.network: expected a value that YAML 1.1 and 1.2 read alike, found `2024-01-02`, in line 3 of Pulumi.dev.yaml. Put it in quotes: `"2024-01-02"`. Pulumi and Isthmus would read it differently.\n' +
        'isthmus:mesh.x[0]: expected a value that YAML 1.1 and 1.2 read alike, found `031443`, in line 4 of Pulumi.dev.yaml. Put it in quotes: `"031443"`. Pulumi and Isthmus would read it differently.',
    );
  });

  it("asks whether a misspelt key is the mesh's, and takes no other key for it", () => {
    for (const key of ["isthmus:mesch", "istmus:mesh", "mesh"]) {
      assert.match(
        problemsOf(`config: { "${key}": { id: a } }\n`),
        /^Pulumi\.dev\.yaml: config\S+: expected the key isthmus:mesh, found an unknown key\. Did you mean `isthmus:mesh`\?$/,
      );
    }
    for (const key of ["isthmus:east", "isthmus:eastKubeconfig", "other:mesh"]) {
      assert.equal(problemsOf(`config: { "${key}": { id: a } }\n`), "");
    }
    assert.equal(problemsOf("config: { isthmus:mesh: { id: a }, isthmus:mesch: 1 }\n"), "");
  });

  for (const [what, text, problems] of [
    [
      "a second document, which Pulumi would pass over",
      "config:\n  isthmus:mesh: {}\n---\nconfig:\n  isthmus:mesh: { id: a }\n",
      "Pulumi.dev.yaml: expected one YAML document, found another one in line 4. Take out the `---` before it, or the document: all but the first are passed over.",
    ],
    [
      "an alias that names nothing",
      "config:\n  isthmus:mesh: { id: *nope }\n",
      "Pulumi.dev.yaml: expected YAML, found a mistake in bad alias. Put a text that begins with `*` in quotes; an alias comes after the `&` that it names.",
    ],
    [
      "a `<<` with nothing to lay over",
      "config:\n  isthmus:mesh: { <<: 1 }\n",
      "Pulumi.dev.yaml: expected YAML, found a mistake in bad merge. Give `<<` a mapping, an alias of one, or a list of these.",
    ],
    [
      "a text in UTF-16",
      Buffer.from("config: {}\n", "utf16le").toString("utf8"),
      "Pulumi.dev.yaml: expected a text in UTF-8, found one in another encoding, UTF-16 probably. Save it as UTF-8; in PowerShell write it with `Out-File -Encoding utf8`.",
    ],
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

  it("refuses a Pulumi.yaml that is no YAML, and says where", async () => {
    await writeFile(join(project, "Pulumi.yaml"), "name: isthmus\nruntime: [nodejs\n");
    await writeFile(join(project, file), "config: { isthmus:mesh: { id: a } }\n");
    await assert.rejects(loadStackConfiguration(project, "dev"), {
      name: "ConfigurationError",
      message: /^Pulumi\.yaml: expected YAML, found a mistake in line \d+ \(.*\)\. Mend the line/,
    });
  });

  it("says where it looked in vain: outside of a project, beside files that Pulumi takes, and where it may not read", async () => {
    const place = await mkdtemp(join(tmpdir(), "isthmus-stack-"));
    const refusal = async (): Promise<string> => {
      const error = await loadStackConfiguration(place, "dev").catch((caught: unknown) => caught);
      assert.ok(error instanceof ConfigurationError, String(error));
      return error.message;
    };
    try {
      assert.match(
        await refusal(),
        /found no such file\. Go to the project's directory or below it: there is no Pulumi\.yaml/,
      );
      await writeFile(join(place, "Pulumi.yml"), "name: x\n");
      assert.match(await refusal(), /Rename Pulumi\.yml, which Isthmus does not read, to Pulumi\.yaml/);
      await writeFile(join(place, "Pulumi.yaml"), "name: x\n");
      assert.match(await refusal(), /name another stack with `--stack`; without, it is dev, or ISTHMUS_STACK's\.$/);
      await writeFile(join(place, "Pulumi.dev.yml"), "config: {}\n");
      assert.match(await refusal(), /Rename Pulumi\.dev\.yml, which Isthmus does not read, to Pulumi\.dev\.yaml\.$/);
      await mkdir(join(place, "Pulumi.dev.yaml"));
      assert.match(await refusal(), /found a directory\. Let this user read it\.$|found a directory\. /);
    } finally {
      await rm(place, { recursive: true });
    }
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
