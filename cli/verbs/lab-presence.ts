import { existsSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationError } from "../../topology";

/**
 * Makes sure that there is a lab: the npm package leaves it out, because it is built from sources that nobody but who
 * works on Isthmus, or tries it, needs.
 * @throws ConfigurationError where there is none.
 */
export function ensureLab(): void {
  if (existsSync(join(__dirname, "..", "..", "lab"))) return;
  throw new ConfigurationError([
    {
      path: "isthmus",
      expected: "a checkout of Isthmus, which has the lab",
      found: "the npm package, which leaves it out",
      fix: "Clone the repository and run it there.",
    },
  ]);
}
