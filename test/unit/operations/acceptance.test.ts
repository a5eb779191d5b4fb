import assert from "node:assert/strict";
import { acceptanceOf, acceptanceStates, acceptanceWords } from "../../../operations/acceptance";
import { doctorReport, faultTitles, isFoundWell } from "../../../operations/doctor";
import { checks, isHealthy } from "../../../operations/verify";
import type { Check } from "../../../operations/verify/check";
import { report } from "../../../operations/verify/report";
import { runChecks } from "../../../operations/verify/run";
import { checkIds, faultIds, type AcceptedFinding, type MeshConfig } from "../../../topology";
import { planOf, twoPrimaries } from "../../support/plans";
import { verifyContext } from "../../support/verify-context";
import { changed, changedPolicies, healthy } from "../diagnosis/mesh/healthy";

const now = new Date("2026-11-30T23:59:00Z");
const reason = "the platform team's policy";
const inWest: AcceptedFinding = { finding: "calls-allowed", clusters: ["west"], reason };
const found = (...clusters: readonly string[]): { id: string; clusters: readonly string[] } => ({
  id: "calls-allowed",
  clusters,
});

describe("what a mesh's file accepts", () => {
  it("is what it names, in the clusters that it names and in no others", () => {
    const isAccepted = (accepted: AcceptedFinding, ...clusters: readonly string[]): boolean =>
      acceptanceOf([accepted], found(...clusters), now) !== undefined;
    assert.ok(isAccepted(inWest, "west"));
    assert.ok(!isAccepted(inWest, "east"));
    assert.ok(!isAccepted(inWest, "east", "west"), "what is about east as well is not accepted");
    assert.ok(isAccepted({ finding: "calls-allowed", reason }, "east", "west"));
    assert.ok(!isAccepted({ finding: "shared-root", reason }, "west"));
  });

  it("counts to the end of its last day, by UTC", () => {
    const until = (day: string): unknown => acceptanceOf([{ ...inWest, until: day }], found("west"), now);
    assert.deepEqual(until("2026-11-30"), { reason, until: "2026-11-30" });
    assert.equal(until("2026-11-29"), undefined);
  });

  it("is told of where it is not found any more, or its day has passed, and only where somebody looked", () => {
    const state = (accepted: AcceptedFinding, subjects: ReturnType<typeof found>[], isLookedFor: boolean): unknown =>
      acceptanceStates([accepted], subjects, () => isLookedFor, now)[0]?.state;
    assert.equal(state(inWest, [found("west")], true), "found");
    assert.equal(state(inWest, [found("east")], true), "not-found");
    assert.equal(state(inWest, [], false), undefined);
    assert.equal(state({ ...inWest, until: "2026-11-29" }, [found("west")], true), "ended");
    assert.equal(state({ ...inWest, until: "2026-11-29" }, [], true), "ended");
    assert.equal(acceptanceWords({ ...inWest, state: "found" }), undefined);
    assert.equal(
      acceptanceWords({ ...inWest, state: "not-found" }),
      `accepted as "${reason}": calls-allowed (west) is not found any more: take it out of isthmus:mesh.accepted`,
    );
    assert.equal(
      acceptanceWords({ finding: "shared-root", reason, until: "2026-11-29", state: "ended" }),
      `accepted as "${reason}": shared-root counts again since its last day, 2026-11-29, has passed: take it out of isthmus:mesh.accepted, or give it another day`,
    );
  });

  it("is refused where nothing of its name is ever found, with what is near", () => {
    const accepting = (finding: string): (() => unknown) => {
      const config: MeshConfig = { ...twoPrimaries, accepted: [{ finding, reason }] };
      return () => planOf(config);
    };
    assert.doesNotThrow(accepting("calls-allowed"));
    assert.doesNotThrow(accepting("calls-denied"));
    assert.throws(accepting("call-allowed"), {
      message:
        'isthmus:mesh.accepted[0].finding: expected the id of a check of `isthmus verify`, or of a cause of `isthmus doctor`, found "call-allowed". Did you mean `calls-allowed`? docs/checks.md and docs/doctor.md have them all.',
    });
    assert.throws(accepting("webhook-broken"), /Near are webhook-ready, webhook-missing, webhook-service/);
    assert.throws(accepting("nonsense"), /docs\/checks\.md and docs\/doctor\.md have them all\./);
  });

  it("may be any check, and any cause, and nothing else", () => {
    assert.deepEqual(
      checks.map(({ id }) => id),
      checkIds,
    );
    assert.deepEqual([...faultTitles.keys()].sort(), [...faultIds].sort());
  });

  it("is a day that there is", () => {
    const until = (day: string) => (): unknown =>
      planOf({ ...twoPrimaries, accepted: [{ finding: "calls-allowed", reason, until: day }] });
    assert.doesNotThrow(until("2028-02-29"));
    for (const day of ["2027-02-29", "31.1.2027", "2027-1-31"]) {
      assert.throws(until(day), /accepted\[0\]\.until: expected a day as year-month-day, in quotes/, day);
    }
  });
});

