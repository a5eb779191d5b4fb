import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { writeFile } from "node:fs/promises";
import { version } from "../../package.json";
import { packedPackage, run, runWell, type Packed } from "./packed";

const entryPoints = ["isthmus", "isthmus/components", "isthmus/program"] as const;

describe("the npm package", function () {
  // It is built and installed first; on a machine that does something else beside us, that takes a minute.
  this.timeout(300_000);

  let packed: Packed;
  before(async () => {
    packed = await packedPackage();
  });

  const installed = (path: string): string => join(packed.project, "node_modules", "isthmus", path);

  describe("holds", () => {
    it("what it needs at run time, and nothing else", () => {
      const paths = packed.files.map(({ path }) => path);
      const rooms = new Set(
        paths.map((path) =>
          path
            .split("/")
            .slice(0, path.startsWith("dist/") ? 2 : 1)
            .join("/"),
        ),
      );
      assert.deepEqual(
        [...rooms].sort(),
        [
          ...["CHANGELOG.md", "LICENSE", "README.md", "bin", "docs", "package.json", "policy"],
          ...[
            "access",
            "api",
            "cli",
            "components",
            "diagnosis",
            "engine",
            "operations",
            "policy",
            "preflight",
            "stacks",
            "topology",
            "trust",
          ].map((room) => `dist/${room}`),
          ...["dist/index.d.ts", "dist/index.js", "dist/package.json"],
        ].sort(),
      );
      assert.deepEqual(
        paths.filter((path) => !/\.(js|d\.ts|json)$|^(LICENSE|[A-Z]+\.md|docs\/.*\.md)$/.test(path)),
        ["docs/prometheus/isthmus.rules.yaml", "policy/PulumiPolicy.yaml"],
      );
      assert.deepEqual(
        paths.filter((path) => path.startsWith("docs/") && !path.endsWith(".md")),
        [
          "docs/prometheus/isthmus.rules.yaml",
          ...["mesh", "services", "stack"].map((schema) => `docs/schema/${schema}.schema.json`),
        ],
      );
      // Hints and help name pages of the documentation, and the README links to them.
      for (const page of ["checks", "cli", "drift", "policy", "pull-requests", "trust"]) {
        assert.ok(paths.includes(`docs/${page}.md`), page);
      }
      // What does not belong here, the lab or fixtures, would more than double it.
      assert.ok(packed.size < 1_400 * 1024, `the tarball has ${packed.size} bytes`);
    });

    it("every module that another of its modules loads", () => {
      const paths = new Set(packed.files.map(({ path }) => path));
      const missing = [...paths]
        .filter((path) => path.endsWith(".js"))
        .flatMap((path) =>
          [...readFileSync(installed(path), "utf8").matchAll(/\b(?:require|load)\("(\.{1,2}\/[^"]+)"\)/g)].flatMap(
            ([, target = ""]) => {
              const resolved = posix.join(dirname(path), target);
              const found = [resolved, `${resolved}.js`, `${resolved}/index.js`].some((file) => paths.has(file));
              return found ? [] : [`${path} loads ${target}`];
            },
          ),
        );
      assert.deepEqual(missing.sort(), [
        // What the lab's verbs are refused without: see cli/verbs/lab-presence.ts, and bin/isthmus.js for the checkout.
        "dist/cli/main.js loads ./verbs/demo",
        "dist/cli/main.js loads ./verbs/lab",
      ]);
    });

    it("nothing of this machine", () => {
      for (const { path } of packed.files) {
        const text = readFileSync(installed(path), "utf8");
        assert.ok(!text.includes(process.cwd()), path);
      }
    });
  });

  describe("is imported", () => {
    const namesOf = (module: string): string => `
      const names = Object.keys(${module}).filter((name) => !["default", "module.exports", "__esModule"].includes(name));
      console.log(JSON.stringify(names.sort()));`;

    for (const entryPoint of entryPoints) {
      it(`as ${entryPoint} by ES modules and by CommonJS, with the same names, and silently`, async () => {
        await writeFile(
          join(packed.project, "names.mjs"),
          `import * as module from "${entryPoint}";${namesOf("module")}`,
        );
        await writeFile(
          join(packed.project, "names.cjs"),
          `const module_ = require("${entryPoint}");${namesOf("module_")}`,
        );
        const [esModule, commonJs] = [
          await runWell(packed.project, ["node", "names.mjs"]),
          await runWell(packed.project, ["node", "names.cjs"]),
        ];
        assert.deepEqual(JSON.parse(esModule), JSON.parse(commonJs));
        if (entryPoint !== "isthmus/program") assert.match(esModule, /"ConfigurationError"/);
      });
    }

    it("with the same classes by both, so that instanceof holds between them", async () => {
      await writeFile(
        join(packed.project, "same.mjs"),
        `import { createRequire } from "node:module";
         import * as embedding from "isthmus";
         import { ConfigurationError } from "isthmus/components";
         const commonJs = createRequire(import.meta.url)("isthmus");
         console.log(embedding.ConfigurationError === commonJs.ConfigurationError, ConfigurationError === commonJs.ConfigurationError);`,
      );
      assert.equal(await runWell(packed.project, ["node", "same.mjs"]), "true true\n");
    });

    it("by no other path", async () => {
      const { code, stderr } = await run(packed.project, ["node", "-e", 'require("isthmus/dist/cli/main.js")']);
      assert.notEqual(code, 0);
      assert.match(stderr, /ERR_PACKAGE_PATH_NOT_EXPORTED/);
    });

    it("with the JSON Schemas that editors check a configuration by", async () => {
      const script = 'console.log(require("isthmus/schema/stack.schema.json").type)';
      assert.equal(await runWell(packed.project, ["node", "-e", script]), "object\n");
    });
  });

  it("has a policy pack that Pulumi can start", async () => {
    const host = spawn(
      process.execPath,
      [join(packed.project, "node_modules/@pulumi/pulumi/cmd/run-policy-pack"), "127.0.0.1:1", installed("policy")],
      { cwd: installed("policy"), stdio: ["ignore", "pipe", "inherit"] },
    );
    const ended = once(host, "exit");
    try {
      const [port] = (await Promise.race([once(host.stdout, "data"), ended])) as [Buffer | number];
      assert.match(String(port), /^\d{4,5}\n$/, "the port at which it serves");
    } finally {
      host.kill();
      await ended;
    }
  });

  describe("has a command line", () => {
    const isthmus = (...args: string[]): ReturnType<typeof run> =>
      run(packed.project, ["npx", "--no-install", "isthmus", ...args]);

    it("that runs without tsx", async () => {
      const { code, stdout } = await isthmus("--help");
      assert.equal(code, 0);
      assert.match(stdout, /^Usage: isthmus /);
      assert.equal((await isthmus("--version")).stdout, `${version}\n`);
    });

    it("that says what a project lacks", async () => {
      const { code, stderr } = await isthmus("preview", "--stack", "prod");
      assert.equal(code, 2);
      assert.match(stderr, /Pulumi\.prod\.yaml: expected the stack's configuration, found no such file\./);
    });

    it("that has no lab, and says so", async () => {
      for (const verb of [["lab", "up"], ["lab", "status"], ["demo"]]) {
        const { code, stderr } = await isthmus(...verb);
        assert.equal(code, 2, verb.join(" "));
        assert.match(stderr, /expected a checkout of Isthmus, which has the lab, found the npm package/);
        assert.doesNotMatch(stderr, /Cannot find module/);
      }
    });
  });
});
