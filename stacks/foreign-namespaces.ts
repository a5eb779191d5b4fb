import type { ReachedCluster } from "../preflight";
import { systemNamespace } from "../topology";
import { lastControlPlaneOf, lastOf, type LastOutputs, type NamedSite } from "./last-outputs";

/**
 * Namespaces that are there and that this stack did not make. Of `istio-system` the last update knows best: whatever became
 * of its marks, one that this stack made is not given up for a patch of it, which would delete it. Pure.
 */
export function foreignNamespaces(
  site: NamedSite,
  reached: Pick<ReachedCluster, "existingNamespaces" | "systemNamespaceOrigin">,
  last: LastOutputs,
): readonly string[] {
  const made = lastOf(site, last)?.namespaces ?? [];
  const ofWorkloads = reached.existingNamespaces.filter((name) => !made.includes(name));
  const known = lastOf(site, last) ?? lastControlPlaneOf(site, last);
  const { systemNamespaceOrigin: seen } = reached;
  const isAdopted =
    known === undefined ? seen === "adopted" || seen === "foreign" : known.systemNamespace === "adopted";
  // Where it is gone, and the stack has forgotten it by a refresh, there is nothing to adopt.
  return isAdopted && seen !== "absent" ? [...ofWorkloads, systemNamespace] : ofWorkloads;
}
