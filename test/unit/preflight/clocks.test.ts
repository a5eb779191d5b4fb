import assert from "node:assert/strict";
import fc from "fast-check";
import { judgeClocks } from "../../../preflight/checks/clocks";
import { aheadMsOf, formatProblem, sitesOf } from "../../../topology";
import { makeCa, type TestCa } from "../../support/authorities";
import { planOf } from "../../support/plans";
import { configOf, only, PrecheckBench } from "./precheck-support";

const minuteMs = 60_000;

describe("The clocks of a mesh's clusters", () => {
  const bench = new PrecheckBench();
  const sites = sitesOf(planOf(configOf("east", "north", "west")));
  let root: TestCa;

  before(async () => {
    root = await makeCa({ subject: "CN=Company" });
  });

  function judged(aheadMs: Readonly<Record<string, number>>, now = new Date()): string[][] {
    const trust = { rootsPem: root.certificate.toString(), sites: [], intermediates: new Map() };
    const { problems, warnings } = judgeClocks({ sites, aheadMs: new Map(Object.entries(aheadMs)), trust, now });
    return [problems, warnings].map((found) => found.map(formatProblem));
  }

  it("are read from an API server's answer to the second", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: -1e10, max: 1e10 }), (atMs, aheadMs) => {
        const said = new Date(Math.max(0, atMs + aheadMs)).toUTCString();
        const found = aheadMsOf(said, atMs) ?? Number.NaN;
        assert.ok(Math.abs(found - (Math.max(0, atMs + aheadMs) - atMs)) <= 500, said);
      }),
    );
    assert.equal(aheadMsOf(undefined, 0), undefined);
    assert.equal(aheadMsOf("soon", 0), undefined);
  });

  it("are taken for one where none is apart from the others, whatever this machine's says", () => {
    assert.deepEqual(judged({ east: 0, north: 59_000, west: -59_000 }), [[], []]);
    assert.deepEqual(judged({}), [[], []]);
  });

  it("are told apart from those of the others by name", () => {
    const [problems = [], warnings = []] = judged({ east: 0, north: -3 * minuteMs, west: 400 });
    assert.deepEqual(problems, []);
    assert.deepEqual(warnings, [
      "isthmus:mesh.clusters.north: expected a clock that goes as the others do, since certificates begin and end by it, found its API server's, which is 180 s behind. Set it right (NTP); beyond two minutes calls fail with every new certificate.",
    ]);
  });

  it("tell this machine's apart, by which the stack's certificates begin", () => {
    const [, warnings = []] = judged({ east: 2 * minuteMs, north: 2 * minuteMs, west: 2 * minuteMs });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /^this machine: .*, found this machine's, which is 120 s behind\./);
  });

  it("refuse a certificate that is valid here and not there", () => {
    const begins = root.certificate.validFromDate;
    const ends = root.certificate.validToDate;
    const [[early = ""] = []] = judged({ west: -10 * minuteMs }, new Date(begins.getTime() + minuteMs));
    assert.match(early, /^isthmus:mesh\.trust\.roots: expected certificates that are valid in west, where it is 20/);
    assert.ok(early.includes(`found CN=Company, which begins ${begins.toISOString()}.`), early);
    const [[late = ""] = []] = judged({ west: 10 * minuteMs }, new Date(ends.getTime() - minuteMs));
    assert.ok(late.includes(`found CN=Company, which ended ${ends.toISOString()}.`), late);
    // Of one that is past its end here as well its judge speaks.
    assert.deepEqual(judged({ west: 10 * minuteMs }, new Date(ends.getTime() + minuteMs))[0], []);
    // An answer may take a moment.
    assert.deepEqual(judged({ west: -2_000 }, new Date(begins.getTime() + 1_000))[0], []);
  });

  it("are asked of every API server", async () => {
    const clusters = [await bench.cluster("east"), await bench.cluster("west", { aheadMs: 5 * minuteMs })];
    const { problems, warnings } = await bench.check(clusters);
    assert.deepEqual(problems, []);
    assert.match(only(warnings), /^isthmus:mesh\.clusters\.west: .* is (299|300|301) s ahead\./);
  });
});
