import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Linter } from "eslint";
import { engines } from "../../../package.json";
import { repository } from "../../support/isthmus";

const bin = join(repository, "bin");
const { whyNotHere } = createRequire(__filename)(join(bin, "where-it-runs.js")) as {
  whyNotHere: (platform: NodeJS.Platform, version: string) => string | undefined;
};

describe("where isthmus runs", () => {
  it("is where Node.js goes through proxies, as package.json says", () => {
    assert.equal(engines.node, "^22.21.0 || >=24.5.0");
    const runs = ["22.21.0", "22.99.1", "24.5.0", "24.21.0", "25.0.0", "26.1.0-nightly"];
    for (const version of runs) assert.equal(whyNotHere("linux", version), undefined, version);
    for (const version of ["0.10.48", "12.22.12", "20.20.2", "22.9.0", "22.20.9", "23.11.1", "24.4.1"]) {
      assert.equal(
        whyNotHere("darwin", version),
        `isthmus: expected Node.js 22.21 or later of 22, or 24.5 or later, found ${version}. Install one of them (https://nodejs.org).`,
      );
    }
  });

  it("is not Windows, whatever its Node.js, and says what to do", () => {
    for (const version of ["20.20.2", "24.21.0"]) {
      assert.match(
        whyNotHere("win32", version) ?? "",
        /^isthmus: expected Linux or macOS, found Windows\. .*wsl[^\n]*$/,
      );
    }
  });

  it("is said in words that a Node.js understands which is too old", () => {
    const settings = { languageOptions: { ecmaVersion: 2018, sourceType: "commonjs" } } as const;
    const linter = new Linter();
    const faults = (text: string): string[] => linter.verify(text, settings).map(({ message }) => message);
    for (const file of ["isthmus.js", "where-it-runs.js"]) {
      const text = readFileSync(join(bin, file), "utf8");
      assert.deepEqual(faults(text), [], file);
      assert.doesNotMatch(text, /require\("node:/, file);
    }
    assert.notDeepEqual(faults("a?.b ?? c"), []);
  });
});
