import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { meshOfStackFile, StackProject } from "../../bench/stack-project";
import { labEnvironment, labPaths, stateDirectory } from "../../lab";
import { asRecording, withoutAccess, type StackExport } from "./deployment";
import { recordingFile, recordingPassphrase } from "./recordings";

/**
 * Records the state that a release leaves of a stack file, from the lab, which must be up with that file's clusters:
 *
 *     node -r tsx/cjs test/recorded/record.ts VERSION STACK [CHECKOUT]
 *
 * @param checkout Where the release's own files are. Default: this checkout.
 */
async function record(version: string, stack: string, checkout: string): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "isthmus-record-"));
  try {
    const mesh = meshOfStackFile(checkout, stack);
    const project = new StackProject(checkout, join(scratch, "project"), mesh);
    symlinkSync(stateDirectory(), join(project.directory, ".lab"));
    const env = { ...process.env, ...labEnvironment(), PULUMI_CONFIG_PASSPHRASE: recordingPassphrase };
    const made = backend(scratch, "made", env);
    await project.initialise(made);
    await project.pulumi(["up", "--yes", "--skip-preview", "--suppress-outputs"], made);
    const plain = await exported(project, made, "--show-secrets");

    // The engine encrypts again what has changed.
    const cleaned = backend(scratch, "cleaned", env);
    await project.initialise(cleaned);
    const file = join(scratch, "cleaned.json");
    writeFileSync(file, JSON.stringify(asRecording(plain)));
    await project.pulumi(["stack", "import", "--file", file], cleaned);

    const target = recordingFile(version, stack);
    mkdirSync(dirname(target), { recursive: true });
    const recording = {
      mesh,
      kubeconfig: withoutAccess(readFileSync(labPaths().kubeconfig, "utf8")),
      state: await exported(project, cleaned),
    };
    writeFileSync(target, `${JSON.stringify(recording)}\n`);
    process.stderr.write(`${target}\n`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The environment with a file backend of its own. */
function backend(scratch: string, name: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const directory = join(scratch, name);
  mkdirSync(directory);
  return { ...env, PULUMI_BACKEND_URL: `file://${directory}` };
}

async function exported(project: StackProject, env: NodeJS.ProcessEnv, ...options: string[]): Promise<StackExport> {
  return JSON.parse((await project.pulumi(["stack", "export", ...options], env)).stdout) as StackExport;
}

const [version, stack, checkout = "."] = process.argv.slice(2);
if (version === undefined || stack === undefined) {
  process.stderr.write("usage: node -r tsx/cjs test/recorded/record.ts VERSION STACK [CHECKOUT]\n");
  process.exitCode = 2;
} else {
  void record(version, stack, resolve(checkout)).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  });
}
