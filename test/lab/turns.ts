import type { Suite } from "mocha";
import { turnOf } from "../support/turns";

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
  ["root-change"],
  ["revocation"],
  ["cert-manager"],
  ["kills"],
  ["interruption", "addresses", "package"],
  ["machines"],
] as const;

/** The suites that run: those of this commit's turn, or all where `ISTHMUS_LAB` is `all`. */
const chosen: readonly string[] =
  process.env["ISTHMUS_LAB"] === "all" ? turns.flat() : (turns[turnOf(turns.length)] ?? []);

/** A suite of the lab that runs when its turn comes; for other commits it is skipped and says so. */
export function describeInTurn(
  name: (typeof turns)[number][number],
  title: string,
  suite: (this: Suite) => void,
): void {
  if (chosen.includes(name)) {
    describe(title, suite);
    return;
  }
  describe(title, () => {
    it.skip(
      `left to another commit (this one has ${chosen.join(", ")}), or to make test-lab, for the time that it takes`,
    );
  });
}
