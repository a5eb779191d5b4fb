import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeImage, type ImageSpec } from "../images";
import type { Progress } from "../progress";
import { cacheDirectory, groupDirectory, isBuilt, type Group } from "./cache";
import { buildAlone } from "./ensure";
import { certManagerGroup } from "./go-groups";

/** cert-manager, ready to be installed. All paths are absolute. */
export interface CertManagerTools {
  /** Its own Helm chart. */
  readonly chart: string;
  /** OCI layouts as tar files, one image each. */
  readonly images: readonly string[];
}

/** Its programs, by the names under which the chart has values for their images. */
const certManagerPrograms = ["controller", "webhook", "cainjector"] as const;

/** Name of the image of one of its programs, without its tag. */
export const certManagerImage = (program: string): string => `lab.local/cert-manager-${program}`;

/**
 * Makes sure that cert-manager is in the cache, and builds it if not, which takes some two minutes. It is apart from the
 * lab's other tools: most labs need none.
 * @throws ToolError when it cannot be built.
 */
export async function ensureCertManager(progress: Progress, signal?: AbortSignal): Promise<CertManagerTools> {
  const cache = cacheDirectory();
  const programs = certManagerGroup();
  const images = imagesGroup(groupDirectory(cache, programs));
  const missing = (): readonly Group[] => [programs, images].filter((group) => !isBuilt(cache, group));
  if (missing().length > 0) {
    await buildAlone(cache, missing, progress, signal);
  }
  const directory = groupDirectory(cache, images);
  return {
    chart: join(groupDirectory(cache, programs), "chart"),
    images: certManagerPrograms.map((program) => join(directory, `${program}.tar`)),
  };
}

function imagesGroup(programs: string): Group {
  return {
    name: "cert-manager-images",
    title: "container images of cert-manager",
    key: [programs, "1"],
    build: async ({ directory }, report) => {
      await mkdir(directory, { recursive: true });
      for (const [done, program] of certManagerPrograms.entries()) {
        report({ done, total: certManagerPrograms.length, unit: "images", detail: program });
        await writeImage(imageOf(program, programs), join(directory, `${program}.tar`));
      }
      return {};
    },
  };
}

/** The chart asks that none of them runs as root. */
function imageOf(program: (typeof certManagerPrograms)[number], programs: string): ImageSpec {
  return {
    name: `${certManagerImage(program)}:lab`,
    entries: [{ path: program, source: join(programs, program) }],
    entrypoint: [`/${program}`],
    user: "1000:1000",
  };
}
