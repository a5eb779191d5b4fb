import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { labEnvironment } from "../../lab";
import type { MeshConfig } from "../../topology";
import { isthmus, repository, type Run } from "../support/isthmus";

const execute = promisify(execFile);

/** What `isthmus up -o json` says. */
export interface UpDocument {
  readonly changes: Readonly<Record<string, number>>;
  readonly outputs: {
    readonly mesh: { readonly id: string; readonly trustDomain: string };
    readonly clusters: Readonly<Record<string, ClusterDocument>>;
    readonly controlPlanes: Readonly<
      Record<string, { readonly kind: string; readonly serves: readonly string[]; readonly address?: string }>
    >;
  };
}

interface ClusterDocument {
  readonly model: string;
  readonly network: string;
  readonly controlPlane: string;
  readonly eastWest?: { readonly addresses: readonly string[]; readonly port: number };
}

interface VerifyDocument {
  readonly checks: readonly {
    readonly id: string;
    readonly clusters: readonly string[];
    readonly status: string;
    readonly message: string;
  }[];
}

/** How long after an API server is back something may not know of it yet. */
const outageIsFeltAtMostMs = 90_000;

/** A stack on the lab, worked by the command line as a user works it. */
export class LabStack {
  constructor(readonly name: string) {}

  /** Starts the lab's clusters that the stack names; others go. */
  async labUp(): Promise<void> {
    const run = await isthmus("lab", "up", "--stack", this.name);
    assert.equal(run.code, 0, run.stderr);
  }

  /** Brings the mesh up, which must work. */
  async up(): Promise<UpDocument> {
    const run = await this.tryUp();
    assert.equal(run.code, 0, run.stderr);
    return JSON.parse(run.stdout) as UpDocument;
  }

  /** Brings the mesh up, whatever comes of it. */
  tryUp(): Promise<Run> {
    return isthmus("up", "--yes", "--stack", this.name, "-o", "json");
  }

  /** The next preview has nothing to change. */
  async settled(): Promise<void> {
    const run = await isthmus("preview", "--stack", this.name, "-o", "json");
    assert.equal(run.code, 0, run.stderr);
    const { changes } = JSON.parse(run.stdout) as UpDocument;
    assert.deepEqual(Object.keys(changes), ["same"], run.stderr);
  }

  /**
   * As {@link verified}, after an API server was away. Whoever watches one, CoreDNS and the istiods of other clusters among
   * them, looks for it ever more rarely meanwhile: the last of client-go's pauses may take a minute (30 s, and as much again
   * by chance: k8s.io/client-go, tools/cache, NewReflector), of which 46 s were seen.
   */
  async verifiedAfterOutage(): Promise<string[]> {
    const deadline = performance.now() + outageIsFeltAtMostMs;
    for (;;) {
      try {
        return await this.verified();
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
    }
  }

  /** All checks pass. @returns The pairs of clusters between which calls were answered, as `from to`, sorted. */
  async verified(): Promise<string[]> {
    const run = await isthmus("verify", "--stack", this.name, "-o", "json");
    const { checks } = JSON.parse(run.stdout) as VerifyDocument;
    assert.deepEqual(
      checks.filter(({ status }) => status !== "pass"),
      [],
    );
    return checks
      .filter(({ id }) => id === "helloworld-reached")
      .map(({ clusters }) => clusters.join(" "))
      .sort();
  }

  /** Takes the mesh down, which must work. */
  async destroy(): Promise<void> {
    const run = await isthmus("destroy", "--yes", "--stack", this.name);
    assert.equal(run.code, 0, run.stderr);
  }
}

/** A stack whose file is written by a test: the development stack's settings with another mesh. */
export class WrittenStack extends LabStack {
  private readonly file: string;

  constructor(name: string) {
    super(name);
    this.file = join(repository, `Pulumi.${name}.yaml`);
  }

  /** Writes the file: the development stack's, with these parts of the mesh in place of its own. */
  write(mesh: Partial<MeshConfig>): void {
    const stack = parse(readFileSync(join(repository, "Pulumi.dev.yaml"), "utf8")) as {
      config: { "isthmus:mesh": MeshConfig };
    };
    const config = { "isthmus:mesh": { ...stack.config["isthmus:mesh"], ...mesh } };
    writeFileSync(this.file, stringify({ ...stack, config }));
  }

  /** What the file says by now. */
  read(): string {
    return readFileSync(this.file, "utf8");
  }

  /** Removes the file. */
  remove(): void {
    rmSync(this.file, { force: true });
  }
}

/** Removes the lab, and with it whatever an earlier test left in its clusters. */
export async function labDown(): Promise<void> {
  const run = await isthmus("lab", "down");
  assert.equal(run.code, 0, run.stderr);
}

/** Runs kubectl against a cluster of the lab. */
export async function kubectl(cluster: string, ...args: string[]): Promise<string> {
  const options = { env: { ...process.env, ...labEnvironment() }, maxBuffer: 2 ** 26 };
  return (await execute("kubectl", ["--context", `lab-${cluster}`, ...args], options)).stdout;
}

/** Applies objects to a cluster of the lab. */
export async function applyAll(cluster: string, items: readonly object[]): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "isthmus-objects-"));
  try {
    const file = join(directory, "objects.json");
    writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    await kubectl(cluster, "apply", "-f", file);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Names of what Istio or Isthmus left in a cluster, Istio's definitions aside. */
export async function leftIn(cluster: string): Promise<string[]> {
  const kinds =
    "namespaces,mutatingwebhookconfigurations,validatingwebhookconfigurations,clusterroles,clusterrolebindings";
  const names = (await kubectl(cluster, "get", kinds, "-o", "name")).split("\n");
  return names.filter((name) => /istio|isthmus/.test(name));
}

/** Keys of the Secret by which a cluster's istiod reads others. */
export async function readBy(cluster: string): Promise<string[]> {
  const secret = JSON.parse(
    await kubectl(cluster, "-n", "istio-system", "get", "secret", "istio-remote-clusters", "-o", "json"),
  ) as { readonly data: Readonly<Record<string, string>> };
  return Object.keys(secret.data).sort();
}

/** Kills a cluster's API server, as a machine that breaks would; `labUp` starts it again. */
export async function killApiServer(cluster: string): Promise<void> {
  const killed: number[] = [];
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const command = await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "");
    const [program = ""] = command.split("\0");
    if (!program.endsWith("/kube-apiserver") || !command.includes(`/clusters/${cluster}/`)) continue;
    process.kill(Number(entry), "SIGKILL");
    killed.push(Number(entry));
  }
  assert.equal(killed.length, 1, `one API server of ${cluster}`);
}

/** All ordered pairs, a cluster with itself included, as {@link LabStack.verified} gives them. */
export function allPairs(clusters: readonly string[]): string[] {
  return clusters.flatMap((from) => clusters.map((to) => `${from} ${to}`)).sort();
}
