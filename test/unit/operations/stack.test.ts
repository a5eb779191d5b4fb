import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { defaultsFor, runsOnLab, stackEnvironment } from "../../../operations/stack/environment";
import { clustersOf } from "../../../operations/stack/concerned-clusters";
import { leftLock, lockHolders } from "../../../engine/lock/lock";
import { pendingIn, withoutPendingCreates } from "../../../operations/stack/pending";
import { descendants } from "../../../engine/process/process-tree";
import { PulumiError } from "../../../engine/pulumi";
import { clearAway } from "../../../operations/stack/recover";
import { unfinished } from "../../../operations/stack/unfinished";
import { configurationPath, formatProblem } from "../../../topology";
import { FakeClient } from "../../support/cluster-client";
import { planOf, twoPrimaries } from "../../support/plans";

describe("the environment of a stack", () => {
  it("leaves what the user has set, and takes either way to give a passphrase for both", () => {
    const exported = { PULUMI_BACKEND_URL: "file:///lab", PULUMI_CONFIG_PASSPHRASE: "lab" };
    assert.deepEqual(defaultsFor(exported, {}), exported);
    assert.deepEqual(defaultsFor(exported, { PULUMI_BACKEND_URL: "https://mine" }), {
      PULUMI_CONFIG_PASSPHRASE: "lab",
    });
    assert.deepEqual(defaultsFor(exported, { PULUMI_CONFIG_PASSPHRASE_FILE: "/mine" }), {
      PULUMI_BACKEND_URL: "file:///lab",
    });
  });

  it("takes what extends the user's, and nothing of the shell's own", () => {
    const exported = {
      PATH: "/lab/bin:/usr/bin",
      NO_PROXY: "172.18.0.0/16,mine",
      SHLVL: "2",
      PWD: "/",
      HOME: "/other",
    };
    assert.deepEqual(defaultsFor(exported, { PATH: "/usr/bin", NO_PROXY: "mine", HOME: "/home" }), {
      PATH: "/lab/bin:/usr/bin",
      NO_PROXY: "172.18.0.0/16,mine",
    });
  });

  const onLab = planOf({ ...twoPrimaries, kubeconfig: ".lab/kubeconfig" });

  it("is the lab's only when every cluster is", () => {
    const half = planOf({
      ...twoPrimaries,
      clusters: {
        ...twoPrimaries.clusters,
        west: { network: "west", access: { context: "mine", kubeconfig: "mine.yaml" } },
      },
      kubeconfig: ".lab/kubeconfig",
    });
    assert.equal(runsOnLab(onLab), true);
    assert.equal(runsOnLab(half), false);
    assert.equal(runsOnLab(planOf(twoPrimaries)), false);
  });

  describe("with a lab", () => {
    const project = mkdtempSync(join(tmpdir(), "isthmus-environment-"));
    after(() => rmSync(project, { recursive: true }));

    it("is what its file of exports says; for another stack nothing but Node.js comes first on the PATH", async () => {
      mkdirSync(join(project, ".lab"));
      const exports = [
        `export PATH='/lab/bin':"$PATH"`,
        "export PULUMI_BACKEND_URL='file:///lab/it'",
        `export NO_PROXY=172.18.0.0/16"\${NO_PROXY:+,$NO_PROXY}"`,
      ];
      writeFileSync(join(project, ".lab/env"), `${exports.join("\n")}\n`);
      const user = { PATH: "/usr/bin:/bin", NO_PROXY: "mine" };
      const path = `${dirname(process.execPath)}:/usr/bin:/bin`;
      assert.deepEqual(await stackEnvironment(onLab, project, user), {
        PATH: `/lab/bin:${path}`,
        PULUMI_BACKEND_URL: "file:///lab/it",
        NO_PROXY: "172.18.0.0/16,mine",
      });
      assert.deepEqual(await stackEnvironment(planOf(twoPrimaries), project, user), { PATH: path });
    });
  });
});

describe("a stack's lock", () => {
  const stderr = `error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  file:///lab/pulumi/.pulumi/locks/organization/isthmus/dev/1.json?no_tmp_dir=true: created by root@somewhere (pid 4242) at 2026-11-21T10:00:00Z`;

  it("names its holders", () => {
    assert.deepEqual(lockHolders(stderr), [{ host: "somewhere", pid: 4242 }]);
    assert.equal(lockHolders("error: something else"), undefined);
  });

  it("is explained", () => {
    assert.equal(
      new PulumiError("up", "", stderr, 255).message,
      "pulumi up failed: stack dev is locked by root@somewhere (process 4242, since 2026-11-21T10:00:00Z). Wait until that has ended; if it was killed, run `pulumi cancel --stack dev`.",
    );
    assert.equal(
      new PulumiError("up", "", "error: [409] Conflict: Another update is currently in progress.", 255).message,
      "pulumi up failed: another update of the stack is under way. Wait until it has ended; for one that was killed, run `pulumi cancel` with the stack's name.",
    );
  });
});

