import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestBackend } from "../backends";
import { paperCluster, PaperMesh, type CommandEnd, type PaperConfig } from "../paper/mesh";
import type { PlacedObject } from "../paper/world";
import type { EngineTools } from "../tools";
import { commandLine } from "../../support/program";
import { externalName } from "./configuration";
import { contexts } from "./generator";
import { kill, processesOf, type RunProcess } from "./processes";

/** A run takes seconds; on a machine that builds something beside us, a minute. */
const endsWithinMs = 300_000;

/** Every cluster that a case may have. */
const everybody: PaperConfig = {
  id: "everybody",
  clusters: Object.fromEntries([...contexts, externalName].map((context) => [context, paperCluster(context)])),
};

/** A run of the command line that is under way. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandEnd>;
  readonly hasEnded: () => boolean;
}

/** What others have in the clusters: much like ours, and none of it bears our label. */
const othersObjects: readonly Pick<PlacedObject, "type" | "id" | "object">[] = [
  ["v1", "Namespace", "core", undefined, "team"],
  ["v1", "ConfigMap", "core", "team", "settings"],
  ["v1", "ConfigMap", "core", "team", "istio-ca-root-cert"],
  ["v1", "Secret", "core", "team", "cacerts"],
  ["v1", "Service", "core", "team", "istio-eastwestgateway"],
  ["rbac.authorization.k8s.io/v1", "ClusterRole", "rbac.authorization.k8s.io", undefined, "team-reader"],
].map(([apiVersion = "", kind = "", group = "", namespace, name = ""]) => ({
  type: `kubernetes:${group}/v1:${kind}`,
  id: namespace === undefined ? name : `${namespace}/${name}`,
  object: {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels: { team: "a" } },
  },
}));

/** A mesh on paper for one case: all its clusters are there from the beginning, with what others have in them. */
export class CaseMesh {
  /** All that the command line said. */
  readonly said: string[] = [];
  private readonly others: ReadonlyMap<string, string>;

  private constructor(
    readonly paper: PaperMesh,
    private readonly backend: TestBackend | undefined,
  ) {
    for (const context of Object.keys(everybody.clusters)) {
      for (const { type, id, object } of othersObjects) paper.world.add(paper.urlOf(context), type, id, object);
    }
    this.others = texts(paper.world.all());
  }

  /** @param backend Default: in files of its own. */
  static async create(tools: EngineTools, backend?: TestBackend): Promise<CaseMesh> {
    const paper = await PaperMesh.create(tools, backend?.variables);
    await mkdir(join(paper.directory, "tmp"));
    // What tsx has made of the sources is no secret, and takes seconds to make anew.
    const transformed = `tsx-${process.getuid?.() ?? ""}`;
    await symlink(join(tmpdir(), transformed), join(paper.directory, "tmp", transformed));
    await paper.options(everybody);
    return new CaseMesh(paper, backend);
  }

  /** What the API servers are called, by `host:port`. */
  get contexts(): ReadonlyMap<string, string> {
    return new Map(
      Object.keys(everybody.clusters).map((context) => [new URL(this.paper.urlOf(context)).host, context]),
    );
  }

  /** What the clusters have that is not others'. */
  ours(): PlacedObject[] {
    return this.paper.world.all().filter((placed) => !this.others.has(keyOf(placed)));
  }

  /** Which of the others' objects are not as they were, in words. */
  touched(): string[] {
    const now = texts(this.paper.world.all());
    return [...this.others].flatMap(([key, text]) => (now.get(key) === text ? [] : [key]));
  }

  /** Starts the command line in the mesh's project, in a process group of its own. */
  start(...args: readonly string[]): Running {
    const child = spawn(process.execPath, [commandLine, ...args, "--stack", "paper"], {
      cwd: this.paper.directory,
      env: { ...process.env, TMPDIR: join(this.paper.directory, "tmp") },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const [stdout, stderr]: string[][] = [[], []];
    let hasEnded = false;
    const hear = (data: Buffer, heard: string[] | undefined): void => {
      heard?.push(data.toString());
      // Only the service knows when an update that was killed counts as ended: when its lease is over.
      if (data.includes("counts as ended")) this.backend?.passTime?.(600);
    };
    // As words it is told on the one, as an event on the other.
    child.stdout.on("data", (data: Buffer) => hear(data, stdout));
    child.stderr.on("data", (data: Buffer) => hear(data, stderr));
    const timer = setTimeout(() => kill(this.processes().map(({ pid }) => pid)), endsWithinMs);
    const ended = once(child, "exit").then(([code]): CommandEnd => {
      clearTimeout(timer);
      hasEnded = true;
      const end = {
        code: typeof code === "number" ? code : -1,
        stdout: stdout?.join("") ?? "",
        stderr: stderr?.join("") ?? "",
      };
      this.said.push(`isthmus ${args.join(" ")}: ${end.code}\n${end.stdout}${end.stderr}`);
      return end;
    });
    return { child, ended, hasEnded: () => hasEnded };
  }

  /** Runs the command line to its end. */
  run(...args: readonly string[]): Promise<CommandEnd> {
    return this.start(...args).ended;
  }

  processes(): RunProcess[] {
    return processesOf(this.paper.directory);
  }

  /** Ends what is left of all runs, and removes every trace. */
  async dispose(): Promise<void> {
    this.paper.faults.release();
    kill(this.processes().map(({ pid }) => pid));
    await this.paper.dispose();
  }
}

function keyOf({ server, type, id }: PlacedObject): string {
  return `${server} ${type} ${id}`;
}

function texts(placed: readonly PlacedObject[]): Map<string, string> {
  return new Map(placed.map((one) => [keyOf(one), JSON.stringify(one.object)]));
}
