import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findDrift } from "../../../operations/drift";
import { isInOrder, MeshDeployment } from "../../../operations/deployment";
import type { VerifyReport } from "../../../operations/verify";
import { ConfigurationError, type MeshConfig } from "../../../topology";
import { planOf, twoPrimaries } from "../../support/plans";

/** A kubeconfig with the contexts that are named; where they lead nobody listens. */
const kubeconfig = (...names: readonly string[]): string =>
  JSON.stringify({
    contexts: names.map((name) => ({ name, context: { cluster: name, user: "me" } })),
    clusters: names.map((name) => ({ name, cluster: { server: "https://127.0.0.1:1" } })),
    users: [{ name: "me", user: { token: "of no worth" } }],
  });

const configuration: MeshConfig = {
  ...twoPrimaries,
  kubeconfig: "kubeconfig",
  clusters: {
    east: { network: "east", access: { context: "east" }, apiServer: { url: "https://east.example.org" } },
    west: { network: "west", access: { context: "west" }, apiServer: { url: "https://west.example.org" } },
  },
};

const missing =
  'isthmus:mesh.clusters.west.access.context: expected a context of kubeconfig, found "west", which is not there';

describe("clusters that are not reached", function () {
  this.timeout(20_000);
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-unreached-"));
  });
  after(() => rm(directory, { recursive: true }));

  async function verified(said: string[], ...contexts: readonly string[]): Promise<VerifyReport> {
    await writeFile(join(directory, "kubeconfig"), kubeconfig(...contexts));
    const mesh = await MeshDeployment.open({ configuration, directory, stack: "dev" });
    return mesh.verify({
      onEvent: (event) => {
        if (event.type === "notice") said.push(event.message);
      },
    });
  }

  it("are one failure of verify each, in the words of the checks before an update, and all else is skipped for that", async () => {
    const said: string[] = [];
    const { checks, summary } = await verified(said, "east");
    const failed = checks.filter(({ status }) => status === "fail");
    assert.deepEqual(
      failed.map(({ id, clusters, message }) => `${id} ${clusters.join()} ${message}`),
      [
        "cluster-reachable east expected an answer from 127.0.0.1:1, found a refused connection (ECONNREFUSED)",
        `cluster-reachable west ${missing}`,
      ],
    );
    assert.match(
      failed[0]?.hint ?? "",
      /^Start the server, or mend the address and port\. See docs\/checks\.md#cluster-reachable\.$/,
    );
    assert.match(failed[1]?.hint ?? "", /It has "east"\. See /);
    assert.deepEqual([summary.fail, summary.warn, summary.pass], [2, 0, 0]);
    const reasons = new Set(checks.filter(({ status }) => status === "skip").map(({ message }) => message));
    assert.deepEqual([...reasons].sort(), [
      "not checked, because cluster-reachable (east) did not pass",
      "not checked, because cluster-reachable (west) did not pass",
    ]);
    assert.deepEqual(said, ["removing the sample"]);
  });

  it("are a mistake in the configuration where no kubeconfig has any of them", async () => {
    await assert.rejects(verified([], "north"), (error: unknown) => {
      assert.ok(error instanceof ConfigurationError);
      assert.equal(error.problems.length, 2);
      return true;
    });
  });

  it("are silent to status each, with the reason and what to do", async () => {
    await writeFile(join(directory, "kubeconfig"), kubeconfig("east"));
    const mesh = await MeshDeployment.open({ configuration, directory, stack: "dev" });
    const events: string[] = [];
    const report = await mesh.status({ onEvent: (event) => void events.push(event.type) });
    assert.deepEqual(
      report.clusters.map(({ cluster, status, troubles }) => [cluster, status, troubles]),
      [
        [
          "east",
          "silent",
          [
            "expected an answer from 127.0.0.1:1, found a refused connection (ECONNREFUSED). Start the server, or mend the address and port.",
          ],
        ],
        ["west", "silent", [`${missing}. Name one that is there, or another file as kubeconfig. It has "east".`]],
      ],
    );
    assert.equal(isInOrder(report), false);
    assert.deepEqual(events, ["operation-started", "notice", "notice", "operation-ended"]);
  });

  it("are one finding of drift each", async () => {
    const problem = {
      path: "isthmus:mesh.clusters.west.access",
      expected: "a kubeconfig",
      found: "none",
      fix: "Make it.",
    };
    const { clusters } = await findDrift({
      stack: "dev",
      plan: planOf(twoPrimaries),
      states: [],
      access: new Map([["east", { kubeconfig: kubeconfig("east") }]]),
      unresolved: new Map([["west", problem]]),
    });
    assert.deepEqual(
      clusters.map(({ cluster, status }) => `${cluster} ${status}`),
      ["east unreachable", "west unreachable"],
    );
  });
});