describe("an update that was killed", () => {
  it("has left its lock when it had begun", () => {
    assert.equal(leftLock({ signal: "SIGKILL", stdout: "Updating (dev):\n" }), true);
    assert.equal(leftLock({ signal: "SIGINT", stdout: "" }), false);
    const byItself = new PulumiError("up", "Updating (dev):\n", "", 255);
    assert.equal(leftLock(byItself), false);
  });

  it("takes with it what it started, and what that started, and nothing else", () => {
    const parents = new Map([
      [1, 0],
      [10, 1],
      [11, 10],
      [12, 11],
      [13, 10],
      [20, 1],
    ]);
    assert.deepEqual(descendants(10, parents), [11, 12, 13]);
    assert.deepEqual(descendants(12, parents), []);
  });
});

describe("an error of Pulumi", () => {
  it("is its first line of error, wherever Pulumi wrote that", () => {
    assert.equal(
      new PulumiError("up", "", "error: no stack selected\n", 255).message,
      "pulumi up failed: no stack selected",
    );
    const stdout = "Diagnostics:\n  kubernetes:core/v1:Namespace (x):\n    error: already exists\n";
    assert.equal(new PulumiError("up", stdout, "", 255).message, "pulumi up failed: already exists");
    const several = "    error: update failed\n    error: no room\n    error: no image\n    error: no room\n";
    assert.equal(
      new PulumiError("up", several, "error: lock not deleted\n", 255).message,
      "pulumi up failed: no room (and 2 more, above)",
    );
    assert.equal(new PulumiError("up", "", "", 2).message, "pulumi up failed: exit code 2");
    const killed = new PulumiError("up", "", "", undefined, "SIGKILL");
    assert.equal(killed.message, "pulumi up failed: ended by SIGKILL");
  });
});

describe("what an update left undone", () => {
  const diagnostics = (...lines: string[]): string =>
    ["Diagnostics:", ...lines, "Resources:", "    1 errored"].join("\n");
  const silentWest = {
    path: configurationPath("clusters", "west", "access", "context"),
    expected: "an answer",
    found: "none",
    fix: "It stays as it is; run again when it answers.",
  };
  const stackErrors = ["  pulumi:pulumi:Stack (isthmus-dev):", `    error: ${formatProblem(silentWest)}`];
  const failed = (...lines: string[]): PulumiError => new PulumiError("up", diagnostics(...lines), "", 255);
  const plan = planOf(twoPrimaries);

  it("is told by what kept a cluster from being reached, where all else is done", () => {
    const error = unfinished(failed(...stackErrors), plan, [silentWest]);
    assert.equal(
      error?.message,
      "cluster west was left as it is, and the rest is done: isthmus:mesh.clusters.west.access.context: expected an answer, found none. It stays as it is; run again when it answers.",
    );
    assert.deepEqual(error.clusters, ["west"]);
    assert.deepEqual(error.problems, [silentWest]);
  });

  it("is told by the cluster whose resources failed", () => {
    const refused = ["  kubernetes:core/v1:Secret (mesh-east-system-cacerts):", "    error: connection refused"];
    const east = unfinished(failed(...refused), plan, []);
    assert.equal(east?.message, "pulumi up failed in cluster east: connection refused");
    assert.deepEqual(east.clusters, ["east"]);
    const both = unfinished(failed(...stackErrors, "", ...refused), plan, [silentWest]);
    assert.equal(both?.message, "pulumi up failed in cluster east: connection refused; cluster west was left as it is");
    assert.deepEqual(both.clusters, ["east", "west"]);
  });

  it("is another error where it is about no cluster", () => {
    assert.equal(unfinished(failed("  pulumi:pulumi:Stack (isthmus-dev):", "    error: no luck"), plan, []), undefined);
  });

  it("is in the cluster with the longest name that fits", () => {
    const errors = [{ resource: "mesh-east-2-system", message: "no" }];
    assert.deepEqual(clustersOf(errors, ["east", "east-2"]), ["east-2"]);
    assert.deepEqual(clustersOf([{ resource: "mesh-east-system", message: "no" }], ["east", "east-2"]), ["east"]);
    assert.deepEqual(clustersOf([{ resource: "east", message: "no" }, { message: "no" }], ["east"]), ["east"]);
  });
});

