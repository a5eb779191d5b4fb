import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { doctorTable } from "../../../../cli/doctor-table";
import { doctorReport, faultTitles, isFoundWell, readBundle, writeBundle } from "../../../../operations/doctor";
import { ConfigurationError } from "../../../../topology";
import { topologies, twoPrimaries } from "../../../support/plans";
import { changed, changedKubeconfigs, healthy, takenAt } from "../../diagnosis/mesh/healthy";

const stale = changed(
  healthy(twoPrimaries),
  "east",
  changedKubeconfigs((one) => ({ ...one, token: "secret:99" })),
);

describe("a bundle of isthmus doctor", () => {
  let directory: string;
  const file = (name: string): string => join(directory, name);

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-bundle-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  /** What is said of a file that is no bundle. */
  async function refusalOf(content: string | Uint8Array): Promise<string> {
    await writeFile(file("bundle"), content);
    const error = await readBundle(file("bundle")).then(
      () => assert.fail("it was read"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ConfigurationError);
    return error.message.replace(file("bundle"), "bundle");
  }

  for (const name of ["bundle.json", "bundle.json.gz"]) {
    it(`has the snapshot whole, as ${name}, for its owner alone`, async () => {
      for (const config of Object.values(topologies)) {
        await writeBundle(file(name), healthy(config));
        assert.deepEqual(await readBundle(file(name)), healthy(config));
      }
      await writeBundle(file(name), stale);
      assert.deepEqual(doctorReport(await readBundle(file(name))), doctorReport(stale));
      assert.equal((await stat(file(name))).mode & 0o777, 0o600);
      assert.deepEqual(await readdir(directory), [name]);
      const isCompressed = (await readFile(file(name)))[0] === 0x1f;
      assert.equal(isCompressed, name.endsWith(".gz"));
    });
  }

  it("is refused in words where it is none, torn, or of another version", async () => {
    const expected = "bundle: expected a bundle of isthmus doctor, found";
    assert.equal(
      await refusalOf("{}"),
      `${expected} something else. Name a file that \`isthmus doctor --bundle\` wrote, and that is whole.`,
    );
    await writeBundle(file("whole"), stale);
    const text = await readFile(file("whole"), "utf8");
    assert.match(await refusalOf(text.slice(0, -20)), /found something else\. .* and that is whole\.$/);
    assert.match(
      await refusalOf(gzipSync(text).subarray(0, 100)),
      /found a compressed file that cannot be read \(Z_BUF_ERROR\)/,
    );
    assert.equal(
      await refusalOf(text.replace('"version": 1', '"version": 2')),
      "bundle: expected a bundle of version 1 of isthmus doctor, found one of version 2. Take the release of Isthmus that wrote it, or a newer one.",
    );
    assert.match(await refusalOf(text.replace('"version": 1', '"version": 0')), /Make it anew/);
    assert.match(
      await refusalOf(text.replace('"isLabelled": true', '"isLabelled": "yes"')),
      /found one that is not as it was written, at snapshot\.clusters\.0\.remoteKubeconfigs\.0\.isLabelled\. Make it anew/,
    );
    await assert.rejects(readBundle(file("absent")), /found no such file/);
  });

  it("is not written where it cannot be", async () => {
    await assert.rejects(
      writeBundle(join(directory, "absent", "bundle.json"), stale),
      /expected a place where the bundle can be written, found one where it cannot \(ENOENT\)/,
    );
  });
});

describe("docs/doctor.md", () => {
  it("has every fault in its table, with its words, in its order", () => {
    const page = readFileSync(join(__dirname, "../../../../docs/doctor.md"), "utf8");
    const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (.*?) +\|/gm)].map(([, id = "", title = ""]) => [id, title]);
    assert.deepEqual(rows, [...faultTitles]);
  });
});

describe("the table of isthmus doctor", () => {
  const table = (snapshot: typeof stale): string[] =>
    doctorTable(doctorReport(snapshot), faultTitles, "docs/doctor.md", {
      colour: false,
      symbols: false,
    }).split("\n");

  it("says the cause, what shows it and what to do", () => {
    assert.ok(!isFoundWell(doctorReport(stale)));
    assert.deepEqual(table(stale), [
      "FAIL a kubeconfig has a token that is good for nothing (east, west)",
      "     the token by which the istiod of east reads west is none that west has: what it knows of it grows old",
      "     Secret istio-remote-clusters in east: key west has the token secret:99",
      "     Secret istio-reader-service-account-isthmus in west: has secret:west",
      "     -> Run `isthmus drift --repair`, which puts the Secret back as it was applied, or `isthmus up --refresh` where it, or a token in the other cluster, is gone.",
      "",
      `1 cause, 0 that follow, as of ${takenAt}; more of each: docs/doctor.md`,
      "",
    ]);
  });

  it("says by what a cause is accepted in the place of what mends it", () => {
    const accepted = [{ finding: "remote-secret-token", reason: "east is taken down today", until: "2026-11-30" }];
    const lines = table({ ...stale, mesh: { ...stale.mesh, accepted } });
    assert.equal(lines[0], "WARN a kubeconfig has a token that is good for nothing (east, west)");
    assert.deepEqual(lines.slice(4, 6), [
      "     accepted until 2026-11-30: east is taken down today",
      "ok   nothing else is found to be wrong with the mesh mesh1",
    ]);
    const ended = table({
      ...stale,
      mesh: { ...stale.mesh, accepted: accepted.map((one) => ({ ...one, until: "2026-11-29" })) },
    });
    assert.equal(ended[0], "FAIL a kubeconfig has a token that is good for nothing (east, west)");
    assert.match(ended.at(-3) ?? "", /^accepted as "east is taken down today": remote-secret-token counts again/);
  });

  it("has what the mesh's file accepts in a bundle", async () => {
    const accepted = [{ finding: "calls-denied", clusters: ["west"], reason: "meant so", until: "2026-11-30" }];
    const snapshot = { ...stale, mesh: { ...stale.mesh, accepted } };
    const directory = await mkdtemp(join(tmpdir(), "isthmus-bundle-"));
    try {
      await writeBundle(join(directory, "bundle"), snapshot);
      assert.deepEqual(await readBundle(join(directory, "bundle")), snapshot);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it("says that nothing is found, and what was not looked at", () => {
    const unread = [{ what: "Secrets of istio-system", reason: "forbidden" }];
    const partly = changed(healthy(twoPrimaries), "west", () => ({ unread }));
    assert.ok(isFoundWell(doctorReport(partly)));
    assert.deepEqual(table(partly), [
      "ok   nothing is found to be wrong with the mesh mesh1",
      "",
      "not looked at: Secrets of istio-system (west), because forbidden",
      `0 causes, 0 that follow, as of ${takenAt}`,
      "",
    ]);
  });
});
