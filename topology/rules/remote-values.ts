import { isMap } from "../merge-values";
import { configurationPath } from "../path";
import { joiningOf } from "../plan/joining";
import type { Problem } from "../problem";
import { valuesOfConfigurationClusters, valuesOfProfiles, valuesOfRemotes } from "../remote-values";
import type { Mesh } from "../schema";
import { clustersOf } from "./draft";
import { called } from "./words";

/** Values of a cluster's own that no chart there reads: they are its istiod's, which runs elsewhere. */
export function remoteValuesRead(mesh: Mesh): readonly Problem[] {
  const { controlPlaneOf } = joiningOf(mesh);
  return clustersOf(mesh).flatMap(([name, { values }]) => {
    const controlPlane = controlPlaneOf(name);
    if (controlPlane.name === name) return [];
    // All of `meshConfig` lies in the configuration cluster, whatever the chart's templates look at.
    const read = [
      ...valuesOfRemotes,
      ...valuesOfProfiles,
      ...(controlPlane.configCluster === name ? [...valuesOfConfigurationClusters, "meshConfig"] : []),
    ];
    const place = controlPlane.kind === "external" ? "externalControlPlanes" : "clusters";
    return unread(values?.istiod ?? {}, read).map((keys) => ({
      path: configurationPath("clusters", name, "values", "istiod", ...keys),
      expected: `nothing, because ${called(name)} runs no istiod that would read it`,
      found: "a value to no effect",
      fix: `Write it as ${configurationPath(place, controlPlane.name, "values", "istiod", ...keys)}: that istiod serves ${called(name)}.`,
    }));
  });
}

/** The values nearest the top below which nothing is read. What stands below `pilot` means the same as at the top. */
function unread(values: unknown, read: readonly string[], keys: readonly string[] = []): (readonly string[])[] {
  const path = (keys[0] === "pilot" ? keys.slice(1) : keys).join(".");
  if (read.some((one) => path === one || path.startsWith(`${one}.`))) return [];
  if (path !== "" && !read.some((one) => one.startsWith(`${path}.`))) return [keys];
  if (!isMap(values)) return [];
  return Object.entries(values).flatMap(([key, value]) => unread(value, read, [...keys, key]));
}