describe("a check that the mesh's file accepts not to hold", () => {
  const accepting = planOf({ ...twoPrimaries, accepted: [{ ...inWest, clusters: ["west"] }] });
  const table = (isSo: boolean): Check[] => [
    {
      id: "calls-allowed",
      title: "calls are allowed",
      hint: "Mend it.",
      severity: "fatal",
      needs: [],
      retryMs: 0,
      subjects: () => [["east"], ["west"]],
      run: (_, [cluster]) => Promise.resolve({ ok: cluster === "east" || isSo, message: "denied" }),
    },
    {
      id: "calls",
      title: "calls are answered",
      hint: "Mend it.",
      severity: "fatal",
      needs: ["calls-allowed"],
      retryMs: 0,
      subjects: () => [["west"]],
      run: () => Promise.resolve({ ok: true, message: "answered" }),
    },
  ];

  it("is a warning with the reason, what needs it is not looked at, and the mesh counts as fine", async () => {
    const results = await runChecks(table(false), verifyContext({ plan: accepting }));
    assert.deepEqual(results[1], {
      id: "calls-allowed",
      clusters: ["west"],
      status: "warn",
      message: "denied",
      hint: "",
      accepted: { reason },
    });
    assert.equal(results[2]?.message, "not checked, because calls-allowed (west) did not pass");
    const told = report(results, [], accepting.accepted, now);
    assert.deepEqual(told.summary, { pass: 1, warn: 1, fail: 0, skip: 1 });
    assert.deepEqual(told.acceptances, [{ ...inWest, state: "found" }]);
    assert.ok(isHealthy(told));
  });

  it("holds up the run for two seconds alone, in which what is only not yet so may come", async () => {
    const looked = { east: 0, west: 0 };
    const patient = table(false).map((check): Check => ({
      ...check,
      retryMs: 90_000,
      run: (_context, [cluster]) => {
        looked[cluster as keyof typeof looked] += 1;
        return Promise.resolve({ ok: cluster === "east", message: "denied" });
      },
    }));
    const beganAt = performance.now();
    const results = await runChecks(patient.slice(0, 1), verifyContext({ plan: accepting }));
    assert.ok(performance.now() - beganAt < 5_000);
    assert.deepEqual(
      results.map(({ accepted }) => accepted),
      [undefined, { reason }],
    );
    assert.ok(looked.west > 2, `${looked.west} looks`);
  });

  it("is told of when it holds", async () => {
    const results = await runChecks(table(true), verifyContext({ plan: accepting }));
    assert.deepEqual(report(results, [], accepting.accepted, now).acceptances, [{ ...inWest, state: "not-found" }]);
    const east = results.filter(({ clusters }) => clusters.includes("east"));
    assert.equal(report(east, [], accepting.accepted, now).acceptances, undefined, "nobody looked at west");
  });
});

describe("a cause that the mesh's file accepts", () => {
  const denied = { finding: "calls-denied", clusters: ["west"], reason };
  const mesh = healthy({ ...twoPrimaries, accepted: [denied, { finding: "calls-allowed", reason }] });
  const nobody = { namespace: "istio-system", name: "nobody", action: "ALLOW", scope: "all", rules: "none" } as const;
  const deniedIn = (cluster: string): typeof mesh =>
    changed(mesh, cluster, changedPolicies({ authorizationPolicies: [nobody] }));

  it("is told with the reason, and counts as nothing wrong", () => {
    const told = doctorReport(deniedIn("west"));
    assert.deepEqual(
      told.causes.map(({ accepted, clusters, id }) => ({ accepted, clusters, id })),
      [{ accepted: { reason }, clusters: ["west"], id: "calls-denied" }],
    );
    assert.deepEqual(told.acceptances, [{ ...denied, state: "found" }]);
    assert.ok(isFoundWell(told));
    assert.ok(!isFoundWell(doctorReport(deniedIn("east"))), "in another cluster it counts");
  });

  it("is told of when it is not found, by a look that nothing was kept from", () => {
    assert.deepEqual(doctorReport(mesh).acceptances, [{ ...denied, state: "not-found" }]);
    const unread = [{ what: "Istio's policies and gateways", reason: "forbidden" }];
    assert.equal(doctorReport(changed(mesh, "west", () => ({ unread }))).acceptances, undefined);
  });
});
