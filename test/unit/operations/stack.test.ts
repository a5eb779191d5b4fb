import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { defaultsFor, runsOnLab, stackEnvironment } from "../../../operations/stack/environment";
import { clustersOf } from "../../../operations/stack/concerned-clusters";
import { descendants } from "../../../engine/process/process-tree";
import { PulumiError } from "../../../engine/pulumi-error";
import { unfinished } from "../../../operations/stack/unfinished";
import { configurationPath, formatProblem } from "../../../topology";
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

describe("an update that was killed", () => {
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
    fix: "The cluster stays as it is; run again when it answers.",
  };
  const stackErrors = ["  pulumi:pulumi:Stack (isthmus-dev):", `    error: ${formatProblem(silentWest)}`];
  const failed = (...lines: string[]): PulumiError => new PulumiError("up", diagnostics(...lines), "", 255);
  const plan = planOf(twoPrimaries);

  it("is told by what kept a cluster from being reached, where all else is done", () => {
    const error = unfinished(failed(...stackErrors), plan, [silentWest]);
    assert.equal(
      error?.message,
      "cluster west was left as it is, and the rest is done: isthmus:mesh.clusters.west.access.context: expected an answer, found none. The cluster stays as it is; run again when it answers.",
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

  it("is told by the cause of what failed, where that is known, and not by what follows from it", () => {
    const name = "mesh-east-control-plane-istiod";
    const cause = "istiod 0/1: cannot pull example.com/pilot:1.31 (not found)";
    const output = [
      "  kubernetes:core/v1:Secret (mesh-west-system-cacerts):",
      "    error: no luck",
      `  kubernetes:helm.sh/v3:Release (${name}):`,
      "    error: Helm release failed: context deadline exceeded",
      "    error: 1 error occurred:",
    ];
    const error = unfinished(failed(...output), plan, [], undefined, new Map([[name, cause]]));
    assert.equal(error?.message, `pulumi up failed in clusters east, west: ${cause} (and 1 more, above)`);
    assert.deepEqual(error.causes, [{ cluster: "east", words: cause }]);
  });

  it("is a cluster to be forgotten where one that leaves does not answer, and never where it answers", () => {
    const failure = (name: string, why: string): string[] => [
      `  kubernetes:core/v1:Secret (mesh-${name}-system-cacerts):`,
      `    error: configured Kubernetes cluster is unreachable: unable to load schema information from the API server: ${why}`,
    ];
    const removed = { stack: "prod", names: ["north", "south"] };
    const dead = failure("north", "dial tcp: connection refused");
    const closed = failure("south", "the server has asked for the client to provide credentials");
    const message = unfinished(failed(...dead, "", ...closed), plan, [], removed)?.message ?? "";
    assert.match(message, /If cluster north is gone for good: `isthmus forget north --stack prod`/);
    assert.match(message, /Cluster south does not accept the credentials of the last update: write it back/);
    assert.doesNotMatch(message, /forget south/);
    const refused = ["  kubernetes:core/v1:Service (mesh-south-gateway-service):", "    error: Unauthorized"];
    assert.match(
      unfinished(failed(...refused), plan, [], removed)?.message ?? "",
      /in cluster south: Unauthorized\. Cluster south does not accept/,
    );
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
