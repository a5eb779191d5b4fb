import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClusterAccess } from "../../../access";
import { precheck, type PrecheckOptions } from "../../../preflight";
import type { PrecheckFindings } from "../../../preflight/precheck";
import { formatProblem, type MeshConfig, type Problem } from "../../../topology";
import { planOf } from "../../support/plans";
import { TestAuthority, type Identity } from "../access/certificates";
import { accessTo, fakeApiServer, type Cluster, type Listening } from "../access/fake-api-server";

/** The token that every fake API server takes, and that no finding may show. */
export const token = "s3cr3t-t0ken";

/** A host that no resolver is asked for: its label is too long for DNS. */
export const unknownHost = `${"x".repeat(64)}.invalid`;

/** Where the context of the cluster `east` is written. */
export const context = "isthmus:mesh.clusters.east.access.context";

/** A mesh of primaries on one network, each by the context of its name. */
export function configOf(...names: readonly string[]): MeshConfig {
  return {
    id: "mesh1",
    istio: { version: "1.31.1", charts: { directory: "charts" } },
    clusters: Object.fromEntries(names.map((name) => [name, { network: "a", access: { context: name } }])),
  };
}

/** The one problem, as it is shown; addresses of this machine are called HOST. */
export function only(problems: Iterable<Problem>): string {
  const shown = [...problems].map(formatProblem);
  assert.equal(shown.length, 1, shown.join("\n"));
  return shown.join().replace(/127\.0\.0\.1:\d+/g, "HOST");
}

/** Why clusters do not answer; a test that asks this expects nothing else. */
export function silent({ problems, unreachable }: PrecheckFindings): Iterable<Problem> {
  assert.deepEqual(problems.map(formatProblem), []);
  return unreachable.values();
}

/** Asserts that all is well. */
export function assertNothing({ problems, unreachable, warnings }: PrecheckFindings): void {
  assert.deepEqual([...problems, ...unreachable.values(), ...warnings].map(formatProblem), []);
}

/** API servers of this machine, and a project with charts, for the tests of one `describe`. */
export class PrecheckBench {
  authority!: TestAuthority;
  /** Of a server at 127.0.0.1. */
  identity!: Identity;
  /** Directory of the project. */
  project = "";
  private readonly open: Listening[] = [];

  /** Registers what must be done before and after the tests. */
  constructor() {
    before(async () => {
      this.authority = await TestAuthority.create("ca");
      this.identity = await this.authority.issue(["127.0.0.1"]);
      this.project = await mkdtemp(join(tmpdir(), "isthmus-precheck-"));
      for (const chart of ["base", "istiod", "gateway"]) {
        await mkdir(join(this.project, "charts", chart), { recursive: true });
        await writeFile(join(this.project, "charts", chart, "Chart.yaml"), `name: ${chart}\n`);
      }
    });
    afterEach(async () => {
      await Promise.all(this.open.splice(0).map(({ close }) => close()));
    });
    after(() => rm(this.project, { recursive: true }));
  }

  /** What listens until the test ends. */
  async opened(listening: Promise<Listening>): Promise<Listening> {
    this.open.push(await listening);
    return listening;
  }

  /** Access to a server whose certificate the bench's authority signed, with the token that it takes. */
  access(
    name: string,
    url: string,
    user: Readonly<Record<string, unknown>> = { token },
    cluster: Readonly<Record<string, unknown>> = {},
  ): ClusterAccess {
    return accessTo(name, url, this.authority.certificate, user, cluster);
  }

  /** Starts a fake API server and gives access to it; other clusters reach it under a name. */
  async cluster(name: string, says: Partial<Cluster> = {}): Promise<ClusterAccess> {
    const { url } = await this.opened(fakeApiServer(this.identity, { token, uid: `uid-of-${name}`, ...says }));
    return { ...this.access(name, url), forOthers: { server: `https://${name}.example:6443` } };
  }

  /** The precheck of a mesh of those clusters, or of the mesh that is given. */
  async check(
    access: readonly ClusterAccess[],
    mesh = configOf(...access.map(({ name }) => name)),
    timeoutMs = 5000,
    options: Pick<PrecheckOptions, "knowledge" | "madeAnew" | "trust"> = {},
  ): Promise<PrecheckFindings> {
    const byName = new Map(access.map((cluster) => [cluster.name, cluster]));
    const findings = await precheck(planOf(mesh), byName, this.project, {
      timeoutMs,
      environment: { PATH: process.env["PATH"] ?? "" },
      ...options,
    });
    const shown = JSON.stringify([findings, [...findings.unreachable], [...findings.namespaces]]);
    assert.ok(!shown.includes(token), "a finding shows the token");
    return findings;
  }

  /** The precheck of a mesh of one cluster, `east`. */
  async checkEast(
    says: Partial<Cluster> = {},
    user: Readonly<Record<string, unknown>> = { token },
  ): Promise<PrecheckFindings> {
    const { url } = await this.opened(fakeApiServer(this.identity, { token, ...says }));
    return this.check([this.access("east", url, user)]);
  }
}
