import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeBundle } from "../../operations/doctor";
import { reportedMeshes, withStaleToken } from "../../test/support/reports";
import { makeBuild } from "../../test/support/build";
import { run } from "../command";
import type { Measurement } from "../result";

/** A bundle of forty clusters is judged, and made a page of. */
export const bundleNames = ["doctor-bundle-40", "report-bundle-40"] as const;

const clusters = 40;
const rounds = 5;

/**
 * The whole command as the package has it, from its start to its end, on a bundle in which one istiod reads all other clusters
 * by a token that is good for nothing. There is no peer: nothing else judges several clusters away from them.
 */
export async function measureBundle(report: (line: string) => void): Promise<Measurement[]> {
  const directory = await mkdtemp(join(tmpdir(), "isthmus-bench-"));
  const bundle = join(directory, "bundle.json.gz");
  const isthmus = ["node", join(makeBuild(), "bin/isthmus.js")] as const;
  const verbs = {
    "doctor-bundle-40": ["doctor", "--from", bundle],
    "report-bundle-40": ["report", "--from", bundle, "--html", join(directory, "mesh.html")],
  } as const;
  try {
    await writeBundle(bundle, withStaleToken(reportedMeshes[clusters]));
    const runs: Record<keyof typeof verbs, number[]> = { "doctor-bundle-40": [], "report-bundle-40": [] };
    for (let round = 1; round <= rounds; round++) {
      for (const name of bundleNames) {
        report(`${name}: round ${String(round)} of ${String(rounds)}`);
        const { seconds } = await run([...isthmus, ...verbs[name]], { env: process.env, endsWith: 1 });
        runs[name].push(seconds);
      }
    }
    return bundleNames.map((name) => ({ name, unit: "s", runs: runs[name] }));
  } finally {
    await rm(directory, { recursive: true });
  }
}
