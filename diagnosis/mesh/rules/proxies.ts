import { readVersion } from "../../../topology";
import { seenControlPlanes } from "../clusters";
import type { MeshFinding } from "../finding";
import type { MeshSnapshot } from "../snapshot";

/** So many minor versions a proxy may be behind its istiod (istio.io, "Supported Releases"). */
const supportedMinorsBehind = 1;

/** Proxies that go on with a former configuration, because they reject the present one. */
export function rejectingProxies(snapshot: MeshSnapshot): MeshFinding[] {
  return seenControlPlanes(snapshot).flatMap(({ facts: { name }, seen: { istiods = [] } }) => {
    const rejects = istiods.flatMap((istiod) => istiod.rejects ?? []);
    const [first] = rejects;
    if (first === undefined) return [];
    return [
      {
        clusters: [...new Set([name, ...rejects.map(({ cluster }) => cluster)])],
        found: `${rejects.length === 1 ? "a proxy rejects" : "proxies reject"} what the istiod of ${name} sends, and ${rejects.length === 1 ? "goes" : "go"} on with what was before`,
        proof: rejects.map(({ cluster, error, part, proxy }) => `${proxy} (${cluster}) rejects its ${part}: ${error}`),
        fix: "Find the EnvoyFilter or other object of Istio that makes what they name, and mend or remove it: `kubectl get envoyfilters --all-namespaces`.",
      },
    ];
  });
}

/** Proxies that are too old for their istiod. */
export function oldProxies(snapshot: MeshSnapshot): MeshFinding[] {
  const version = readVersion(snapshot.mesh.istioVersion ?? "");
  if (version === undefined) return [];
  const [major, minor] = version;
  return seenControlPlanes(snapshot).flatMap(({ facts: { name }, seen: { istiods = [] } }) => {
    const old = istiods
      .flatMap(({ proxyVersions = {} }) => Object.entries(proxyVersions))
      .filter(([text]) => {
        const [foundMajor, foundMinor = minor] = readVersion(text) ?? [];
        return foundMajor === major && foundMinor < minor - supportedMinorsBehind;
      });
    if (old.length === 0) return [];
    return [
      {
        clusters: [name],
        found: `proxies that the istiod of ${name} serves are too old for Istio ${snapshot.mesh.istioVersion ?? ""}`,
        proof: old.map(([text, proxies]) => `Istio ${text}: ${proxies.join(", ")}`),
        fix: "Restart what they belong to, so that it gets today's proxy: `kubectl rollout restart deployment`. One that keeps its image says so itself, by the annotation sidecar.istio.io/proxyImage.",
      },
    ];
  });
}
