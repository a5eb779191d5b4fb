import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parseDocument, stringify } from "yaml";
import { editedText, editStackFile } from "../../../access/stack-file-edit";
import { ConfigurationError } from "../../../topology";

const generated = { roots: ["first", "2031"], issuers: { east: "2031" } };
const edit = { keys: ["trust", "generated"], value: generated } as const;
const written = 'generated: { roots: [ first, "2031" ], issuers: { east: "2031" } }';

const head = `# Ours.
encryptionsalt: v1:abc
config:
  isthmus:mesh:
    id: mesh1   # its name
    clusters:
      # the first
      east: {network: east}
`;

const editing = (text: string): string => editedText(text, edit, "Pulumi.dev.yaml");

describe("an edit of a stack's file", () => {
  for (const [what, before, after] of [
    ["adds what is missing, with all above it", head, `${head}    trust: { ${written} }\n`],
    [
      "adds it to a mapping that is there, before what comes after",
      `${head}    trust:\n      rootLifetimeDays: 900 # short\n\n    # gone soon\n    revision: a\n  other:key: 1\n`,
      `${head}    trust:\n      rootLifetimeDays: 900 # short\n      ${written}\n\n    # gone soon\n    revision: a\n  other:key: 1\n`,
    ],
    [
      "adds it to a mapping in one line",
      `${head}    trust: { rootLifetimeDays: 900 } # short\n`,
      `${head}    trust: { rootLifetimeDays: 900, ${written} } # short\n`,
    ],
    [
      "replaces a value in several lines",
      `${head}    trust:\n      generated:\n        roots:\n          - first\n      rootLifetimeDays: 900\n`,
      `${head}    trust:\n      ${written}\n      rootLifetimeDays: 900\n`,
    ],
    [
      "replaces a value in several lines at the end",
      `${head}    trust:\n      generated:\n        roots: [first]\n`,
      `${head}    trust:\n      ${written}\n`,
    ],
    [
      "replaces a value in one line, and leaves the comment behind it",
      `${head}    trust:\n      generated: {roots: [first]} # one\n    revision: a\n`,
      `${head}    trust:\n      ${written} # one\n    revision: a\n`,
    ],
    [
      "fills a key without a value",
      `${head}    trust:\n    revision: a\n`,
      `${head}    trust: { ${written} }\n    revision: a\n`,
    ],
    ["fills an empty mapping", `${head}    trust: {} # none\n`, `${head}    trust: { ${written} } # none\n`],
    ["leaves what is so already", `${head}    trust: { ${written} }\n`, `${head}    trust: { ${written} }\n`],
    ["needs no line end", head.trimEnd(), `${head}    trust: { ${written} }`],
  ] as const) {
    it(what, () => {
      assert.equal(editing(before), after);
    });
  }

  for (const [what, before, after] of [
    [
      "several lines",
      "    trust:\n      revocations: a.pem # lists\n      root: generated\n",
      "    trust:\n      root: generated\n",
    ],
    [
      "several lines, at the end",
      "    trust:\n      root: generated\n      revocations: a.pem",
      "    trust:\n      root: generated\n",
    ],
    ["one line", "    trust: { root: generated, revocations: a.pem } # x\n", "    trust: { root: generated } # x\n"],
    [
      "one line, at its beginning",
      "    trust: { revocations: a.pem, root: generated }\n",
      "    trust: { root: generated }\n",
    ],
    ["none, where it is not there", "    revision: a\n", "    revision: a\n"],
  ] as const) {
    it(`takes a value out of a mapping in ${what}`, () => {
      const removal = { keys: ["trust", "revocations"], value: undefined } as const;
      assert.equal(editedText(head + before, removal, "Pulumi.dev.yaml"), head + after);
    });
  }

  it("takes out what is meant and nothing else, whatever the file, or says that it is to be done by hand", () => {
    const key = fc.constantFrom("a", "b", "c");
    const value = fc.oneof(fc.constantFrom("x", "2031", 7), fc.array(fc.constantFrom("y", 8), { maxLength: 2 }));
    const mapping = fc.dictionary(key, value, { minKeys: 1, noNullPrototype: true });
    fc.assert(
      fc.property(mapping, key, fc.boolean(), (mesh, gone, isFlow) => {
        const content = { config: { "isthmus:mesh": { id: "m", mesh, z: 1 } } };
        const text = stringify(content, { collectionStyle: isFlow ? "flow" : "block" });
        const edited = (): string => editedText(text, { keys: ["mesh", gone], value: undefined }, "Pulumi.dev.yaml");
        const left = Object.fromEntries(Object.entries(mesh).filter(([name]) => name !== gone));
        if (Object.keys(left).length === 0) assert.throws(edited, /Take it out by hand/);
        else
          assert.deepEqual(parseDocument(edited()).toJS(), {
            config: { "isthmus:mesh": { id: "m", mesh: left, z: 1 } },
          });
      }),
    );
  });

  it("is refused, with what to write, where another place would change too, or it stands in JSON", () => {
    for (const text of [
      `${head}    trust: *other\n`.replace("# Ours.", "x: &other {rootLifetimeDays: 900}"),
      'config:\n  isthmus:mesh: \'{"id":"mesh1"}\'\n',
    ]) {
      assert.throws(
        () => editing(text),
        (error) =>
          error instanceof ConfigurationError &&
          /trust\.generated: .*Write it there by hand: `\{ trust: \{ generated: /.test(error.message),
        text,
      );
    }
  });

  it("changes what is meant and nothing else, whatever the file", () => {
    const key = fc.constantFrom("a", "b", "trust", "generated", "2031", "on");
    const { tree } = fc.letrec<{ tree: unknown; map: object }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom("x", "2031", 7, null, "no"),
        tie("map"),
        fc.array(tie("tree"), { maxLength: 2 }),
      ),
      map: fc.dictionary(key, tie("tree"), { maxKeys: 3, noNullPrototype: true }),
    }));
    const keys = fc.array(key, { minLength: 1, maxLength: 3 }) as fc.Arbitrary<[string, ...string[]]>;
    fc.assert(
      fc.property(tree, keys, tree, fc.boolean(), (mesh, path, value, isFlow) => {
        const options = { collectionStyle: isFlow ? "flow" : "block" } as const;
        const content = { config: { "isthmus:mesh": { id: "m", mesh }, z: 1 } };
        const text = stringify(content, options);
        const whole = ["config", "isthmus:mesh", "mesh", ...path] as const;
        const edited = (): string => editedText(text, { keys: ["mesh", ...path], value }, "Pulumi.dev.yaml");
        if (leadsThroughText(content, whole)) assert.throws(edited, ConfigurationError);
        else assert.deepEqual(parseDocument(edited()).toJS(), set(content, whole, value));
      }),
    );
  });
});

/** Whether something stands on the way that would be lost. */
function leadsThroughText(content: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined || content === undefined || content === null) return false;
  if (typeof content !== "object" || Array.isArray(content)) return true;
  return leadsThroughText((content as Record<string, unknown>)[key], rest);
}

function set(content: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const mapping = typeof content === "object" && content !== null && !Array.isArray(content) ? content : {};
  return { ...mapping, [key]: set((mapping as Record<string, unknown>)[key], rest, value) };
}

describe("a stack's file that is edited", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "isthmus-edit-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it("keeps its mode, and leaves nothing beside it", async () => {
    const file = join(directory, "Pulumi.dev.yaml");
    writeFileSync(file, head);
    chmodSync(file, 0o640);
    const { undo } = await editStackFile(directory, "organization/project/dev", [edit]);
    assert.equal(readFileSync(file, "utf8"), `${head}    trust: { ${written} }\n`);
    assert.equal(statSync(file).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(directory), ["Pulumi.dev.yaml"]);
    await undo();
    assert.equal(readFileSync(file, "utf8"), head);
  });

  it("is not put back over what somebody else has written", async () => {
    const file = join(directory, "Pulumi.dev.yaml");
    writeFileSync(file, head);
    const { undo } = await editStackFile(directory, "dev", [edit]);
    writeFileSync(file, `${head}# theirs\n`);
    await assert.rejects(undo(), /Pulumi\.dev\.yaml: .*somebody has changed it meanwhile/);
    assert.equal(readFileSync(file, "utf8"), `${head}# theirs\n`);
  });

  it("is as it was when it cannot be edited", async () => {
    const file = join(directory, "Pulumi.dev.yaml");
    writeFileSync(file, "config:\n  isthmus:mesh: '{}'\n");
    await assert.rejects(editStackFile(directory, "dev", [edit]), ConfigurationError);
    assert.equal(readFileSync(file, "utf8"), "config:\n  isthmus:mesh: '{}'\n");
    assert.deepEqual(readdirSync(directory), ["Pulumi.dev.yaml"]);
  });
});
