import { readFileSync } from "node:fs";
import { join } from "node:path";
import { labImages, writeImage } from "../images";
import { digestFiles, type Group } from "./cache";
import { modulesDirectory } from "./go-groups";
import { moduleSource } from "./go-module";
import type { IptablesParts } from "./iptables-parts";
import { sharedLibraries } from "./shared-libraries";
import { sourceFiles } from "./sources";
import { systemGroupPaths } from "./system-group";

/** Directories of the groups that the images are made of. */
export interface ImageParts {
  readonly cluster: string;
  readonly metallb: string;
  readonly system: string;
  readonly envoy: string;
}

/** The container images. */
export function imageGroup(parts: ImageParts): Group {
  return {
    name: "images",
    title: "container images",
    key: [
      parts.cluster,
      parts.metallb,
      parts.system,
      parts.envoy,
      digestFiles(sourceFiles(join(__dirname, "..", "images"), ".ts")),
    ],
    build: async ({ directory }, report) => {
      const iptables = JSON.parse(readFileSync(join(parts.system, systemGroupPaths.iptables), "utf8")) as IptablesParts;
      const envoy = join(parts.envoy, "envoy");
      const istio = await moduleSource(join(modulesDirectory, "core"), "istio.io/istio");
      const images = await labImages({
        cluster: parts.cluster,
        metallb: parts.metallb,
        envoy,
        bootstrapTemplate: join(istio, "tools/packaging/common/envoy_bootstrap.json"),
        iptables: {
          binary: iptables.binary,
          modules: iptables.modules,
          libraries: await librariesOf([envoy, iptables.binary], iptables.searchPath),
        },
      });
      for (const [done, image] of images.entries()) {
        report({ done, total: images.length, unit: "images", detail: image.name });
        await writeImage(image, join(directory, imageFile(image.name)));
      }
      return {};
    },
  };
}

/** `lab.local/istio/pilot:lab` is `istio-pilot.tar`. */
export const imageFile = (name: string): string =>
  `${name.slice(name.indexOf("/") + 1, name.lastIndexOf(":")).replaceAll("/", "-")}.tar`;

async function librariesOf(programs: readonly string[], searchPath: readonly string[]): Promise<readonly string[]> {
  const files = new Set<string>();
  for (const program of programs) {
    const libraries = await sharedLibraries(program, searchPath);
    if (libraries.missing.length > 0) throw new Error(`${program} is without ${libraries.missing.join(", ")}`);
    for (const file of libraries.files) files.add(file);
  }
  return [...files];
}
