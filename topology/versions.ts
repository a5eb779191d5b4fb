/** A version's numbers; what follows a `-` or `+` is left out. */
export type Version = readonly [major: number, minor: number, patch: number];

/** Reads `1.31.1`, `v1.36.1`, `1.31.0-rc.0`, `1.32` (patch 0); undefined when it is none. */
export function readVersion(text: string): Version | undefined {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-+].*)?$/.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

/** Whether the left version comes before the right one. */
export function isBefore(left: Version, right: Version): boolean {
  for (const index of [0, 1, 2] as const) {
    if (left[index] !== right[index]) return left[index] < right[index];
  }
  return false;
}

/**
 * The oldest Istio that Isthmus installs. Before it an istiod that is running ignores a renewed remote secret
 * (istio/istio#60612), forgets network gateways (#60920) and drops endpoints (#61043) when credentials change.
 */
export const oldestIstio: Version = [1, 30, 4];

/** From this version on charts and images are published on Istio's own hosts alone (1.31 upgrade notes). */
export const firstIstioOffGoogleHosts: Version = [1, 31, 0];

/** The newest line of Istio whose charts Isthmus was made for. */
export const newestIstio: readonly [major: number, minor: number] = [1, 31];

/** Minor versions of Kubernetes 1 that a minor version of Istio 1 supports, first and last (istio.io, supported releases). */
const kubernetesMinors: ReadonlyMap<number, readonly [first: number, last: number]> = new Map([
  [30, [32, 36]],
  [31, [32, 36]],
]);

/** The Kubernetes minor versions that an Istio version supports, or undefined where Isthmus has no record. */
export function supportedKubernetesMinors(istioVersion: string): readonly [first: number, last: number] | undefined {
  const version = readVersion(istioVersion);
  return version?.[0] === 1 ? kubernetesMinors.get(version[1]) : undefined;
}
