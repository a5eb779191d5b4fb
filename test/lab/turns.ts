import type { Suite } from "mocha";

/**
 * Suites of the lab that take minutes and do not run every day, so that the whole run stays below 25 minutes on a machine with the tools built. Those of
 * one turn run on the same day.
 */
const turns = [["changes"], ["drift", "kubeconfigs"], ["parts"], ["interruption", "addresses", "package"]] as const;

const dayOfEpoch = Math.floor(Date.now() / 86_400_000);

/** The turns whose suites run: today's, or all where `ISTHMUS_LAB` is `all`. */
const chosen: readonly string[] =
  process.env["ISTHMUS_LAB"] === "all" ? turns.flat() : (turns[dayOfEpoch % turns.length] ?? []);

/** A suite of the lab that runs when its turn comes; on other days it is skipped and says so. */
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
    it.skip("left to another day, or to make test-lab, for the time that it takes");
  });
}
