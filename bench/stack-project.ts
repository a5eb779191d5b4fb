import type { ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { run, type CommandRun } from "./command";

/** The stack of a benchmark's project. */
export const stack = "bench";

/**
 * A Pulumi project of its own that runs the product's program, so that no benchmark writes into the checkout or touches
 * the stacks of whoever works in it.
 */
export class StackProject {
  /**
   * @param repository The checkout.
   * @param directory Becomes the project: relative paths of the mesh's settings start here.
   * @param mesh The settings under `isthmus:mesh`.
   */
  constructor(
    readonly repository: string,
    readonly directory: string,
    readonly mesh: object,
  ) {
    mkdirSync(directory, { recursive: true });
    const settings = parse(readFileSync(join(repository, "Pulumi.yaml"), "utf8")) as Record<string, unknown>;
    writeFileSync(join(directory, "Pulumi.yaml"), stringify({ ...settings, main: "index.js" }));
    writeFileSync(
      join(directory, "index.js"),
      `module.exports = require(${JSON.stringify(join(repository, "index.ts"))});\n`,
    );
    writeFileSync(join(directory, "package.json"), JSON.stringify({ name: "isthmus-bench", private: true }));
    symlinkSync(join(repository, "node_modules"), join(directory, "node_modules"));
  }

  /** Makes the stack in the backend that the environment names, and configures it. */
  async initialise(env: NodeJS.ProcessEnv): Promise<void> {
    await this.pulumi(["stack", "init", "--no-select"], env);
    this.configure(this.mesh);
  }

  /** Writes the settings of the mesh into the stack's file, in place of what stands there. */
  configure(mesh: object): void {
    const file = join(this.directory, `Pulumi.${stack}.yaml`);
    // Pulumi has written the salt of the passphrase there.
    const content = parse(readFileSync(file, "utf8")) as object;
    writeFileSync(file, stringify({ ...content, config: { "isthmus:mesh": mesh } }));
  }

  /** Runs the Pulumi CLI on the stack. */
  pulumi(
    args: readonly string[],
    env: NodeJS.ProcessEnv,
    options: { readonly onStart?: (child: ChildProcess) => void } = {},
  ): Promise<CommandRun> {
    const command = ["pulumi", "--non-interactive", "--color", "never", "--stack", stack, ...args] as const;
    return run(command, { env, cwd: this.directory, ...options });
  }
}

/** The settings under `isthmus:mesh` of one of the checkout's stack files. */
export function meshOfStackFile(repository: string, stackName: string): MeshSettings {
  const content = readFileSync(join(repository, `Pulumi.${stackName}.yaml`), "utf8");
  return (parse(content) as { config: { "isthmus:mesh": MeshSettings } }).config["isthmus:mesh"];
}

/** What the benchmarks themselves read of a stack file of the lab. */
export interface MeshSettings {
  readonly istio: {
    readonly hub: string;
    readonly tag: string;
    readonly values: { readonly istiod: { readonly global: object }; readonly gateway: object };
  };
  readonly clusters: Readonly<
    Record<string, { readonly network: string; readonly controlPlane?: string; readonly access: object }>
  >;
}
