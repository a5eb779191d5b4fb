import type { Context, Suite } from "mocha";
import { turnOf } from "../support/turns";
import { labDown } from "./lab-stack";

/**
 * Suites of the lab that take minutes and do not run for every commit, so that the whole run stays below half an hour on a
 * machine with the tools built. Those of one turn run together.
 */
const turns = [
  ["changes", "trust"],
  ["first-failure", "leftovers", "rotate-tokens"],
  ["drift", "kubeconfigs", "mutual-tls"],
  ["parts"],
  ["global-services"],
  ["services-scope"],
  ["failover-servers"],
  ["failover-links"],
  ["global-shapes", "global-nearest"],
  ["global-external"],
  ["root-change"],
  ["revocation"],
  ["cert-manager"],
  ["kills"],
  ["interruption", "addresses", "package"],
  ["machines", "doctor", "check"],
  ["faults"],
] as const;

/** The suites that run: those of this commit's turn, or all where `ISTHMUS_LAB` is `all`. */
const chosen: readonly string[] =
  process.env["ISTHMUS_LAB"] === "all" ? turns.flat() : (turns[turnOf(turns.length)] ?? []);

/** To end every process of four clusters and wait for it takes seconds. */
const labDownWithinMs = 120_000;

/**
 * A suite of the lab that runs when its turn comes; for other commits it is skipped and says so. It has a lab to itself: what
 * calls and is called of one suite would be in another's way, also when the other's process was killed.
 */
export function describeInTurn(
  name: (typeof turns)[number][number],
  title: string,
  suite: (this: Suite) => void,
): void {
  if (chosen.includes(name)) {
    describe(title, function () {
      const emptyLab = function (this: Context): Promise<void> {
        this.timeout(labDownWithinMs);
        return labDown();
      };
      before(emptyLab);
      suite.call(this);
      // Hooks run in the order in which they are written: the suite's own, which may need its clusters, is done.
      after(emptyLab);
    });
    return;
  }
  describe(title, () => {
    it.skip(
      `left to another commit (this one has ${chosen.join(", ")}), or to make test-lab, for the time that it takes`,
    );
  });
}
