import javascript from "@eslint/js";
import pulumi from "@pulumi/eslint-plugin";
import typescript from "typescript-eslint";

export default typescript.config(
  { ignores: ["node_modules/", "dist/", ".lab/", "bench/results/", "test/fixtures/"] },
  javascript.configs.recommended,
  {
    files: ["**/*.ts", "**/*.mts"],
    extends: [typescript.configs.strictTypeChecked, typescript.configs.stylisticTypeChecked],
    plugins: { "@pulumi": pulumi },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // An Output in a template string prints a warning instead of its value.
      "@pulumi/no-output-in-template-literal": "error",
      "@pulumi/no-output-instance-in-template-literal": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // Numbers are safe in a string; what is not (an object, undefined) stays an error.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // An arrow that ends in a call without a value is no mistake.
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // `text || "none"` says what is meant when the text may be empty.
      "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignorePrimitives: { string: true } }],
      // The compiler asks for brackets where a key is not declared.
      "@typescript-eslint/dot-notation": "off",
      // `as T` tells the reader the type, `!` only that there is one.
      "@typescript-eslint/non-nullable-type-assertion-style": "off",
      "@typescript-eslint/consistent-indexed-object-style": "off",
      "no-console": "error",
    },
  },
  {
    // Programs that speak to a person or a log.
    files: ["test/run.ts", "bench/**/*.ts", "docs/**/*.ts"],
    rules: { "no-console": "off" },
  },
  {
    files: ["**/*.js", "**/*.cjs"],
    languageOptions: {
      sourceType: "commonjs",
      globals: { require: "readonly", module: "writable", process: "readonly", __dirname: "readonly" },
    },
  },
  { files: ["**/*.mjs"], languageOptions: { globals: { process: "readonly", console: "readonly" } } },
);
