import assert from "node:assert/strict";
import { rotationLines } from "../../../../cli/rotation-lines";
import { rotationReport } from "../../../../operations/trust";
import { outputsOfOthers, report, standing } from "./standing";
import { planOf, twoPrimaries } from "../../../support/plans";

describe("a change of roots that come from elsewhere", () => {
  const intermediates = { east: { directory: "e" }, west: { directory: "w" } };
  const plan = planOf({ ...twoPrimaries, trust: { root: "given", roots: "roots.pem", intermediates } });

  /** What is said where east and west sign under these, and all trust these. */
  function said(east: string, west: string, roots: readonly string[], given = plan): string[] {
    const clusters = Object.entries({ east, west }).map(([name, issuer]) => standing(name, roots, issuer));
    return rotationLines(rotationReport(given, undefined, outputsOfOthers(roots), report(...clusters)));
  }

  it("is none while there is one root: another one is trusted first", () => {
    assert.deepEqual(said("A", "A", ["A"]), [
      "mesh mesh1 trusts one root from elsewhere (trust.root is given).",
      "root   CN=A (SHA-256 A): east, west sign under it",
      "may    To go over to another root, put its certificate into roots.pem beside that of CN=A, and run `isthmus up`: roots are only added, so what is accepted stays accepted.",
    ]);
  });

  it("goes to a root under which nobody signs, or drops it", () => {
    assert.deepEqual(said("A", "A", ["A", "B"]).slice(1), [
      "root   CN=A (SHA-256 A): east, west sign under it",
      "root   CN=B (SHA-256 B): nobody signs under it",
      "may    To go over to CN=B, let an istiod sign under it (name its intermediate in trust.intermediates) and run `isthmus up`: every proxy trusts it before the first certificate is signed under it.",
      "may    To drop CN=B, take its certificate out of roots.pem and run `isthmus up`: no certificate that a workload presents leads to it.",
    ]);
  });

  it("goes on in the middle, by the means of its source", () => {
    const issuers = planOf({
      ...twoPrimaries,
      trust: { root: "cert-manager", roots: "roots.pem", certManager: { issuerRef: { name: "mesh" } } },
    });
    assert.deepEqual(said("B", "A", ["A", "B"], issuers).slice(3), [
      "may    Go on until all sign under one of them: west under CN=A, east under CN=B. Every proxy trusts all of them, so the next istiod may go over: name another issuer for it in trust.certManager.issuerRefs, and run `isthmus up`.",
    ]);
  });

  it("goes nowhere while something has not followed", () => {
    const lagging = {
      ...standing("west", ["A", "B"], "A"),
      behind: [{ namespace: "shop", pod: "a", lacks: ["roots" as const] }],
    };
    const { elsewhere, readiness } = rotationReport(
      plan,
      undefined,
      outputsOfOthers(["A", "B"]),
      report(standing("east", ["A", "B"], "A"), lagging),
    );
    assert.equal(readiness.kind, "following");
    assert.deepEqual(elsewhere?.next, []);
  });
});
