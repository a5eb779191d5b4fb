import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { ClusterAccess } from "../../../../access";
import { checkMesh, checkTitles, type CheckQuery } from "../../../../operations/check";
import { MeshDeployment } from "../../../../operations/deployment";
import type { VerifyReport } from "../../../../operations/verify";
import type { MeshConfig } from "../../../../topology";
import { planOf } from "../../../support/plans";
import { configOf, PrecheckBench, token } from "../../preflight/precheck-support";

const names = ["east", "west"];
const { clusters, ...others } = configOf(...names);

/** A mesh of two clusters that reach each other at addresses of their own. */
const config: MeshConfig = {
  ...others,
  clusters: Object.fromEntries(
    Object.entries(clusters).map(([name, cluster]) => [
      name,
      { ...cluster, apiServer: { url: `https://${name}.example:6443` } },
    ]),
  ),
};

/** Rows of each status, as `id cluster…`. */
const having = ({ checks }: VerifyReport, status: string): string[] =>
  checks.filter((one) => one.status === status).map((one) => [one.id, ...one.clusters].join(" "));

describe("isthmus check", () => {
  const bench = new PrecheckBench();

  async function check(
    access: readonly ClusterAccess[],
    mesh: MeshConfig = config,
    query: Partial<CheckQuery> = {},
  ): Promise<VerifyReport> {
    const files = await Promise.all(
      access.map(async ({ kubeconfig, name }) => {
        const file = join(bench.project, `kubeconfig-${name}`);
        await writeFile(file, kubeconfig);
        return file;
      }),
    );
    const report = await checkMesh({
      plan: planOf(mesh),
      projectDirectory: bench.project,
      environment: { PATH: process.env["PATH"] ?? "", KUBECONFIG: files.join(delimiter) },
      ...query,
    });
    assert.ok(!JSON.stringify(report).includes(token), "a result shows the token");
    return report;
  }

  it("has a row for each thing in each cluster, all of which hold where a mesh can be installed", async () => {
    const report = await check([await bench.cluster("east"), await bench.cluster("west")]);
    assert.deepEqual(having(report, "fail"), []);
    assert.deepEqual(having(report, "skip"), []);
    assert.deepEqual(having(report, "warn"), []);
    const ofClusters = [...checkTitles.keys()].filter((id) => having(report, "pass").includes(`${id} west`));
    assert.ok(ofClusters.length >= 8, ofClusters.join());
    assert.deepEqual(
      [...new Set([...report.checks, ...(report.leftOut ?? [])].map(({ id }) => id))].toSorted(),
      [...checkTitles.keys()].filter((id) => id !== "gateway-addressed").toSorted(),
      "on one network nobody calls through a gateway",
    );
  });

  it("says what is in the way by the row that it belongs to, with what to do", async () => {
    const report = await check([
      await bench.cluster("east", { allows: () => false }),
      await bench.cluster("west", { uid: "uid-of-east", gitVersion: "v1.20.0" }),
    ]);
    assert.deepEqual(having(report, "fail"), ["user-permitted east", "clusters-apart east west"]);
    assert.deepEqual(having(report, "warn"), ["kubernetes-supported west"]);
    const [first] = report.checks.filter(({ status }) => status === "fail");
    assert.match(
      first?.message ?? "",
      /^isthmus:mesh\.clusters\.east\.access\.context: expected a user who may install/,
    );
    assert.match(first?.hint ?? "", /^Give the user these rights/);
  });

  it("looks at nothing else in a cluster that does not answer, or lets nobody in", async () => {
    const silent = bench.access("west", "https://127.0.0.1:9");
    const report = await check([await bench.cluster("east"), silent]);
    assert.deepEqual(having(report, "fail"), ["cluster-reachable west"]);
    assert.ok(having(report, "skip").every((row) => row.endsWith(" west")));
    assert.ok(having(report, "pass").includes("place-free east"));
    assert.ok(having(report, "pass").includes("mesh-itself east"), "what is compared are those that answer");
    const [skipped] = report.checks.filter(({ status }) => status === "skip");
    assert.equal(skipped?.message, "not checked, because cluster-reachable (west) did not pass");

    const skipping = {
      ...config,
      clusters: { ...config.clusters, west: { ...config.clusters["west"], ifUnreachable: "skip" } },
    };
    assert.deepEqual(having(await check([await bench.cluster("east"), silent], skipping as MeshConfig), "warn"), [
      "cluster-reachable west",
    ]);

    const turnedAway = await check([await bench.cluster("east"), await bench.cluster("west", { token: "another" })]);
    assert.deepEqual(having(turnedAway, "fail"), ["user-admitted west"]);
  });

  it("holds nothing for true of which no cluster tells", async () => {
    const report = await check([]);
    assert.deepEqual(having(report, "fail"), ["kubeconfig-found east", "kubeconfig-found west"]);
    assert.ok(having(report, "skip").includes("mesh-itself east west"));
    assert.ok(having(report, "skip").includes("clocks-agree east west"));
  });

  it("opens no stack for a kubeconfig, and takes one that a program has in hand", async () => {
    const east = await bench.cluster("east");
    const west = await bench.cluster("west");
    const inSecret: MeshConfig = {
      ...config,
      clusters: {
        ...config.clusters,
        west: { ...config.clusters["west"], network: "a", access: { kubeconfigSecret: "west" } },
      },
    };
    const report = await check([east], inSecret);
    assert.deepEqual(having(report, "fail"), []);
    const skipped = report.checks.filter(({ status }) => status === "skip");
    assert.ok(skipped.length > 0);
    for (const { message } of skipped) {
      assert.equal(message, "not looked at: it stands in a stack, which is not opened for this");
    }
    const inHand = await check([east], inSecret, { secrets: { west: west.kubeconfig } });
    assert.deepEqual([having(inHand, "fail"), having(inHand, "skip")], [[], []]);
  });

  it("asks neither Pulumi nor a backend, also for secrets that the embedding program gives", async () => {
    const east = await bench.cluster("east");
    const mesh = await MeshDeployment.open({
      configuration: { ...config, clusters: { east: { network: "a", access: { kubeconfigSecret: "east" } } } },
      directory: bench.project,
      stack: "nowhere",
      secrets: { east: east.kubeconfig },
      variables: { PATH: "", PULUMI_BACKEND_URL: "file:///nowhere" },
    });
    const events: string[] = [];
    const report = await mesh.check({ onEvent: ({ type }) => events.push(type) });
    assert.deepEqual([having(report, "fail"), having(report, "skip")], [[], []]);
    assert.ok(having(report, "pass").includes("place-free east"));
    assert.deepEqual(events, ["operation-started", "operation-ended"]);
  });

  it("says what shows from inside the clusters alone, as far as the mesh has any of it", async () => {
    const left = async (mesh: MeshConfig): Promise<string[]> => {
      const access = await Promise.all(Object.keys(mesh.clusters).map((name) => bench.cluster(name)));
      return (await check(access, mesh)).leftOut?.map(({ id }) => id) ?? [];
    };
    assert.deepEqual(await left(config), ["names-resolved", "api-server-reached"]);
    const [east = "", west = ""] = names;
    const apart = { ...config.clusters[west], network: "another" } as MeshConfig["clusters"][string];
    const networks = { ...config, clusters: { ...config.clusters, [west]: apart } };
    assert.deepEqual(await left(networks), ["names-resolved", "api-server-reached", "gateway-addressed"]);
    const alone = { ...config, clusters: { [east]: config.clusters[east] } } as MeshConfig;
    assert.deepEqual(await left(alone), []);
  });

  it("has every row in docs/check.md, with its words, in its order", () => {
    const page = readFileSync(join(__dirname, "../../../../docs/check.md"), "utf8");
    const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (.*?) +\|/gm)].map(([, id = "", title = ""]) => [id, title]);
    assert.deepEqual(rows, [...checkTitles]);
  });
});
