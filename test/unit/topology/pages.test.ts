import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseStackConfiguration } from "../../../access";
import { generatedPages } from "../../../docs/generate";
import { meshJsonSchema, parseMesh, planMesh, stackJsonSchema, type JsonSchema } from "../../../topology";

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
  const files = readdirSync(root).filter((name) => /^Pulumi\..+\.yaml$/.test(name));

  it("are there", () => {
    assert.ok(files.includes("Pulumi.dev.yaml"));
  });

  for (const file of files) {
    it(`${file} is right, and names its schema for editors`, () => {
      const text = readFileSync(join(root, file), "utf8");
      assert.match(text, /^# yaml-language-server: \$schema=docs\/schema\/stack\.schema\.json$/m);
      assert.ok(planMesh(parseMesh(parseStackConfiguration(text, file))).clusters.length > 0);
    });
  }
});
