import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { XMLValidator } from "fast-xml-parser";
import type { MeshSnapshot } from "../../../../diagnosis";
import { meshReport, reportPage, writeReportPage } from "../../../../operations/report";
import type { VerifyReport } from "../../../../operations/verify";
import { ConfigurationError } from "../../../../topology";
import { mixed, twoPrimaries } from "../../../support/plans";
import { reportOf, verified, withStaleToken } from "../../../support/reports";
import { changed, healthy } from "../../diagnosis/mesh/healthy";

const ill = (): ReturnType<typeof reportOf> => reportOf(mixed, withStaleToken(mixed), verified(mixed, "p2"));

/** The names of all elements and attributes of a page, in order: what is markup in it. */
const tagsIn = (page: string): string[] =>
  [...page.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/="[^"]*"/g, '=""').replace(/^<!doctype html>$/, ""));

describe("the page of a report", () => {
  it("has what is wrong with what mends it, and everything else that was seen", async () => {
    const page = await reportPage(ill());
    for (const words of [
      "4 causes found, 5 checks failed. Calls: 20 of 25 pairs of clusters answered, 5 did not.",
      "A kubeconfig has a token that is good for nothing, 4 times",
      "Secret istio-remote-clusters in p1: key p2 has the token secret:99",
      "<code>isthmus drift --repair</code>",
      "p2 to p1, p2, p3, r1, r3:",
      "signs until 2027-11-01",
      "198.51.100.7, port 15443",
      '<time datetime="2026-11-30T10:00:00.000Z">2026-11-30 10:00:00 UTC</time>',
    ]) {
      assert.ok(page.includes(words), words);
    }
  });

  it("tells what the mesh's file accepts with the reason, and counts nothing of it as wrong", async () => {
    const snapshot = withStaleToken(twoPrimaries);
    const accepted = [{ finding: "remote-secret-token", reason: "the token is being replaced", until: "2026-12-24" }];
    const report = meshReport({ snapshot: { ...snapshot, mesh: { ...snapshot.mesh, accepted } } });
    const page = await reportPage(report);
    assert.ok(page.includes("Nothing was found to be wrong."));
    assert.ok(page.includes("Accepted until 2026-12-24: the token is being replaced."));
    assert.ok(report.clusters.every(({ order }) => order === "well"));
  });

  it("allows its own style sheet and nothing else", async () => {
    const page = await reportPage(ill());
    const [, policy = ""] = /<meta http-equiv="Content-Security-Policy" content="([^"]+)">/.exec(page) ?? [];
    const [, style = ""] = /<style>([^]*?)<\/style>/.exec(page) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    assert.equal(
      policy.replaceAll("&#39;", "'"),
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    assert.doesNotMatch(page, /<script|\son\w+=|\sstyle=|@import|url\((?!#)/);
    const links = [...page.matchAll(/\s(?:href|src|action)="([^"]*)"/g)].map(([, link = ""]) => link);
    assert.deepEqual(
      links.filter((link) => !link.startsWith("#") && link !== "data:,"),
      [],
    );
  });

  it("is the same for the same report, and leads every link to a part that is there", async () => {
    const page = await reportPage(ill());
    assert.equal(await reportPage(structuredClone(ill())), page);
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const [, to] of page.matchAll(/href="#([^"]*)"/g)) assert.ok(ids.includes(to), to);
  });

  it("lets nothing that a bundle says be markup", () =>
    fc.assert(
      fc.asyncProperty(hostileText, async (text) => {
        const plain = await reportPage(meshReport({ snapshot: said("plain"), verify: verifySaid("plain") }));
        const page = await reportPage(meshReport({ snapshot: said(text), verify: verifySaid(text) }));
        assert.deepEqual(tagsIn(page), tagsIn(plain));
        const body = page.slice(page.indexOf("<body"), page.indexOf("</html>"));
        assert.equal(XMLValidator.validate(body, { unpairedTags: ["meta", "link"] }), true);
      }),
      { numRuns: 30 },
    ));

  it("is made of any bundle that can be read, whatever it says of who reads, serves and calls whom", () =>
    fc.assert(
      fc.asyncProperty(strangeMesh, async (mesh) => {
        const snapshot = { ...healthy(twoPrimaries), mesh: { ...healthy(twoPrimaries).mesh, ...mesh } };
        const page = await reportPage(meshReport({ snapshot }));
        for (const { name } of mesh.clusters) assert.ok(page.includes(`<th scope="row">${name}</th>`), name);
      }),
      { numRuns: 30 },
    ));

  it("has no secret that a cluster or a check has said", async () => {
    const key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----";
    const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJpc3Rpb2QifQ.c2lnbmF0dXJl";
    for (const secret of [key, token, "password=hunter2hunter2"]) {
      const page = await reportPage(
        meshReport({ snapshot: said(`said: ${secret}`), verify: verifySaid(`said: ${secret}`) }),
      );
      for (const part of ["MIIEvQIBADANBgkq", token, "hunter2hunter2"]) assert.ok(!page.includes(part), part);
    }
  });

  it("is a file for its owner alone, and refused where it cannot be written before anybody looks", async () => {
    const directory = await mkdtemp(join(tmpdir(), "isthmus-page-"));
    try {
      const file = join(directory, "mesh.html");
      await writeReportPage(file, () => Promise.resolve(ill()));
      assert.equal(await readFile(file, "utf8"), await reportPage(ill()));
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      const look = (): Promise<never> => assert.fail("somebody looked");
      for (const [place, code] of [
        [join(directory, "absent", "mesh.html"), "ENOENT"],
        [directory, "EISDIR"],
      ] as const) {
        await assert.rejects(writeReportPage(place, look), (error) => {
          assert.ok(error instanceof ConfigurationError);
          assert.match(error.message, new RegExp(`expected a place where the page can be written, found .*${code}`));
          return true;
        });
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

/** What would be markup, or the end of it, where it is not escaped; backquotes around commands are to be. */
const hostileText = fc
  .array(
    fc.constantFrom(
      "<",
      ">",
      '"',
      "'",
      "&",
      "</pre>",
      "<script>alert(1)</script>",
      "]]>",
      "-->",
      "x",
      " onload=",
      "\u0000",
      "\ud800",
    ),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  // As long as a name that is not shortened, and not empty where it is shown.
  .map((parts) => `x${parts.join("")}`);

/** A mesh in which a cluster's name, an unread part, a log and a certificate say something. */
function said(text: string): MeshSnapshot {
  const snapshot = changed(withStaleToken(twoPrimaries), "east", ({ authority, remoteKubeconfigs = [] }) => ({
    unread: [{ what: text, reason: text }],
    remoteKubeconfigs: remoteKubeconfigs.map((one) => ({ ...one, secret: text })),
    authority:
      authority === undefined || authority === "none"
        ? "none"
        : { ...authority, chain: authority.chain.map((one) => ({ ...one, subject: text })) },
  }));
  return JSON.parse(JSON.stringify(snapshot).replaceAll('"west"', JSON.stringify(text))) as MeshSnapshot;
}

function verifySaid(text: string): VerifyReport {
  return {
    checks: [
      { id: "istiod-ready", clusters: ["east"], status: "fail", message: text, hint: text },
      { id: "helloworld-reached", clusters: ["east", text], status: "skip", message: text, hint: "" },
    ],
    summary: { pass: 0, warn: 0, fail: 1, skip: 1 },
    leftOut: [{ id: "shared-root", reason: text }],
  };
}

const names = fc.constantFrom("a", "b", "c", "constructor", "__proto__", "d-1");
const someNames = fc.array(names, { maxLength: 6 });

/** What the form of a bundle allows, and no configuration. */
const strangeMesh = fc.record({
  sites: someNames,
  clusters: fc.array(
    fc.record({
      name: names,
      network: names,
      controlPlane: names,
      configCluster: names,
      reaches: someNames,
      eastWestGateway: fc.constant({ type: "LoadBalancer", port: 15443 } as const),
    }),
    { maxLength: 8 },
  ),
  controlPlanes: fc.array(
    fc.record({
      name: names,
      kind: fc.constantFrom("primary", "external"),
      configCluster: names,
      serves: someNames,
      reads: someNames,
    }),
    { maxLength: 4 },
  ),
});
