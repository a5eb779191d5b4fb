import { istiodContainer, readVersion } from "../../../topology";
import { seenControlPlanes } from "../clusters";
import type { MeshFinding } from "../finding";
import type { MeshSnapshot } from "../snapshot";
import { podsLabelled } from "./istiod";

/** Helm is given up on long before (five minutes, its own default), so that what is pending for longer is at work no more. */
const updateTakesAtMostMs = 15 * 60_000;

/** Whether istiods of several versions or revisions run, and no update is under way that makes them alike. */
export function differingVersions(snapshot: MeshSnapshot): MeshFinding[] {
  if (isBeingUpdated(snapshot)) return [];
  const running = seenControlPlanes(snapshot).flatMap(({ facts, seen: { system } }) => {
    if (system === undefined) return [];
    return podsLabelled(system, { app: "istiod" }).flatMap(({ metadata, spec }) => {
      const image = spec?.containers?.find(({ name }) => name === istiodContainer)?.image;
      if (image === undefined) return [];
      const revision = metadata?.labels?.["istio.io/rev"] ?? "default";
      return [{ cluster: facts.name, pod: metadata?.name ?? "", tag: tagOf(image), revision }];
    });
  });
  const kinds = new Set(running.map(({ revision, tag }) => `${tag} ${revision}`));
  if (kinds.size < 2) return [];
  // Without a file nobody knows whether an upgrade is under way, by a canary for one.
  if (snapshot.mesh.origin === "clusters" && areWithinSkew(running.map(({ tag }) => tag))) return [];
  return [
    {
      clusters: [...new Set(running.map(({ cluster }) => cluster))],
      found: "istiods of several versions or revisions run",
      proof: running.map(({ cluster, pod, revision, tag }) => `${cluster}: ${pod} runs ${tag}, revision ${revision}`),
      fix: "An upgrade that is under way ends with `isthmus up`; remove an istiod that nobody needs any more.",
    },
  ];
}

/** So many minor versions istiods are apart during an upgrade, which goes from one to the next (istio.io, "Supported Releases"). */
const supportedMinorsApart = 1;

/** Whether versions are no further apart than an upgrade makes them; of what says no version nobody can say that it is. */
function areWithinSkew(tags: readonly string[]): boolean {
  const versions = tags.flatMap((tag) => {
    const version = readVersion(tag);
    return version === undefined ? [] : [version];
  });
  const minors = versions.map(([, minor]) => minor);
  const isOneMajor = new Set(versions.map(([major]) => major)).size <= 1;
  return isOneMajor && (minors.length === 0 || Math.max(...minors) - Math.min(...minors) <= supportedMinorsApart);
}

function isBeingUpdated({ clusters, takenAt }: MeshSnapshot): boolean {
  const pending = clusters.flatMap(({ pendingReleases = [] }) => pendingReleases);
  return pending.some(({ since }) => Date.parse(takenAt) - Date.parse(since) < updateTakesAtMostMs);
}

/** What stands behind an image's name: a tag or a digest. */
export function tagOf(image: string): string {
  return /[:@]([^/]+)$/.exec(image)?.[1] ?? "latest";
}
