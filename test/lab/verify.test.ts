import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { labEnvironment } from "../../lab";
import { reportByContexts, verifyByContexts } from "../../operations/deployment";
import type { MeshEvent } from "../../operations/events";
import type { MeshStatus } from "../../operations/status";
import { checks, type CheckResult, type VerifyReport } from "../../operations/verify";
import { isthmus, startIsthmus, type Run } from "../support/isthmus";

const execute = promisify(execFile);

async function kubectl(cluster: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, ...labEnvironment() };
  return (await execute("kubectl", ["--context", `lab-${cluster}`, ...args], { env })).stdout;
}

/** What of samples runs or would stay, in both clusters: pods, and namespaces that are not on their way out. */
async function samples(): Promise<string[]> {
  const selector = ["-l", "app.kubernetes.io/component=verify"];
  const namespaces = [
    "namespaces",
    ...selector,
    "-o",
    `jsonpath={range .items[?(@.status.phase=="Active")]}namespace/{.metadata.name}{"\\n"}{end}`,
  ];
  const pods = ["pods", "--all-namespaces", ...selector, "-o", "name"];
  const found = await Promise.all(
    ["east", "west"].flatMap((cluster) => [namespaces, pods].map((what) => kubectl(cluster, "get", ...what))),
  );
  return found.flatMap((names) => names.split("\n").filter((name) => name !== ""));
}

const statuses = (results: readonly CheckResult[]): string[] =>
  results.map(({ id, clusters, status }) => `${id} ${clusters.join(" ")} ${status}`).sort();

async function verify(...args: string[]): Promise<{ run: Run; report: VerifyReport }> {
  const run = await isthmus("verify", "-o", "json", ...args);
  const document = JSON.parse(run.stdout) as VerifyReport | { readonly error: { readonly message: string } };
  if ("error" in document) assert.fail(document.error.message);
  return { run, report: document };
}

