import { isMap } from "../merge-values";
import { configurationPath } from "../path";
import { valuesOf } from "../plan/istio-plan";
import { joiningOf } from "../plan/joining";
import type { Problem } from "../problem";
import { parseRange } from "../ranges";
import type { Mesh } from "../schema";
import { clustersOf } from "./draft";

/** The variable by which Istio's proxies take connections of both families (istio, pilot/pkg/features). Off by default. */
const bothFamilies = "ISTIO_DUAL_STACK";

/**
 * Without Istio's dual stack a proxy listens for the first family of its pod alone: a load balancer of the other one leads
 * to a closed port. What the pods' first family is, the ranges say, where they are given.
 */
export function gatewaysListen(mesh: Mesh): readonly Problem[] {
  const { controlPlaneOf, needsGateway } = joiningOf(mesh);
  return clustersOf(mesh).flatMap(([name, { eastWestGateway, ranges }]) => {
    const family = eastWestGateway?.ipFamily;
    const first = parseRange(ranges?.pods?.[0] ?? "")?.family;
    if (!needsGateway(name) || family === undefined || first === undefined || family === `IPv${first}`) return [];
    const { kind, name: controlPlane } = controlPlaneOf(name);
    const { values = {} } = (kind === "external" ? mesh.externalControlPlanes : mesh.clusters)[controlPlane] ?? {};
    if (hasBothFamilies(valuesOf(mesh, values).istiod)) return [];
    return [
      {
        path: configurationPath("clusters", name, "eastWestGateway", "ipFamily"),
        expected: `IPv${first}, the first family of the pods, for proxies listen in no other`,
        found: family,
        fix: `Turn on Istio's dual stack, in \`istio.values.istiod\`: \`env: { ${bothFamilies}: "true" }\` and \`meshConfig: { defaultConfig: { proxyMetadata: { ${bothFamilies}: "true" } } }\`.`,
      },
    ];
  });
}

/** What stands below `pilot` means the same as at the top. */
function hasBothFamilies(istiod: Readonly<Record<string, unknown>>): boolean {
  return [istiod, istiod["pilot"]].some((values) => {
    const env = isMap(values) ? values["env"] : undefined;
    return isMap(env) && String(env[bothFamilies]) === "true";
  });
}