describe("what a killed update had begun", () => {
  const provider = "urn:pulumi:dev::isthmus::pulumi:providers:kubernetes::east::d3b0";
  const operation = (type: string, kind: string, inputs: object): object => ({
    type,
    resource: { urn: "urn", type: kind, provider, inputs },
  });
  const creatingSecret = operation("creating", "kubernetes:core/v1:Secret", {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "cacerts", namespace: "istio-system" },
  });
  const creatingGateway = operation("creating", "kubernetes:networking.istio.io/v1:Gateway", {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: { name: "cross-network-gateway", namespace: "istio-system" },
  });
  const release = { name: "istiod", namespace: "istio-system" };
  const state = (...operations: object[]): never => ({ pending_operations: operations, resources: [1] }) as never;

  it("is found by cluster and path", () => {
    assert.deepEqual(
      pendingIn(
        state(
          creatingSecret,
          creatingGateway,
          operation("updating", "kubernetes:helm.sh/v3:Release", release),
          operation("creating", "tls:index/privateKey:PrivateKey", {}),
          operation("updating", "kubernetes:core/v1:Secret", { metadata: { name: "x" } }),
        ),
      ),
      [
        { kind: "object", cluster: "east", path: "/api/v1/namespaces/istio-system/secrets/cacerts" },
        {
          kind: "object",
          cluster: "east",
          path: "/apis/networking.istio.io/v1/namespaces/istio-system/gateways/cross-network-gateway",
        },
        { kind: "release", cluster: "east", ...release, isNew: false },
      ],
    );
    assert.deepEqual(pendingIn({}), []);
  });

  it("is nothing that was being deleted, and nothing that a later update made after all", () => {
    assert.deepEqual(pendingIn(state(operation("deleting", "kubernetes:helm.sh/v3:Release", release))), []);
    const made = { pending_operations: [creatingSecret], resources: [{ urn: "urn" }] };
    assert.deepEqual(pendingIn(made as never), []);
  });

  it("is forgotten where it was being created; the rest of the state stays", () => {
    const updating = operation("updating", "kubernetes:core/v1:Secret", {});
    assert.deepEqual(withoutPendingCreates(state(creatingSecret, updating), new Set()), {
      pending_operations: [updating],
      resources: [1],
    });
    assert.deepEqual(withoutPendingCreates(state(creatingSecret), new Set(["east"])), state(creatingSecret));
  });

  const path = "/api/v1/namespaces/istio-system/secrets/cacerts";
  const labelled = (manager: string): object => ({
    metadata: { labels: { "app.kubernetes.io/managed-by": manager } },
  });

  it("is removed only if it bears our label", async () => {
    const own = new FakeClient("east", { objects: { [path]: labelled("isthmus") } });
    assert.equal(await clearAway(own, { kind: "object", cluster: "east", path }), true);
    assert.deepEqual(own.requests, [{ method: "remove", path }]);
    const foreign = new FakeClient("east", { objects: { [path]: labelled("Helm") } });
    assert.equal(await clearAway(foreign, { kind: "object", cluster: "east", path }), false);
    assert.deepEqual(foreign.requests, []);
    const absent = new FakeClient("east");
    assert.equal(await clearAway(absent, { kind: "object", cluster: "east", path }), false);
  });

  it("is, of a release, the records of what Helm has not finished; of a new one all of them", async () => {
    const secrets = "/api/v1/namespaces/istio-system/secrets";
    const record = (name: string, status: string): object => ({ metadata: { name, labels: { status } } });
    const records = [
      record("sh.helm.release.v1.istiod.v1", "deployed"),
      record("sh.helm.release.v1.istiod.v2", "pending-upgrade"),
    ];
    const removed = async (isNew: boolean): Promise<string[]> => {
      const client = new FakeClient("east", { objects: { [secrets]: records } });
      await clearAway(client, { kind: "release", cluster: "east", ...release, isNew });
      return client.requests.map((request) => request.path.split("/").at(-1) ?? "");
    };
    assert.deepEqual(await removed(false), ["sh.helm.release.v1.istiod.v2"]);
    assert.deepEqual(await removed(true), ["sh.helm.release.v1.istiod.v1", "sh.helm.release.v1.istiod.v2"]);
  });
});
