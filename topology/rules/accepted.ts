import { checkIds, faultIds } from "../finding-ids";
import { describeFound } from "../found";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import { listed, nearest } from "../suggest";
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

/** What nobody ever finds is accepted in vain. */
export function knownFindings(mesh: MeshDraft): readonly Problem[] {
  const ids: readonly string[] = [...checkIds, ...faultIds];
  return (mesh.accepted ?? []).flatMap((accepted, index) => {
    const finding = accepted?.finding;
    if (finding === undefined || ids.includes(finding)) return [];
    const meant = nearest(finding, ids);
    const parts = finding.split("-");
    const alike = ids.filter((id) => id !== meant && id.split("-").some((part) => parts.includes(part)));
    const known =
      alike.length === 0 ? "docs/checks.md and docs/doctor.md have them all." : `Near are ${listed(alike)}.`;
    return [
      {
        path: configurationPath("accepted", index, "finding"),
        expected: "the id of a check of `isthmus verify`, or of a cause of `isthmus doctor`",
        found: describeFound(finding),
        fix: meant === undefined ? known : `Did you mean \`${meant}\`? ${known}`,
      },
    ];
  });
}
