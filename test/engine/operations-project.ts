import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import type { StackOptions } from "../../operations/stack";
import { planOf, twoPrimaries } from "../support/plans";
import type { TestBackend } from "./backends";
import { engineVariables, linkInstalledPlugins, type EngineTools } from "./tools";

const repository = resolve(__dirname, "../..");

/**
 * A project of one program for operations on its stack `test`, in this process: its variables are those of the process
 * until it is disposed of.
 */
export class OperationsProject {
  /** What the operations told beside Pulumi's work. */
  readonly said: string[] = [];
  private readonly savedVariables = { ...process.env };

  private constructor(
    readonly directory: string,
    readonly name: string,
    private readonly backend: TestBackend,
    private readonly variables: NodeJS.ProcessEnv,
  ) {}

  /** @param program Text of a CommonJS module. */
  static async create(
    tools: EngineTools,
    backend: TestBackend,
    name: string,
    program: string,
  ): Promise<OperationsProject> {
    const directory = await mkdtemp(join(tmpdir(), `isthmus-${name}-`));
    await linkInstalledPlugins(tools.plugins, join(directory, "home"));
    await symlink(join(repository, "node_modules"), join(directory, "node_modules"));
    await writeFile(join(directory, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\nmain: index.js\n`);
    await writeFile(join(directory, "package.json"), "{}");
    await writeFile(join(directory, "index.js"), program);
    for (const chart of ["base", "istiod", "gateway"]) {
      await mkdir(join(directory, "charts", chart), { recursive: true });
      await writeFile(join(directory, "charts", chart, "Chart.yaml"), `name: ${chart}\n`);
    }
    const variables: NodeJS.ProcessEnv = {
      ...process.env,
      PATH: [tools.bin, process.env["PATH"]].join(delimiter),
      ...engineVariables(directory),
      ...backend.variables,
    };
    delete variables["PULUMI_CONFIG_PASSPHRASE_FILE"];
    delete variables["PULUMI_K8S_DELETE_UNREACHABLE"];
    const project = new OperationsProject(directory, name, backend, variables);
    project.reset();
    return project;
  }

  /** Before each test: what the last one set or heard is gone. */
  reset(): void {
    process.env = { ...this.variables };
    this.said.length = 0;
  }

  /** A mesh without clusters: nothing is reached, and the program is ours. */
  options(more: Partial<StackOptions> = {}): StackOptions {
    return {
      projectDirectory: this.directory,
      stack: "test",
      plan: { ...planOf(twoPrimaries), clusters: [] },
      onProgress: (words) => void this.said.push(words),
      ...more,
    };
  }

  locks(): Promise<readonly string[]> {
    return this.backend.locks(this.name, "test");
  }

  async dispose(): Promise<void> {
    process.env = this.savedVariables;
    await rm(this.directory, { recursive: true });
  }
}
