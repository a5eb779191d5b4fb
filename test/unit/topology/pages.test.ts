import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseStackConfiguration } from "../../../access";
import { generatedPages } from "../../../docs/generate";
import {
  meshJsonSchema,
  meshKey,
  meshWarnings,
  parseMesh,
  planMesh,
  stackJsonSchema,
  type JsonSchema,
  type Mesh,
} from "../../../topology";

const root = join(__dirname, "..", "..", "..");

describe("generated pages", () => {
  for (const [path, text] of generatedPages()) {
    it(`docs/${path} is current (npm run schema)`, () => {
      assert.equal(readFileSync(join(root, "docs", path), "utf8"), text);
    });
  }
});

describe("the JSON Schema", () => {
  it("describes every property", () => {
    const undescribed = (schema: JsonSchema, path: string): string[] => [
      ...Object.entries(schema.properties ?? {}).flatMap(([key, property]) => [
        ...(property.description === undefined ? [`${path}.${key}`] : []),
        ...undescribed(property, `${path}.${key}`),
      ]),
      ...(schema.anyOf ?? []).flatMap((branch) => undescribed(branch, path)),
      ...(schema.items === undefined ? [] : undescribed(schema.items, `${path}[]`)),
      ...(typeof schema.additionalProperties === "object" ? undescribed(schema.additionalProperties, `${path}.*`) : []),
    ];
    assert.deepEqual(undescribed(meshJsonSchema(), "mesh"), []);
  });

  it("gives every scalar default with its reason or meaning", () => {
    const silent = (schema: JsonSchema, path: string): string[] => [
      ...(schema.default !== undefined &&
      typeof schema.default !== "object" &&
      !/\bdefault\b/i.test(schema.description ?? "")
        ? [path]
        : []),
      ...Object.entries(schema.properties ?? {}).flatMap(([key, property]) => silent(property, `${path}.${key}`)),
    ];
    assert.deepEqual(silent(meshJsonSchema(), "mesh"), []);
  });

  it("asks for what has no default, and refuses unknown keys", () => {
    const mesh = meshJsonSchema();
    assert.deepEqual(mesh.required, ["id", "istio", "clusters"]);
    assert.equal(mesh.additionalProperties, false);
  });

  it("leaves a stack's other keys free", () => {
    const stack = stackJsonSchema();
    const config = stack.properties?.["config"];
    assert.deepEqual([stack.additionalProperties, config?.additionalProperties], [true, true]);
    assert.deepEqual(Object.keys(config?.properties ?? {}), ["isthmus:mesh"]);
  });
});

describe("shipped stacks", () => {
  /** Where stack files may lie. */
  const directories = [".", "stacks/examples", "docs/examples"].filter((directory) =>
    existsSync(join(root, directory)),
  );
  const files = directories.flatMap((directory) =>
    readdirSync(join(root, directory))
      .filter((name) => /^Pulumi\..+\.yaml$/.test(name))
      .map((name) => join(directory, name)),
  );

  function meshOfFile(file: string): Mesh {
    return parseMesh(parseStackConfiguration(readFileSync(join(root, file), "utf8"), file));
  }

  it("are there", () => {
    assert.ok(files.includes("Pulumi.dev.yaml"));
  });

  it("show every way to join clusters", () => {
    const shown = new Set(files.flatMap((file) => planMesh(meshOfFile(file)).clusters.map(({ model }) => model)));
    for (const model of [
      ...(["single-cluster", "multi-primary", "multi-primary-multi-network", "primary-remote"] as const),
      ...(["primary-remote-multi-network", "external-control-plane-multi-network"] as const),
    ]) {
      assert.ok(shown.has(model), model);
    }
  });

  for (const file of files) {
    it(`${file} is right, warns of nothing, and names its schema for editors`, () => {
      const text = readFileSync(join(root, file), "utf8");
      const [, schema] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text) ?? [];
      assert.equal(join(dirname(file), schema ?? ""), "docs/schema/stack.schema.json");
      const mesh = meshOfFile(file);
      assert.deepEqual(meshWarnings(mesh), []);
      assert.ok(planMesh(mesh).clusters.length > 0);
    });
  }
});

describe("stack files in the documentation", () => {
  const pages = [
    "README.md",
    ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => join("docs", name)),
  ];
  const examples = pages.flatMap((page) =>
    [...readFileSync(join(root, page), "utf8").matchAll(/^( *)```yaml\n([^]*?)^ *```$/gm)]
      .map(([, indent = "", text = ""]) => text.replaceAll(new RegExp(`^${indent}`, "gm"), ""))
      .filter((text) => text.includes(`${meshKey}:`))
      .map((text) => [page, text] as const),
  );

  it("are there", () => {
    assert.ok(examples.length >= 2);
  });

  for (const [page, text] of examples) {
    it(`are right: ${page}, the one with ${/^ *id: (.*)$/m.exec(text)?.[1] ?? "no id"}`, () => {
      const mesh = parseMesh(parseStackConfiguration(text, page));
      assert.deepEqual(meshWarnings(mesh), []);
    });
  }
});
