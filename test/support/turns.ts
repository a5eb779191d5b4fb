import { seed } from "./seed";

/** Which of some that take turns it is: it follows from the commit, and never from the date. */
export const turnOf = (count: number): number => (seed >>> 0) % count;

/**
 * The same test for each of several layouts, each of which takes long: for a commit one of them runs, another one for the
 * next; the rest is skipped and says so. All run where `ISTHMUS_LAYOUTS` is `all`. Tests begin with different ones, so that
 * no commit has all those that take longest.
 * @param title Of the test in a layout.
 */
export function itInTurn<Layout extends string>(
  layouts: readonly Layout[],
  title: (layout: Layout) => string,
  test: (layout: Layout) => Promise<void>,
): void {
  const first = layouts[0];
  const begin = first === undefined ? 0 : [...Buffer.from(title(first))].reduce((sum, byte) => sum + byte, 0);
  const chosen = (turnOf(layouts.length) + begin) % layouts.length;
  for (const [index, layout] of layouts.entries()) {
    if (process.env["ISTHMUS_LAYOUTS"] === "all" || index === chosen) {
      it(title(layout), () => test(layout));
    } else {
      it.skip(`${title(layout)}: left to another commit, or to ISTHMUS_LAYOUTS=all, for the time that it takes`);
    }
  }
}
