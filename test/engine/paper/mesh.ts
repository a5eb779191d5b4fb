import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { LocalWorkspace, Stack, type EngineEvent } from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";
import { engineVariables, linkInstalledPlugins, type EngineTools } from "../tools";
import { readMesh } from "../../../access";
import { preview, up, type StackOptions } from "../../../operations/stack";
import { planMesh, type MeshConfig } from "../../../topology";
import { TestAuthority } from "../../unit/access/certificates";
import { commandLine, programModule, programRuntime } from "../../support/program";
import { kubeconfigOf, paperApiServer } from "./api-server";
import { bundledProvider } from "./plugin";
import { PaperFaults } from "./faults";
import { PaperWorld, worldVariable } from "./world";
import type { Listening } from "../../unit/access/fake-api-server";

const repository = resolve(__dirname, "../../..");
/** A mesh, less what is the same for all that are on paper. */
export type PaperConfig = Omit<MeshConfig, "kubeconfig" | "istio"> & { readonly istio?: Partial<MeshConfig["istio"]> };

/** A cluster on paper, on a network of its own. */
export function paperCluster(name: string, more: object = {}): PaperConfig["clusters"][string] {
  return { network: name, access: { context: name }, apiServer: { url: `https://${name}.example.org:6443` }, ...more };
}

/** How a run of the command line ended. */
export interface CommandEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A preview, as the engine told of it. */
export interface RecordedPreview {
  readonly events: readonly EngineEvent[];
  /** Why it failed; undefined where it did not. */
  readonly failure?: Error;
}

/**
 * A mesh whose clusters are on paper, in a stack of its own: the product's program, the real engine, and a state as if
 * the clusters had everything. API servers on this machine answer what is asked before an update and in a preview.
 */
export class PaperMesh {
  private readonly servers = new Map<string, Listening>();
  private readonly generations = new Map<string, number>();
  /** What the clusters have. */
  readonly world: PaperWorld;
  /** What goes wrong in them. */
  readonly faults: PaperFaults;
  private readonly urls = new Map<string, string>();
  private saved: NodeJS.ProcessEnv = {};

  private constructor(
    /** All that is the mesh's. */
    readonly directory: string,
    private readonly authority: TestAuthority,
  ) {
    this.world = new PaperWorld(join(directory, "world"));
    this.faults = new PaperFaults(join(directory, "world"));
  }

  /**
   * @param backend Variables that say where the state is kept. Default: in files.
   * @param provider `stand-in`: the lab's alone, a process less for each cluster; for what is previewed and never updated.
   *   Default: the paper one.
   */
  static async create(
    tools: EngineTools,
    backend: Readonly<Record<string, string>> = {},
    provider: "paper" | "stand-in" = "paper",
  ): Promise<PaperMesh> {
    const { toolbox } = tools;
    const standIn = join(toolbox.standInPlugins, "pulumi-resource-kubernetes");
    const directory = await mkdtemp(join(tmpdir(), "isthmus-paper-"));
    const mesh = new PaperMesh(directory, await TestAuthority.create("paper"));
    await mkdir(join(directory, "state"));
    await mkdir(join(directory, "bin"));
    await symlink(join(repository, "node_modules"), join(directory, "node_modules"));
    await symlink(toolbox.charts, join(directory, "charts"));
    const project = parse(await readFile(join(repository, "Pulumi.yaml"), "utf8")) as object;
    await writeFile(
      join(directory, "Pulumi.yaml"),
      stringify({ ...project, main: "index.js", runtime: programRuntime }),
    );
    await writeFile(join(directory, "package.json"), "{}");
    await writeFile(join(directory, "index.js"), `module.exports = require("${programModule}");\n`);
    const plugin = join(directory, "bin", "pulumi-resource-kubernetes");
    if (provider === "stand-in") await symlink(standIn, plugin);
    else {
      await writeFile(plugin, `#!/bin/sh\nexec '${process.execPath}' '${await bundledProvider()}' '${standIn}' "$@"\n`);
      await chmod(plugin, 0o755);
    }
    mesh.saved = { ...process.env };
    Object.assign(process.env, {
      PATH: [join(directory, "bin"), tools.bin, process.env["PATH"]].join(delimiter),
      ...engineVariables(directory),
      [worldVariable]: join(directory, "world"),
      ...backend,
    });
    delete process.env["PULUMI_CONFIG_PASSPHRASE_FILE"];
    await linkInstalledPlugins(
      tools.plugins.filter(({ name }) => name !== "kubernetes"),
      join(directory, "home"),
    );
    return mesh;
  }

  /** Brings the state to what a configuration says. */
  async up(config: PaperConfig): Promise<void> {
    await up(await this.options(config));
  }

  /** What the engine tells of a preview of a configuration. */
  async preview(config: PaperConfig): Promise<RecordedPreview> {
    const events: EngineEvent[] = [];
    const options = { ...(await this.options(config)), onEvent: (event: EngineEvent) => void events.push(event) };
    try {
      await preview(options);
      return { events };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { events, failure: error };
    }
  }

  /** Runs the command line on a configuration. */
  async isthmus(config: PaperConfig, ...args: readonly string[]): Promise<CommandEnd> {
    await this.options(config);
    return this.command(...args);
  }

  /** Runs the command line on the stack's file as it is. */
  command(...args: readonly string[]): Promise<CommandEnd> {
    return new Promise((fulfil) => {
      // Not in one breath: the API servers are in this process.
      execFile(
        process.execPath,
        [commandLine, ...args, "--stack", "paper"],
        { cwd: this.directory },
        (error, stdout, stderr) => {
          fulfil({ code: error === null ? 0 : Number(error.code), stdout, stderr });
        },
      );
    });
  }

