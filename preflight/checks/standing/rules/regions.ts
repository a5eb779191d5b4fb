import { listed, regionLabel } from "../../../../topology";
import type { StandingRule } from "./rule";

/** Where services are called by regions, nodes must say theirs: without, all are equally near, and no region comes next. */
export const regions: StandingRule = ({ nodes, servicesByRegion, site }) => {
  const without = (nodes ?? []).filter(({ labels }) => labels[regionLabel] === undefined);
  if (servicesByRegion.length === 0 || nodes === undefined || without.length === 0) return {};
  return {
    warnings: [
      {
        path: site.path,
        expected: `nodes with the label ${regionLabel}, by which ${listed(servicesByRegion)} is called`,
        found: without.length === nodes.length ? "none" : `some without it: ${listed(without.map(({ name }) => name))}`,
        fix: "Label them, as clouds do, or write `order: local-first` without `nextRegion`: pods on nodes without a region are near to each other, and far from all others.",
      },
    ],
  };
};
