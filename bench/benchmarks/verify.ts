import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labDown } from "../../lab";
import { silentProgress } from "../../lab/progress";
import { makeBuild } from "../../test/support/build";
import { run } from "../command";
import { freshLabMesh, type LabMesh } from "../lab-mesh";
import type { Measurement } from "../result";
import { meshOfStackFile, stack, StackProject } from "../stack-project";

/** A mesh of the lab that is verified. */
export interface VerifiedMesh {
  readonly name: string;
  /** The stack file whose topology it has. */
  readonly stackFile: string;
}

/** What is verified, the smaller mesh first. */
export const verifiedMeshes: readonly VerifiedMesh[] = [
  { name: "verify-2", stackFile: "dev" },
  { name: "verify-5", stackFile: "mixed" },
];

const rounds = 5;

/**
 * `isthmus verify` of a healthy mesh, the whole command as the package has it, from its start until nothing of its sample is
 * left.
 */
export async function measureVerify(
  { name, stackFile }: VerifiedMesh,
  repository: string,
  report: (line: string) => void,
): Promise<Measurement[]> {
  const scratch = mkdtempSync(join(tmpdir(), "isthmus-bench-"));
  const settings = meshOfStackFile(repository, stackFile);
  try {
    const project = new StackProject(repository, join(scratch, "project"), settings);
    const mesh = await freshLabMesh(project, settings.clusters);
    await project.pulumi(["up", "--yes", "--skip-preview"], mesh.env);
    // The first one pulls images and waits for what has only just started.
    report(`${name}: once, not counted`);
    const build = makeBuild();
    await verified(build, mesh);
    const verdicts: Verified[] = [];
    for (let round = 1; round <= rounds; round++) {
      report(`${name}: round ${String(round)} of ${String(rounds)}`);
      verdicts.push(await verified(build, mesh));
    }
    const [{ pairs, passed } = { pairs: 0, passed: 0 }] = verdicts;
    return [
      {
        name,
        unit: "s",
        runs: verdicts.map(({ seconds }) => seconds),
        notes: [`${String(pairs)} ordered pairs of clusters called, ${String(passed)} checks passed`],
      },
    ];
  } finally {
    await labDown({ progress: silentProgress });
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Verified {
  readonly seconds: number;
  readonly passed: number;
  readonly pairs: number;
}

/** The document of `isthmus verify`, as far as it is read here. */
interface Report {
  readonly checks: readonly { readonly id: string; readonly clusters: readonly string[]; readonly status: string }[];
  readonly summary: { readonly pass: number };
}

/** Runs it once; fails where the mesh is not healthy. */
async function verified(build: string, { env, project }: LabMesh): Promise<Verified> {
  const command = [process.execPath, join(build, "bin", "isthmus.js"), "verify", "--stack", stack] as const;
  const { seconds, stdout } = await run([...command, "-o", "json"], { env, cwd: project.directory });
  const { checks, summary } = JSON.parse(stdout) as Report;
  const ofPairs = checks.filter(({ clusters, id }) => id === "helloworld-reached" && clusters.length === 2);
  return { seconds, passed: summary.pass, pairs: ofPairs.length };
}
