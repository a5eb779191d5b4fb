import { describeFound } from "../found";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import { firstIstioOffGoogleHosts, isBefore, newestIstio, oldestIstio, readVersion } from "../versions";
import type { MeshDraft } from "./rule";

export function supportedIstio(mesh: MeshDraft): readonly Problem[] {
  const written = mesh.istio?.version;
  const version = written === undefined ? undefined : readVersion(written);
  if (version === undefined || !isBefore(version, oldestIstio)) return [];
  return [
    {
      path: configurationPath("istio", "version"),
      expected: `${oldestIstio.join(".")} or later`,
      found: describeFound(written),
      fix: "Take a later version: before it a running istiod ignores renewed credentials of the other clusters.",
    },
  ];
}

const googleHosts = /(^|\/\/)(gcr\.io\/istio-release|registry\.istio\.io|istio-release\.storage\.googleapis\.com)/;

export function publishedImages(mesh: MeshDraft): readonly Problem[] {
  if (!isOffGoogleHosts(mesh) || !googleHosts.test(mesh.istio?.hub ?? "")) return [];
  return [retiredHost("hub", mesh.istio?.hub, "`docker.io/istio`")];
}

export function publishedCharts(mesh: MeshDraft): readonly Problem[] {
  const { key, url } = chartSource(mesh);
  if (!isOffGoogleHosts(mesh) || !googleHosts.test(url)) return [];
  return [retiredHost(key, url, "`https://blob.istio.io/istio-release/charts`")];
}

function isOffGoogleHosts(mesh: MeshDraft): boolean {
  const version = readVersion(mesh.istio?.version ?? "");
  return version !== undefined && !isBefore(version, firstIstioOffGoogleHosts);
}

/** Where charts are downloaded from, and the key that says so; no URL where they lie on this disk. */
function chartSource(mesh: MeshDraft): { readonly key: "charts.repository" | "charts.oci"; readonly url: string } {
  const charts = mesh.istio?.charts;
  if (charts !== undefined && "oci" in charts) return { key: "charts.oci", url: charts.oci ?? "" };
  const repository = charts !== undefined && "repository" in charts ? charts.repository : undefined;
  return { key: "charts.repository", url: repository ?? "" };
}

function retiredHost(key: string, found: string | undefined, instead: string): Problem {
  return {
    path: configurationPath("istio", ...key.split(".")),
    expected: "a host that has Istio 1.31 and later",
    found: describeFound(found),
    fix: `Remove it to take the default, ${instead}: Istio no longer publishes there.`,
  };
}

export function hostsThatStay(mesh: MeshDraft): readonly Problem[] {
  const charts = chartSource(mesh);
  const hosts = [
    { key: "hub", url: mesh.istio?.hub ?? "" },
    { key: charts.key, url: charts.url },
  ];
  return hosts.flatMap(({ key, url: host }) => {
    if (!googleHosts.test(host)) return [];
    return [
      {
        path: configurationPath("istio", ...key.split(".")),
        expected: "a host that stays",
        found: describeFound(host),
        fix: "Plan to move: it is switched off in December 2026.",
      },
    ];
  });
}

export function knownIstio(mesh: MeshDraft): readonly Problem[] {
  const written = mesh.istio?.version;
  const version = written === undefined ? undefined : readVersion(written);
  const [major, minor] = newestIstio;
  if (version === undefined || isBefore(version, [major, minor + 1, 0])) return [];
  return [
    {
      path: configurationPath("istio", "version"),
      expected: `Istio ${major}.${minor} at the latest, the newest that this release of Isthmus knows`,
      found: describeFound(written),
      fix: "Look whether a later release of Isthmus knows it; what its charts call otherwise is set to no effect here.",
    },
  ];
}
