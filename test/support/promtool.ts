import { join } from "node:path";
import { buildGroup, cacheDirectory, groupDirectory, isBuilt, type Group } from "../../lab/tools/cache";
import { hasApt, unpackPackages } from "../../lab/tools/debian";

/** Debian's Prometheus, unpacked beside the lab's tools and not installed. */
const prometheus: Group = {
  name: "prometheus",
  title: "Prometheus",
  key: [process.arch, "debian"],
  build: async ({ directory }) => {
    await unpackPackages(["prometheus"], join(directory, "root"), join(directory, "scratch"));
    return {};
  },
};

/** Why there is no Prometheus to be had; undefined where there is. */
export function whyNoPrometheus(): string | undefined {
  return process.platform === "linux" && hasApt() ? undefined : "Prometheus comes from a Debian archive";
}

/** Path of Prometheus' own tool, which has its rule engine. It is fetched once. */
export async function promtool(): Promise<string> {
  const cache = cacheDirectory();
  if (!isBuilt(cache, prometheus)) await buildGroup(cache, prometheus, () => undefined);
  return join(groupDirectory(cache, prometheus), "root/usr/bin/promtool");
}
