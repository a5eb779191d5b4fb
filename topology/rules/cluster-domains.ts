import { clusterDomainOf } from "../cluster-domain";
import { configurationPath } from "../path";
import { valuesOf } from "../plan/istio-plan";
import { joiningOf } from "../plan/joining";
import type { Problem } from "../problem";
import type { Mesh } from "../schema";
import { calledAll } from "./words";

/** A gateway lets in what its own istiod calls by the name that the caller's istiod gave it. */
export function oneClusterDomain(mesh: Mesh): readonly Problem[] {
  const { controlPlanes, needsGateway } = joiningOf(mesh);
  if (!Object.keys(mesh.clusters).some(needsGateway)) return [];
  const domains = controlPlanes.map(({ kind, name }) => {
    const { values = {} } = (kind === "external" ? mesh.externalControlPlanes : mesh.clusters)[name] ?? {};
    return clusterDomainOf(valuesOf(mesh, values).istiod);
  });
  const different = [...new Set(domains)].sort();
  if (different.length < 2) return [];
  return [
    {
      path: configurationPath("istio", "values", "istiod", "global", "proxy", "clusterDomain"),
      expected: "one domain of Services for all istiods",
      found: calledAll(different),
      fix: "Set it here and at no single cluster: calls through gateways bear the domain of the caller's istiod, and a gateway lets in only that of its own.",
    },
  ];
}
