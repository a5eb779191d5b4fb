import { describeFound } from "../found";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import { clustersOf, externalsOf } from "./draft";
import type { MeshDraft } from "./rule";
import { calledAll, didYouMean } from "./words";

/** Findings are about Kubernetes clusters, those that only run a control plane among them. */
export function knownAcceptedClusters(mesh: MeshDraft): readonly Problem[] {
  const known = [...clustersOf(mesh), ...externalsOf(mesh)].map(([name]) => name);
  return (mesh.accepted ?? []).flatMap((accepted, index) =>
    (accepted?.clusters ?? []).flatMap((name, place) => {
      if (name === undefined || known.includes(name)) return [];
      return [
        {
          path: configurationPath("accepted", index, "clusters", place),
          expected: `a cluster that is described here: ${calledAll(known)}`,
          found: describeFound(name),
          fix: didYouMean(name, known, "Name one that is, or remove it."),
        },
      ];
    }),
  );
}
