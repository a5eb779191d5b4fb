import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { labEnvironment } from "../../lab";
import type { DriftReport } from "../../operations/drift";
import { isthmus, repository, type Run } from "../support/isthmus";
import { killApiServer, kubectl, LabStack } from "./lab-stack";
import { describeInTurn } from "./turns";

const execute = promisify(execFile);
const stack = new LabStack("dev");
const system = ["-n", "istio-system"];

async function drift(...args: string[]): Promise<{ readonly run: Run; readonly report: DriftReport }> {
  const run = await isthmus("drift", "--stack", stack.name, "-o", "json", ...args);
  const document = JSON.parse(run.stdout) as DriftReport | { readonly error: { readonly message: string } };
  if ("error" in document) assert.fail(document.error.message);
  return { run, report: document };
}

/** Each finding in a line, sorted. */
const told = ({ findings }: DriftReport): string[] =>
  findings
    .map(({ cluster, kind, object, path }) =>
      [cluster, kind, object?.kind, object?.name, path].filter(Boolean).join(" "),
    )
    .sort();

async function patch(cluster: string, kind: string, name: string, ...operations: object[]): Promise<void> {
  await kubectl(cluster, ...system, "patch", kind, name, "--type=json", "-p", JSON.stringify(operations));
}

async function helm(...args: string[]): Promise<void> {
  const options = { env: { ...process.env, ...labEnvironment() }, cwd: repository };
  await execute("helm", ["--kube-context", "lab-east", ...system, ...args], options);
}

describeInTurn("drift", "drift on the lab", function () {
  this.timeout(10 * 60_000);

  before(async () => {
    await stack.labUp();
    await stack.up();
  });

  it("is none in a mesh that stands, nor when its pods have started anew", async () => {
    const clusters = ["east", "west"];
    await Promise.all(clusters.map((cluster) => kubectl(cluster, ...system, "delete", "pods", "--all")));
    const rollouts = clusters.flatMap((cluster) =>
      ["istiod", "istio-eastwestgateway"].map((name) =>
        kubectl(cluster, ...system, "rollout", "status", `deployment/${name}`, "--timeout=120s"),
      ),
    );
    await Promise.all(rollouts);
    const { report, run } = await drift();
    assert.deepEqual(told(report), [], run.stderr);
    assert.equal(run.code, 0);
    assert.deepEqual(
      report.clusters.map(({ cluster, status }) => `${cluster} ${status}`),
      ["east as-applied", "west as-applied"],
    );
    // Istio's definitions alone are more than a dozen.
    assert.ok(report.clusters.every(({ objects }) => objects > 30));
  });

  describe("that somebody made by hand", () => {
    const role = "east missing ClusterRole istio-reader-clusterrole-istio-system rules[0]";
    const differences = [
      "east changed HorizontalPodAutoscaler istiod spec.maxReplicas",
      "east extra Deployment istiod spec.template.spec.containers[discovery].env[BY_HAND]",
      "east extra Secret istio-remote-clusters data.north",
      "east extra Service istio-eastwestgateway spec.ports[9999/TCP]",
      role,
      "east missing ConfigMap istio-sidecar-injector",
      'east missing Namespace istio-system metadata.labels["topology.istio.io/network"]',
      "east missing Secret istio-remote-clusters data.west",
    ];
    const gone = "east missing Gateway cross-network-gateway";
    const upgraded = "east release Release istio-eastwestgateway values.env.BY_HAND";
    const foreign = "east foreign Secret theirs";
    let report: DriftReport;

    before(async () => {
      const add = { op: "add", path: "/data/north", value: "bm9ydGg=" };
      await patch("east", "secret", "istio-remote-clusters", { op: "remove", path: "/data/west" }, add);
      await kubectl("east", "label", "namespace", "istio-system", "topology.istio.io/network-");
      await kubectl("east", ...system, "set", "env", "deployment/istiod", "BY_HAND=hunter2");
      await patch("east", "clusterrole", "istio-reader-clusterrole-istio-system", { op: "remove", path: "/rules/0" });
      await patch("east", "hpa", "istiod", { op: "replace", path: "/spec/maxReplicas", value: 9 });
      const port = { name: "more", port: 9999, protocol: "TCP", targetPort: 9999 };
      await patch("east", "service", "istio-eastwestgateway", { op: "add", path: "/spec/ports/-", value: port });
      await kubectl("east", ...system, "delete", "gateways.networking.istio.io/cross-network-gateway");
      await kubectl("east", ...system, "delete", "configmap/istio-sidecar-injector");
      await kubectl("east", ...system, "create", "secret", "generic", "theirs", "--from-literal=far=away");
      await kubectl("east", ...system, "label", "secret", "theirs", "istio/multiCluster=true");
      await helm(
        "upgrade",
        "istio-eastwestgateway",
        ".lab/charts/gateway",
        "--reuse-values",
        "--set",
        "env.BY_HAND=on",
      );
    });

    // It would be another cluster that the istiod of later tests waits for.
    after(() => kubectl("east", ...system, "delete", "secret", "theirs", "--ignore-not-found"));

    it("is found, all of it and nothing else, beside a cluster that does not answer", async () => {
      await killApiServer("west");
      try {
        const { run, ...found } = await drift();
        report = found.report;
        assert.deepEqual(told(report), [...differences, gone, upgraded, foreign, "west unreachable"].sort());
        assert.equal(run.code, 1);
        assert.doesNotMatch(run.stdout + run.stderr, /hunter2|bm9ydGg|PRIVATE KEY|client-key|eyJ/);
      } finally {
        await stack.labUp();
      }
    });

    it("is put back by what the findings say: a rollback, a repair, an upgrade to the same, an update", async () => {
      const remedies = report.findings.map(({ remedy }) => remedy).join("\n");
      const [, name = "", revision = ""] = /helm rollback (\S+) (\d+)/.exec(remedies) ?? [];
      await helm("rollback", name, revision);
      const repaired = await drift("--repair", "--yes");
      assert.deepEqual(told(repaired.report), [foreign, gone, role].sort(), repaired.run.stderr);
      const given = repaired.report.findings.find(({ object }) => object?.kind === "ClusterRole");
      assert.match(given?.remedy ?? "", /helm upgrade istiod CHART .*--reuse-values/);
      await helm("upgrade", "istiod", ".lab/charts/istiod", "--reuse-values");
      const up = await isthmus("up", "--refresh", "--yes", "--stack", stack.name);
      assert.equal(up.code, 0, up.stderr);
      const { report: left, run } = await drift();
      assert.deepEqual(told(left), [foreign]);
      assert.equal(run.code, 0, "what is another's is a warning");
      await stack.settled();
    });
  });
});
