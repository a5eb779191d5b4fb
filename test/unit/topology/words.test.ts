import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { z } from "zod";
import {
  configurationPath,
  describeFound,
  isBefore,
  listed,
  looksSecret,
  meshSchema,
  nearest,
  readVersion,
  supportedKubernetesMinors,
  withoutUserInfo,
} from "../../../topology";
import { unwrapped } from "../../../topology/inspect";
import { editDistance } from "../../../topology/suggest";
import { wordingOf } from "../../../topology/wording";

describe("nearest", () => {
  it("finds what was meant, and nothing where nothing is near", () => {
    for (const [word, expected] of [
      ["netwrok", "network"],
      ["networks", "network"],
      ["Network", "network"],
      ["acess", "access"],
      ["acc", "access"],
      ["zebra", undefined],
      ["", undefined],
      ["x", undefined],
    ] as const) {
      assert.equal(nearest(word, ["network", "access", "id"]), expected, word);
    }
  });

  it("does not choose between several that begin alike", () => {
    assert.equal(nearest("lab", ["lab-eastern", "lab-western"]), undefined);
  });
});

describe("editDistance", () => {
  it("counts insertions, deletions, replacements and swaps of neighbours", () => {
    for (const [left, right, edits] of [
      ["", "", 0],
      ["", "abc", 3],
      ["abc", "abc", 0],
      ["abc", "acb", 1],
      ["kitten", "sitting", 3],
    ] as const) {
      assert.equal(editDistance(left, right), edits, `${left} ${right}`);
    }
  });

  it("is the same both ways, and at most the longer word's length", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (left, right) => {
        const edits = editDistance(left, right);
        assert.equal(edits, editDistance(right, left));
        assert.ok(edits <= Math.max(left.length, right.length));
        assert.equal(edits === 0, left === right);
      }),
    );
  });
});

describe("describeFound", () => {
  it("names values in one line", () => {
    for (const [value, words] of [
      [undefined, "nothing"],
      [null, "an empty value"],
      ["", "an empty string"],
      ["a\nb", '"a\\nb"'],
      [1.5, "the number 1.5"],
      [false, "false"],
      [[], "an empty list"],
      [[1, 2], "a list of 2"],
      [{}, "an empty mapping"],
      [{ a: 1 }, "a mapping with the key a"],
      [{ a: 1, "b c": 2 }, 'a mapping with the keys a, "b c"'],
      [{ secure: "v1:x" }, "an encrypted value"],
      ["x".repeat(100), `"${"x".repeat(60)}…"`],
    ] as const) {
      assert.equal(describeFound(value), words);
    }
  });
});

describe("looksSecret", () => {
  it("passes over names, paths and addresses of clouds", () => {
    for (const harmless of [
      "gke_my-project-123456_europe-west1-b_production-cluster-1",
      "arn:aws:eks:eu-west-1:123456789012:cluster/production-cluster-1",
      "/home/someone/projects/infrastructure/clusters/production/kubeconfig.yaml",
      "https://blob.istio.io/istio-release/charts",
      "e".repeat(63),
    ]) {
      assert.equal(looksSecret(harmless), false, harmless);
    }
  });
});

describe("withoutUserInfo", () => {
  it("leaves out what stands before the host", () => {
    assert.equal(withoutUserInfo("https://me:pa@ss@charts.example.org/a@b"), "https://…@charts.example.org/a@b");
    assert.equal(withoutUserInfo("https://charts.example.org/a@b"), "https://charts.example.org/a@b");
  });
});

describe("configurationPath", () => {
  it("quotes keys that are no plain words", () => {
    assert.equal(configurationPath(), "isthmus:mesh");
    assert.equal(configurationPath("clusters", "a.b", 0), 'isthmus:mesh.clusters["a.b"][0]');
  });
});

describe("listed", () => {
  it("cuts long lists", () => {
    assert.equal(listed(["a", "b"]), "a, b");
    assert.equal(listed(["a", "b", "c", "d"], 2), "a, b and 2 more");
  });
});

describe("versions", () => {
  it("reads what Istio and Kubernetes call themselves", () => {
    for (const [text, version] of [
      ["1.31.1", [1, 31, 1]],
      ["v1.36.1+k3s1", [1, 36, 1]],
      ["1.31.0-rc.0", [1, 31, 0]],
      ["v1.32", [1, 32, 0]],
      ["latest", undefined],
    ] as const) {
      assert.deepEqual(readVersion(text), version, text);
    }
  });

  it("orders by number, not by letter", () => {
    assert.equal(isBefore([1, 9, 9], [1, 10, 0]), true);
    assert.equal(isBefore([2, 0, 0], [1, 99, 0]), false);
    assert.equal(isBefore([1, 30, 4], [1, 30, 4]), false);
  });

  it("knows the Kubernetes versions of Istio 1.31, and admits what it does not know", () => {
    assert.deepEqual(supportedKubernetesMinors("1.31.1"), [32, 36]);
    assert.equal(supportedKubernetesMinors("1.99.0"), undefined);
  });
});

describe("the schema", () => {
  /** Every schema in the mesh's, with the path of its keys. */
  function everySchema(schema: z.core.$ZodType, path: string): [string, z.core.$ZodType][] {
    const inner = unwrapped(schema);
    const here: [string, z.core.$ZodType][] = [[path, inner]];
    if (inner instanceof z.ZodObject) {
      return [
        ...here,
        ...Object.entries(inner.shape as Record<string, z.core.$ZodType>).flatMap(([key, field]) =>
          everySchema(field, `${path}.${key}`),
        ),
      ];
    }
    if (inner instanceof z.ZodUnion) {
      return [
        ...here,
        ...inner.options.flatMap((option) => (option instanceof z.ZodObject ? everySchema(option, path).slice(1) : [])),
      ];
    }
    if (inner instanceof z.ZodArray) return [...here, ...everySchema(inner.element, `${path}[]`)];
    if (inner instanceof z.ZodRecord && !(inner.valueType instanceof z.ZodUnknown)) {
      return [...here, [`${path} (name)`, inner.keyType], ...everySchema(inner.valueType, `${path}.<name>`)];
    }
    return here;
  }

  it("has words for every value, and examples that it accepts", () => {
    const all = everySchema(meshSchema, "mesh");
    assert.ok(all.length > 100);
    for (const [path, schema] of all) {
      const wording = wordingOf(schema);
      assert.ok(wording !== undefined, `${path} has no words`);
      if (schema instanceof z.ZodString || schema instanceof z.ZodEnum) {
        assert.ok(z.safeParse(schema, wording.example).success, `${path}: its example ${wording.example} is wrong`);
      }
      if (schema instanceof z.ZodArray) assert.ok(z.safeParse(schema, parse(wording.example)).success, path);
      if (schema instanceof z.ZodNumber) assert.ok(z.safeParse(schema, Number(wording.example)).success, path);
    }
  });
});