  /** Runs Pulumi's command line as the user does, and gives what it says. */
  pulumi(...args: readonly string[]): Promise<string> {
    return new Promise((fulfil, reject) => {
      execFile("pulumi", [...args, "--non-interactive"], { cwd: this.directory }, (error, stdout, stderr) => {
        if (error) reject(new Error(`pulumi ${args.join(" ")}: ${stderr}${stdout}`));
        else fulfil(stdout);
      });
    });
  }

  /** URL of the API server that a context leads to. */
  urlOf(context: string): string {
    const url = this.urls.get(context);
    if (url === undefined) throw new RangeError(`no context ${context}`);
    return url;
  }

  /** Lets a cluster answer no more. */
  async silence(cluster: string): Promise<void> {
    await this.servers.get(cluster)?.close();
  }

  /** Makes a cluster anew under its old name: all that was in it is gone, and its UID is another. */
  makeAnew(cluster: string): void {
    const server = this.servers.get(cluster);
    if (server === undefined) throw new RangeError(`no cluster ${cluster}`);
    this.world.clear(server.url);
    this.generations.set(cluster, (this.generations.get(cluster) ?? 1) + 1);
  }

  /** Gives a cluster's user another token, which the next kubeconfig has: the one before is not accepted any more. */
  renewToken(cluster: string): void {
    const server = this.servers.get(cluster);
    if (server === undefined) throw new RangeError(`no cluster ${cluster}`);
    this.world.renewToken(server.url);
  }

  /** Whether a cluster has the system namespace. */
  hasSystemNamespace(cluster: string): boolean {
    const { url } = this.servers.get(cluster) ?? {};
    return url !== undefined && this.world.find(url, "kubernetes:core/v1:Namespace", "istio-system") !== undefined;
  }

  /** Updates by Pulumi alone. @returns What it said; rejects with it when it fails. */
  async pulumiUp(): Promise<string> {
    const stack = await Stack.createOrSelect("paper", await LocalWorkspace.create({ workDir: this.directory }));
    return (await stack.up({ color: "never" })).stdout;
  }

  /** Loses the state, and with it what was known of the clusters: they stand as before. */
  async loseState(): Promise<void> {
    const workspace = await LocalWorkspace.create({ workDir: this.directory });
    await workspace.removeStack("paper", { force: true, preserveConfig: true });
  }

  /** Forgets what was done, for another mesh. */
  async reset(): Promise<void> {
    const workspace = await LocalWorkspace.create({ workDir: this.directory });
    // A preview of what was never brought up leaves no stack.
    const stacks = await workspace.listStacks();
    if (stacks.some(({ name }) => name === "paper")) await workspace.removeStack("paper", { force: true });
    await rm(join(this.directory, "Pulumi.paper.yaml"), { force: true });
    await Promise.all([...this.servers.values()].map((server) => server.close()));
    this.servers.clear();
    this.urls.clear();
  }

  /** The state, for changing it as if something had happened. */
  async edit(change: (resources: Record<string, unknown>[]) => void, name = "paper"): Promise<void> {
    const stack = await Stack.select(name, await LocalWorkspace.create({ workDir: this.directory }));
    const state = await stack.exportStack();
    change((state.deployment as { resources: Record<string, unknown>[] }).resources);
    await stack.importStack(state);
  }

  /** Removes every trace. */
  async dispose(): Promise<void> {
    process.env = this.saved;
    await Promise.all([...this.servers.values()].map((server) => server.close()));
    await rm(this.directory, { recursive: true, force: true });
  }

  /** The options of operations on a mesh of this configuration, which is written down for the program of a stack. */
  async options(config: PaperConfig, stack = "paper"): Promise<StackOptions> {
    const { urls } = this;
    const sites = Object.entries({ ...config.clusters, ...config.externalControlPlanes });
    for (const [name, { access }] of sites) {
      const { context = name } = access;
      urls.set(context, (await this.serverOf(context)).url);
    }
    const kubeconfig = kubeconfigOf(urls, this.authority, this.world);
    await writeFile(join(this.directory, "kubeconfig"), stringify(kubeconfig));
    const istio = { version: "1.31.1", charts: { directory: "charts" }, ...config.istio };
    const mesh: MeshConfig = { ...config, istio, kubeconfig: "kubeconfig" };
    const file = join(this.directory, `Pulumi.${stack}.yaml`);
    const content = parse(await readFile(file, "utf8").catch(() => "{}")) as object;
    await writeFile(file, stringify({ ...content, config: { "isthmus:mesh": mesh } }));
    return { projectDirectory: this.directory, stack, plan: planMesh(await readMesh(mesh, this.directory)) };
  }

  /** One server for a context and others that are called after it: `west` and `west/2` are one cluster. */
  private async serverOf(context: string): Promise<Listening> {
    const name = context.split("/", 1)[0] ?? context;
    const known = this.servers.get(name);
    if (known !== undefined) return known;
    const addresses = [`198.51.100.${String(this.servers.size + 1)}`];
    const { authority, faults, generations, world } = this;
    const server = await paperApiServer({
      authority,
      world,
      faults,
      addresses,
      get uid() {
        const generation = generations.get(name) ?? 1;
        return `uid-of-${name}${generation === 1 ? "" : `-${generation}`}`;
      },
    });
    this.servers.set(name, server);
    return server;
  }
}
