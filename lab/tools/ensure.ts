import { readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "../progress";
import { buildGroup, cacheDirectory, groupDirectory, isBuilt, removeUnfinished, type Group } from "./cache";
import { cancelOnFailure } from "./command";
import { envoyGroup } from "./envoy";
import { goGroups, metallbManifest } from "./go-groups";
import { imageGroup } from "./image-group";
import { programGroup } from "./program-group";
import { systemGroup, systemGroupPaths } from "./system-group";
import type { Toolbox } from "./toolbox";

/** What there is to build, and what comes of it. */
interface Plan {
  /** Sequences that go side by side; none needs anything of another. Only one has large Go modules: they take all processors and much memory. */
  readonly lanes: readonly (readonly Group[])[];
  /** What is made from the others, in order. */
  readonly last: readonly Group[];
  /** Reads the finished cache. */
  readonly toolbox: () => Toolbox;
}

/**
 * Makes sure that everything the lab runs is in the cache, and builds what is not.
 * @throws ToolError when something cannot be built or fetched.
 */
export async function ensureTools(progress: Progress): Promise<Toolbox> {
  const cache = cacheDirectory();
  const plan = makePlan(cache, (line) => progress.note(line));
  const all = [...plan.lanes.flat(), ...plan.last];
  if (!all.every((group) => isBuilt(cache, group))) {
    await mkdir(join(cache, "lab"), { recursive: true });
    await removeUnfinished(cache);
    await buildMissing(cache, plan, progress);
  }
  return plan.toolbox();
}

/** Everything that the lab runs, if all of it is in the cache. Builds nothing. */
export function builtTools(): Toolbox | undefined {
  const cache = cacheDirectory();
  const plan = makePlan(cache, () => undefined);
  return [...plan.lanes.flat(), ...plan.last].every((group) => isBuilt(cache, group)) ? plan.toolbox() : undefined;
}

async function buildMissing(cache: string, plan: Plan, progress: Progress): Promise<void> {
  const missing = new Set([...plan.lanes.flat(), ...plan.last].filter((group) => !isBuilt(cache, group)));
  progress.expect(missing.size);
  const build = async (groups: readonly Group[]) => {
    for (const group of groups.filter((candidate) => missing.has(candidate))) {
      await progress.step(group.title, (report) => buildGroup(cache, group, report));
    }
  };
  await cancelOnFailure(plan.lanes.map((groups) => () => build(groups)));
  await build(plan.last);
}

function makePlan(cache: string, note: (line: string) => void): Plan {
  const go = goGroups();
  const system = systemGroup(cache, note);
  const envoy = envoyGroup();
  const at = (group: Group) => groupDirectory(cache, group);
  const images = imageGroup({ cluster: at(go.cluster), metallb: at(go.metallb), system: at(system), envoy: at(envoy) });
  const programs = programGroup(
    [go.cluster, go.pulumi, go.language, go.metallb].map(at).concat(join(at(system), systemGroupPaths.bin)),
  );
  return {
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
