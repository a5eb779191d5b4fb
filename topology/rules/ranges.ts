import { describeFound } from "../found";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import { overlap, parseRange, type AddressRange } from "../ranges";
import { clustersOf } from "./draft";
import type { MeshDraft } from "./rule";
import { called } from "./words";

/** A range that the configuration gives, and where. */
interface Given {
  readonly cluster: string;
  readonly network: string | undefined;
  readonly kind: "pods" | "services";
  readonly path: string;
  readonly text: string;
  readonly range: AddressRange;
}

function givenRanges(mesh: MeshDraft): Given[] {
  return clustersOf(mesh).flatMap(([cluster, { network, ranges }]) =>
    (["pods", "services"] as const).flatMap((kind) =>
      (ranges?.[kind] ?? []).flatMap((text, index): Given[] => {
        const range = text === undefined ? undefined : parseRange(text);
        if (text === undefined || range === undefined) return [];
        return [
          {
            cluster,
            network,
            kind,
            path: configurationPath("clusters", cluster, "ranges", kind, index),
            text,
            range,
          },
        ];
      }),
    ),
  );
}

/** Whether two ranges must be apart: those of one cluster by their kind, those of two where pods reach each other directly. */
function mustBeApart(left: Given, right: Given): boolean {
  if (left.cluster === right.cluster) return left.kind !== right.kind;
  return left.network !== undefined && left.network === right.network;
}

export function rangesApart(mesh: MeshDraft): readonly Problem[] {
  const given = givenRanges(mesh);
  return given.flatMap((later, index) => {
    // One is enough: whoever mends it looks at the others as well.
    const earlier = given
      .slice(0, index)
      .find((other) => mustBeApart(later, other) && overlap(later.range, other.range));
    if (earlier === undefined) return [];
    const isSameCluster = earlier.cluster === later.cluster;
    const whose = `the ${earlier.kind} of ${isSameCluster ? "the same cluster" : called(earlier.cluster)}`;
    return [
      {
        path: later.path,
        expected: isSameCluster
          ? "a range apart from those of the pods"
          : `a range apart from those of other clusters on network ${called(later.network ?? "")}`,
        found: `${describeFound(later.text)}, which overlaps ${describeFound(earlier.text)}, ${whose}`,
        fix: isSameCluster
          ? "Write the ranges that the cluster was made with."
          : "Correct the range; if the clusters are like this, one must be made anew or be given a `network` of its own.",
      },
    ];
  });
}
