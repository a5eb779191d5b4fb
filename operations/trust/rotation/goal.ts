import { ConfigurationError, configurationPath, listed, type Problem } from "../../../topology";
import { notByCommand } from "./elsewhere";
import type { RotatingPlan } from "./next-step";

/**
 * Where a rotation is to end:
 * - `named`: at the root of this name;
 * - `onward`: where the one that is under way leads;
 * - `back`: at the root that the one under way began with.
 */
export type Destination =
  { readonly way: "named"; readonly root: string } | { readonly way: "onward" } | { readonly way: "back" };

/**
 * The root that a rotation ends at. In the mesh's file the roots stand in the order in which they came: of several the first
 * one is that from which the mesh goes away, and the last one where it goes. Pure.
 * @returns Undefined where none is under way, and none is begun, and where roots come from elsewhere: nobody has said where
 *   those lead.
 * @throws ConfigurationError where a root is asked for and they come from elsewhere, and where the way does not fit one that
 *   is under way.
 */
export function goalOf({ trust }: RotatingPlan, destination: Destination): string | undefined {
  if (trust.root !== "generated") {
    if (destination.way === "onward") return undefined;
    throw new ConfigurationError([notByCommand(trust.root)]);
  }
  const { roots } = trust.generated;
  const [first] = roots;
  const last = roots.at(-1);
  const isUnderWay = roots.length > 1;
  switch (destination.way) {
    case "onward":
      return isUnderWay ? last : undefined;
    case "back":
      if (!isUnderWay) throw new ConfigurationError([nothingUnderWay(roots)]);
      return first;
    case "named":
      if (isUnderWay && !roots.includes(destination.root))
        throw new ConfigurationError([anotherUnderWay(roots, destination.root)]);
      return destination.root;
  }
}

function nothingUnderWay(roots: readonly string[]): Problem {
  return {
    path: configurationPath("trust", "generated", "roots"),
    expected: "a change of roots that is under way",
    found: `one root: ${listed(roots)}`,
    fix: "There is nothing to roll back. `--to` with a root's name begins a change to another one.",
  };
}

function anotherUnderWay(roots: readonly string[], to: string): Problem {
  const [first = ""] = roots;
  return {
    path: configurationPath("trust", "generated", "roots"),
    expected: `one change of roots at a time, to ${listed(roots)}`,
    found: `one to ${to}, while another one is under way`,
    fix: `End that one first, with \`--to ${roots.at(-1) ?? first}\`, or go back with \`--roll-back\`.`,
  };
}
