import assert from "node:assert/strict";
import { reachClusters, type ReachedClusters } from "../../../preflight";
import { formatProblem } from "../../../topology";
import { noSources } from "../../support/kubeconfig-sources";
import { planOf } from "../../support/plans";
import { TestAuthority } from "../access/certificates";
import { fakeApiServer, type Listening } from "../access/fake-api-server";
import { meshOf, ResolveBench, token } from "../access/resolve-support";

describe("reachClusters", () => {
  const bench = new ResolveBench();
  let east: Listening;
  let west: Listening;
  let authority: TestAuthority;

  before(async () => {
    authority = await TestAuthority.create("ca");
    const identity = await authority.issue(["127.0.0.1"]);
    const objects = { "/api/v1/namespaces/shop": { metadata: {} } };
    east = await fakeApiServer(identity, { token, uid: "east", objects });
    west = await fakeApiServer(identity, { token, uid: "west" });
    await west.close();
  });

  after(() => east.close());

  /** Reaches a mesh of `east`, which answers and has the namespace shop, and `west`, which does not answer. */
  async function reached(...belonging: readonly string[]): Promise<ReachedClusters> {
    return reachedWith(token, ...belonging);
  }

  /** The same with another token. */
  async function reachedWith(shown: string, ...belonging: readonly string[]): Promise<ReachedClusters> {
    const authorityData = Buffer.from(authority.certificate).toString("base64");
    await bench.write("config", {
      contexts: ["east", "west"].map((name) => ({ name, context: { cluster: name, user: "me" } })),
      clusters: Object.entries({ east, west }).map(([name, { url }]) => ({
        name,
        cluster: { server: url, "certificate-authority-data": authorityData },
      })),
      users: [{ name: "me", user: { token: shown } }],
    });
    const config = meshOf({ east: "east", west: "west" }, "config");
    config.namespaces = { shop: {}, batch: {}, local: { clusters: ["east"] } };
    const { west: silent } = config.clusters;
    assert.ok(silent !== undefined);
    config.clusters["west"] = { ...silent, ifUnreachable: "skip" };
    config.istio.charts = { directory: "charts" };
    const clusters = new Map(belonging.map((name) => [name, { belongs: true }]));
    return reachClusters(planOf(config), bench.home, noSources, () => Promise.resolve({ clusters, roots: [] }));
  }

  it("leaves out a new cluster that does not answer and may be missing", async () => {
    const { plan, resolved } = await reached();
    assert.ok(resolved);
    assert.deepEqual(
      plan.clusters.map(({ name }) => name),
      ["east"],
    );
  });

  it("keeps one that belongs to the mesh, with all its namespaces, for what was adopted must not be made anew", async () => {
    const { clusters, plan } = await reached("west");
    assert.deepEqual(
      plan.clusters.map(({ name }) => name),
      ["east", "west"],
    );
    assert.deepEqual(
      [...clusters.values()].map(({ existingNamespaces, isReachable, name }) => [
        name,
        isReachable,
        existingNamespaces,
      ]),
      [
        ["east", true, ["shop"]],
        ["west", false, ["batch", "shop"]],
      ],
    );
  });

  const notAccepted =
    /access\.context: expected credentials that 127\.0\.0\.1:\d+ accepts, found others \(401 Unauthorized\)\. Log in again, or renew the credentials of the context's user\./;

  it("stops everything for a new cluster that does not accept the credentials", async () => {
    const { failures, problems: all } = await reachedWith("another", "west");
    const problems = all.map(formatProblem).filter((line) => line.includes("credentials"));
    assert.deepEqual([problems.length, failures.length], [1, 0]);
    assert.match(problems.join(), notAccepted);
  });

  it("leaves one that belongs to the mesh as it is, like one that does not answer", async () => {
    const { clusters, failures, plan, problems, unreachable, warnings } = await reachedWith("another", "east", "west");
    assert.doesNotMatch(problems.map(formatProblem).join("\n"), /credentials/);
    assert.deepEqual([...unreachable.keys()].sort(), ["east", "west"]);
    assert.equal(failures.length, 1);
    assert.match(
      failures.map(formatProblem).join(),
      new RegExp(`${notAccepted.source} The cluster stays as it is; run again when it lets us in\\.$`),
    );
    assert.equal(warnings.length, 1);
    assert.equal(plan.clusters.length, 2);
    assert.deepEqual(clusters.get("east")?.existingNamespaces, ["batch", "local", "shop"]);
    assert.equal(clusters.get("east")?.isReachable, false);
  });
});
