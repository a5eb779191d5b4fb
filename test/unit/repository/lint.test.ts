import assert from "node:assert/strict";
import { join } from "node:path";
import { ESLint } from "eslint";

const root = join(__dirname, "..", "..", "..");

const eslint = new ESLint({ cwd: root });

/** The rules that a text breaks, checked as if it were the program's own file. */
async function broken(text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: join(root, "index.ts") });
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
}

describe("the lint rules", function () {
  this.timeout(400_000);

  for (const [rule, text] of [
    ["@typescript-eslint/no-floating-promises", "async function later(): Promise<void> {}\nlater();\n"],
    ["@typescript-eslint/no-misused-promises", "[1].forEach(async () => {});\n"],
    [
      "@typescript-eslint/consistent-type-imports",
      'import { Problem } from "./topology";\nexport type Alias = Problem;\n',
    ],
    [
      "@typescript-eslint/switch-exhaustiveness-check",
      'export function f(x: "a" | "b"): number {\n  switch (x) {\n    case "a":\n      return 1;\n  }\n  return 2;\n}\n',
    ],
    [
      "@pulumi/no-output-in-template-literal",
      'import { output } from "@pulumi/pulumi";\nconst value = output("x");\nexport const text = `${value}`;\n',
    ],
  ] as const) {
    it(`${rule} is on`, async () => {
      const rules = await broken(text);
      assert.ok(rules.includes(rule), rules.join(", "));
    });
  }
});
