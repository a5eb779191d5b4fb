import { describeFound } from "../found";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import { firstIstioOffGoogleHosts, isBefore, oldestIstio, readVersion } from "../versions";
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
  if (!isOffGoogleHosts(mesh) || !googleHosts.test(chartRepository(mesh))) return [];
  return [retiredHost("charts.repository", chartRepository(mesh), "`https://blob.istio.io/istio-release/charts`")];
}

function isOffGoogleHosts(mesh: MeshDraft): boolean {
  const version = readVersion(mesh.istio?.version ?? "");
  return version !== undefined && !isBefore(version, firstIstioOffGoogleHosts);
}

function chartRepository(mesh: MeshDraft): string {
  const charts = mesh.istio?.charts;
  return charts !== undefined && "repository" in charts ? (charts.repository ?? "") : "";
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
  return (["hub", "charts.repository"] as const).flatMap((key) => {
    const host = key === "hub" ? mesh.istio?.hub : chartRepository(mesh);
    if (host === undefined || !googleHosts.test(host)) return [];
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
