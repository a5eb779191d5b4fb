import { isOwned, sidecarName, type Problem } from "../../../../topology";
import type { Policy } from "../facts";
import { kubectl } from "../kubectl";
import type { StandingRule } from "./rule";

/**
 * Sidecars of others where the mesh has its own. One of the same name is not overwritten; of several for all workloads of a
 * namespace it is not defined which counts (istio.io, Sidecar). One for some of them counts for those, as whoever wrote it
 * meant it.
 */
export const sidecarScopes: StandingRule = ({ namespaceSidecars, site, wantedSidecarScopes }) => ({
  problems: wantedSidecarScopes.flatMap(({ namespace }) =>
    namespaceSidecars
      .filter((sidecar) => sidecar.namespace === namespace && !isOwned(sidecar.labels))
      .filter((sidecar) => sidecar.name === sidecarName || isForAll(sidecar))
      .map(({ name }): Problem => ({
        path: site.path,
        expected: `no sidecar/${name} in ${namespace} but the mesh's own, which says what \`calls\` of the namespace does`,
        found: "one that Isthmus did not make",
        fix: `Take \`calls\` out of the namespace ${namespace} to keep it; to let the mesh have its own, remove this one: ${kubectl(site, "--namespace", namespace, "delete", "sidecars.networking.istio.io", name)}.`,
      })),
  ),
});

/** Whether it is for all workloads of its namespace. */
function isForAll({ spec }: Policy): boolean {
  const { labels } = (spec["workloadSelector"] ?? {}) as { readonly labels?: object };
  return labels === undefined || Object.keys(labels).length === 0;
}
