import type { RejectSeen } from "../../diagnosis";
import type { ServedProxy } from "../../preflight";

/** Longer words are cut, in characters: a proxy may repeat half of what it was sent. */
const longestError = 300;

/** So many are named of each version. */
const namedOfVersion = 3;

/** Proxies that reject a part of their configuration. Pure. */
export function rejectsIn(proxies: readonly ServedProxy[]): RejectSeen[] {
  return proxies.flatMap(({ cluster_id: cluster = "", proxy = "", resources = {} }) =>
    Object.entries(resources).flatMap(([type, { lastError = "" }]) =>
      lastError === ""
        ? []
        : [{ proxy, cluster, part: type.split(".").at(-1) ?? type, error: lastError.slice(0, longestError) }],
    ),
  );
}

/** Names of some of the proxies of each version. Pure. */
export function versionsIn(proxies: readonly ServedProxy[]): Record<string, string[]> {
  const named = new Map<string, string[]>();
  for (const { cluster_id: cluster = "", istio_version: version = "", proxy = "" } of proxies) {
    if (version === "") continue;
    named.set(version, [...(named.get(version) ?? []), `${proxy} (${cluster})`].slice(0, namedOfVersion));
  }
  return Object.fromEntries(named);
}
