import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { version } from "../../../package.json";
import { version as policyVersion } from "../../../policy/package.json";
import { readRecording, recordedStacks, recordedVersions } from "../../recorded/recordings";

const repository = resolve(__dirname, "../../..");

/** The versions that the changelog has, the newest first. */
const releases = [...readFileSync(join(repository, "CHANGELOG.md"), "utf8").matchAll(/^## (\d+\.\d+\.\d+)/gm)].map(
  ([, found]) => found ?? "",
);

describe("Releases", () => {
  it("have a recorded state each, so that a later version is held to taking it over (CONTRIBUTING.md)", () => {
    const former = releases.filter((release) => release !== version);
    assert.ok(former.length > 0);
    const recorded = recordedVersions();
    assert.deepEqual(
      former.filter((release) => !recorded.includes(release)),
      [],
    );
    for (const release of recorded) assert.ok(recordedStacks(release).includes("dev"), release);
  });

  it("are numbered one after the other, the pack of policies with them", () => {
    const numbers = [version, ...releases.filter((release) => release !== version)];
    assert.deepEqual(
      numbers,
      [...numbers].sort((left, right) => right.localeCompare(left, "en", { numeric: true })),
    );
    assert.equal(policyVersion, version);
  });

  it("are recorded without a secret in plain text, and without a path of a machine", () => {
    for (const release of recordedVersions()) {
      for (const stack of recordedStacks(release)) {
        const text = JSON.stringify(readRecording(release, stack));
        assert.doesNotMatch(text, /PRIVATE KEY|"plaintext"|eyJ[\w-]+\.[\w-]+\./, `${release}/${stack}`);
        assert.doesNotMatch(text, /sourcePosition|stackTrace|client-key-data/, `${release}/${stack}`);
        assert.match(text, /"ciphertext"/);
      }
    }
  });
});