describe("the mesh on the lab", function () {
  this.timeout(10 * 60_000);

  before(async () => {
    const lab = await isthmus("lab", "up");
    assert.equal(lab.code, 0, lab.stderr);
    const bare = await isthmus("destroy", "--yes");
    // On a lab that was just made there is no such stack, and nothing to remove.
    if (bare.code !== 0) assert.match(bare.stderr, /found none of that name in this backend/);
  });

  describe("isthmus up", () => {
    it("goes on after it was killed, whenever that was", async () => {
      // The root's key; the namespaces and charts; the gateways.
      for (const moment of [/created|creating/, /istiod {2}creat/, /gateway/]) {
        const killed = startIsthmus("up", "--yes");
        await killed.said(moment);
        await killAll(killed.child.pid ?? 0);
        await killed.finished;
      }
      const up = await isthmus("up", "--yes", "-o", "json");
      assert.equal(up.code, 0, up.stderr);
      const { outputs } = JSON.parse(up.stdout) as { outputs: { clusters: object } };
      assert.deepEqual(Object.keys(outputs.clusters).sort(), ["east", "west"]);
    });

    it("has nothing to change a second time", async () => {
      const { code, stdout } = await isthmus("preview", "-o", "json");
      assert.equal(code, 0);
      const { changes } = JSON.parse(stdout) as { changes: Record<string, number> };
      assert.deepEqual(Object.keys(changes), ["same"]);
    });
  });

  describe("isthmus status", () => {
    it("says that everything is in order, and what stands where", async () => {
      const began = performance.now();
      const { code, stderr, stdout } = await isthmus("status", "-o", "json");
      process.stdout.write(`      isthmus status took ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
      assert.equal(code, 0, stderr);
      const { clusters, mesh } = JSON.parse(stdout) as MeshStatus;
      assert.equal(mesh, "mesh1");
      assert.deepEqual(
        clusters.map(({ cluster, eastWestGateway, istiods, mesh: named, readerToken, reads, status, troubles }) => ({
          cluster,
          status,
          troubles,
          named,
          istiods,
          reads,
          addresses: eastWestGateway?.addresses.length,
          isReady: eastWestGateway?.isReady,
          token: readerToken?.name,
        })),
        [
          ["east", "west"],
          ["west", "east"],
        ].map(([cluster, other]) => ({
          cluster,
          status: "in-order",
          troubles: [],
          named: "mesh1",
          istiods: [{ name: "istiod", version: "lab", replicas: 1, available: 1 }],
          reads: [{ cluster: other, isSynced: true }],
          addresses: 1,
          isReady: true,
          token: "first",
        })),
      );
    });
  });

  describe("isthmus verify", () => {
    it("passes every check in every cluster and between all of them, and leaves nothing", async () => {
      const { run, report } = await verify("--calls-for", "3s");
      assert.equal(run.code, 0, run.stderr);
      const each = ["east", "west"];
      const expected = checks.flatMap(({ id }) => {
        // Neither istiod serves another cluster, no token has an age that it may not pass, no service is global, and none stays
        // in its cluster.
        if (["exposed-istiod-ready", "reader-token-age", "global-service-answered"].includes(id)) return [];
        if (id === "services-cluster-local") return [];
        if (["shared-root", "services-alike", "known-faults"].includes(id)) return [`${id} east west pass`];
        if (id !== "helloworld-reached") return each.map((cluster) => `${id} ${cluster} pass`);
        return each.flatMap((from) => each.map((to) => `${id} ${from} ${to} pass`));
      });
      assert.deepEqual(statuses(report.checks), expected.sort());
      assert.deepEqual(report.summary, { pass: expected.length, warn: 0, fail: 0, skip: 0 });
      assert.deepEqual(
        report.calls?.map(({ calls, from, to }) => [from, to, calls > 0]),
        each.flatMap((from) => each.map((to) => [from, to, true])),
      );
      for (const { message } of report.checks.filter(({ id }) => id === "calls-answered")) {
        assert.match(message, /^all \d\d calls answered in [345] s; east \d+ .*; west \d+ /);
      }
      assert.deepEqual(await samples(), []);
    });

    it("passes by the contexts alone, as in a mesh that somebody else has built, and says what it cannot judge", async () => {
      const environment = { ...process.env, ...labEnvironment() };
      const told: string[] = [];
      const options = {
        environment,
        clientImage: "lab.local/curl:lab",
        onEvent: (event: MeshEvent) => told.push(event.type === "notice" ? event.message : event.type),
      };
      const contexts = ["lab-east", "lab-west"];
      const report = await verifyByContexts(contexts, options);
      assert.deepEqual(
        report.checks.filter(({ status }) => status !== "pass"),
        [],
      );
      const reached = report.checks.filter(({ id }) => id === "helloworld-reached");
      assert.deepEqual(
        reached.map(({ clusters }) => clusters.join(" ")),
        ["east east", "east west", "west east", "west west"],
      );
      assert.deepEqual(
        report.leftOut?.map(({ id }) => id),
        checks.filter(({ needsFile }) => needsFile !== undefined).map(({ id }) => id),
      );
      assert.ok(told.includes("lab-east: read") && told.includes("check-ended"), told.join(", "));
      assert.deepEqual(await samples(), []);

      const { calls, doctor, mesh } = await reportByContexts(contexts, { ...options, effects: "none" });
      assert.deepEqual([mesh, doctor.causes], ["mesh1", []]);
      assert.deepEqual(
        calls.map(({ outcome }) => outcome),
        reached.map(() => "not-called"),
      );
      assert.deepEqual(await samples(), []);
    });

    it("removes its sample on Ctrl-C, and says that it was interrupted", async () => {
      const running = startIsthmus("verify");
      await running.said(/sample-ready/);
      running.child.kill("SIGINT");
      assert.equal((await running.finished).code, 130);
      assert.deepEqual(await samples(), []);
    });

    it("removes what a killed run left behind", async () => {
      const running = startIsthmus("verify");
      await running.said(/sample-ready/);
      running.child.kill("SIGKILL");
      await running.finished;
      const left = (await samples()).filter((name) => name.startsWith("namespace/"));
      assert.equal(left.length, 2);
      const { run } = await verify();
      assert.equal(run.code, 0, run.stderr);
      for (const name of left) assert.match(run.stderr, new RegExp(`removed ${name.replace("namespace/", "")}`));
      await untilGone();
    });

    it("fails when a client's image cannot be had, names it, and still tries the rest", async () => {
      const { run, report } = await verify("--client-image", "lab.local/no-such-image:lab");
      assert.equal(run.code, 1);
      const sampleReady = report.checks.filter(({ id }) => id === "sample-ready");
      assert.deepEqual(statuses(sampleReady), ["sample-ready east fail", "sample-ready west fail"]);
      for (const { message, hint } of sampleReady) {
        assert.match(message, /lab\.local\/no-such-image:lab/);
        assert.match(hint, /docs\/checks\.md#sample-ready/);
      }
      const dependent = report.checks.filter(({ id }) => ["workload-chain", "helloworld-reached"].includes(id));
      assert.deepEqual([...new Set(dependent.map(({ status }) => status))], ["skip"]);
      assert.deepEqual(await samples(), []);
    });

    it("finds a remote secret that is gone, and only what suffers from it", async () => {
      const namespace = ["-n", "istio-system"];
      const secret = ["secret", "-l", "istio/multiCluster=true"];
      const saved = await kubectl("east", ...namespace, "get", ...secret, "-o", "json");
      await kubectl("east", ...namespace, "delete", ...secret);
      try {
        const { run, report } = await verify();
        assert.equal(run.code, 1);
        assert.deepEqual(
          statuses(report.checks).filter((line) => !line.endsWith(" pass")),
          [
            "helloworld-reached east west fail",
            "known-faults east west fail",
            "remote-clusters-synced east fail",
            "remote-secret-accepted east fail",
          ],
        );
        const cause = report.checks.find(({ id }) => id === "known-faults");
        assert.match(cause?.message ?? "", /^east, west: an istiod is given no kubeconfig of a cluster: [^;]*$/);
        assert.match(report.checks.find(({ status }) => status === "fail")?.message ?? "", /west is unknown to it/);
      } finally {
        await applyJson("east", saved);
      }
    });

    it("finds a revoked token, a wrong network and a policy that denies all at once, and does not call in vain", async () => {
      const system = ["-n", "istio-system"];
      const label = ["label", "namespace", "istio-system", "--overwrite"];
      const metadata = { name: "deny-all", namespace: "istio-system" };
      const policy = { apiVersion: "security.istio.io/v1", kind: "AuthorizationPolicy", metadata, spec: {} };
      await Promise.all([
        kubectl("west", ...system, "delete", "secret", "istio-reader-service-account-isthmus"),
        kubectl("west", ...label, "topology.istio.io/network=east"),
        applyJson("east", JSON.stringify(policy)),
      ]);
      try {
        await untilRefused();
        const { report } = await verify("--read-only");
        assert.deepEqual(
          statuses(report.checks).filter((line) => !line.endsWith(" pass")),
          [
            "calls-allowed east warn",
            "known-faults east west fail",
            "network-labelled west fail",
            "remote-secret-accepted east fail",
          ],
        );
        const messages = Object.fromEntries(
          report.checks.map(({ id, clusters, message }) => [`${id} ${clusters.join(" ")}`, message]),
        );
        assert.equal(messages["remote-secret-accepted east"], "west: it does not accept the token");
        assert.match(messages["calls-allowed east"] ?? "", /^authorizationpolicy\/deny-all allows nothing/);
        assert.match(messages["network-labelled west"] ?? "", /is to say west, and says east$/);
      } finally {
        await kubectl("east", ...system, "delete", "authorizationpolicies.security.istio.io", metadata.name);
        const mended = await isthmus("up", "--yes", "--refresh");
        assert.equal(mended.code, 0, mended.stderr);
      }
      const only = "calls-allowed,known-faults,network-labelled,remote-secret-accepted";
      const { run } = await verify("--only", only);
      assert.equal(run.code, 0, run.stdout);
    });
  });

  describe("isthmus verify of a mesh that denies by default", () => {
    const policy = {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: "deny-all", namespace: "istio-system" },
      spec: {},
    };
    const each = ["east", "west"];

    before(async () => {
      await Promise.all(each.map((cluster) => applyJson(cluster, JSON.stringify(policy))));
    });

    after(async () => {
      const named = ["authorizationpolicies.security.istio.io", policy.metadata.name];
      await Promise.all(each.map((cluster) => kubectl(cluster, "-n", policy.metadata.namespace, "delete", ...named)));
    });

    it("judges the calls all the same, by a policy of the sample's own, and leaves none", async () => {
      const { report } = await verify("--skip", "known-faults");
      assert.deepEqual(
        statuses(report.checks).filter((line) => !line.endsWith(" pass")),
        ["calls-allowed east warn", "calls-allowed west warn"],
      );
      assert.equal(report.checks.filter(({ id }) => id === "helloworld-reached").length, 4);
      assert.deepEqual(await samples(), []);
    });
  });

  describe("isthmus destroy", () => {
    it("goes on after it was killed", async () => {
      const killed = startIsthmus("destroy", "--yes");
      await killed.said(/istiod {2}deleted/);
      await killAll(killed.child.pid ?? 0);
      await killed.finished;
      const again = await isthmus("destroy", "--yes");
      assert.equal(again.code, 0, again.stderr);
    });

    it("leaves nothing of the mesh but Istio's definitions, which go on request", async () => {
      const first = await isthmus("destroy", "--yes", "-o", "json");
      assert.equal(first.code, 0, first.stderr);
      for (const cluster of ["east", "west"]) {
        const names = [
          "namespaces",
          "clusterroles",
          "clusterrolebindings",
          "mutatingwebhookconfigurations",
          "validatingwebhookconfigurations",
        ];
        const left = await kubectl(cluster, "get", names.join(","), "-o", "name");
        assert.deepEqual(
          left.split("\n").filter((name) => name.includes("istio")),
          [],
        );
        assert.equal(await kubectl(cluster, "get", "configmaps", "-A", "-l", "istio.io/config=true", "-o", "name"), "");
        assert.match(await kubectl(cluster, "get", "crds", "-o", "name"), /gateways\.networking\.istio\.io/);
      }
      const second = await isthmus("destroy", "--yes", "--crds", "-o", "json");
      assert.equal(second.code, 0, second.stderr);
      await untilNoDefinitions();
    });
  });
});

/** An API server remembers for ten seconds that it accepted a token (k8s.io/apiserver, authentication token cache). */
async function untilRefused(): Promise<void> {
  const deadline = performance.now() + 30_000;
  while ((await verify("--only", "remote-secret-accepted", "--wait", "0s")).run.code === 0) {
    assert.ok(performance.now() < deadline, "a revoked token is to be refused");
  }
}

async function untilGone(): Promise<void> {
  while ((await samples()).length > 0) await delay(500);
}

async function untilNoDefinitions(): Promise<void> {
  for (const cluster of ["east", "west"]) {
    while ((await kubectl(cluster, "get", "crds", "-o", "name")).includes("istio.io")) await delay(500);
  }
}

/** Ends a process and all that it has started, in whatever group, as a power cut would. */
async function killAll(pid: number): Promise<void> {
  const { stdout } = await execute("ps", ["-eo", "pid=,ppid="]);
  const children = new Map<number, number[]>();
  for (const line of stdout.trim().split("\n")) {
    const [child = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const tree = (root: number): number[] => [root, ...(children.get(root) ?? []).flatMap(tree)];
  for (const one of tree(pid)) {
    try {
      process.kill(one, "SIGKILL");
    } catch (error) {
      // It has ended meanwhile.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

async function applyJson(cluster: string, json: string): Promise<void> {
  const env = { ...process.env, ...labEnvironment() };
  const running = execute("kubectl", ["--context", `lab-${cluster}`, "apply", "-f", "-"], { env });
  running.child.stdin?.end(json);
  await running;
}
