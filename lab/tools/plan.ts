import { readdirSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory, groupDirectory, isBuilt, type Group } from "./cache";
import { envoyGroup } from "./envoy";
import { goGroups, metallbManifest } from "./go-groups";
import { imageGroup } from "./image-group";
import { programGroup } from "./program-group";
import { systemGroup, systemGroupPaths } from "./system-group";
import type { Toolbox } from "./toolbox";

/** What there is to build, and what comes of it. */
export interface ToolPlan {
  readonly cache: string;
  /**
   * Sequences that go side by side; none needs anything of another. Only the first has large Go modules: each of them
   * takes all processors and much memory.
   */
  readonly lanes: readonly (readonly Group[])[];
  /** What is made from the others, in order. */
  readonly last: readonly Group[];
  /** Reads the finished cache. */
  readonly toolbox: () => Toolbox;
}

/** @param note shows a line about what is used instead of being built. */
export function planTools(note: (line: string) => void = () => undefined, cache = cacheDirectory()): ToolPlan {
  const go = goGroups();
  const system = systemGroup(cache, note);
  const envoy = envoyGroup();
  const at = (group: Group) => groupDirectory(cache, group);
  const images = imageGroup({ cluster: at(go.cluster), metallb: at(go.metallb), system: at(system), envoy: at(envoy) });
  const programs = programGroup(
    [go.cluster, go.pulumi, go.language, go.metallb].map(at).concat(join(at(system), systemGroupPaths.bin)),
  );
  return {
    cache,
    lanes: [
      [go.cluster, go.pulumi, go.standIns],
      [system, envoy, go.language, go.metallb],
    ],
    last: [images, programs],
    toolbox: () => ({
      bin: at(programs),
      standInPlugins: at(go.standIns),
      charts: join(at(go.cluster), "charts"),
      cniPlugins: join(at(system), systemGroupPaths.cni),
      images: readdirSync(at(images))
        .filter((name) => name.endsWith(".tar"))
        .sort()
        .map((name) => join(at(images), name)),
      metallbManifest: join(at(go.metallb), metallbManifest),
    }),
  };
}

/** @returns the groups that are not in the cache, or not whole. */
export function missingGroups({ cache, lanes, last }: ToolPlan = planTools()): readonly Group[] {
  return [...lanes.flat(), ...last].filter((group) => !isBuilt(cache, group));
}
