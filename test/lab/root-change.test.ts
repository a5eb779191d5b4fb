import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { TrustReport } from "../../operations/trust";
import type { MeshConfig } from "../../topology";
import { isthmus } from "../support/isthmus";
import { Calls } from "./calls";
import { allPairs, kubectl, labDown, WrittenStack } from "./lab-stack";
import { describeInTurn } from "./turns";
import { withoutPoolsAndRetries } from "./without-pools";

const stack = new WrittenStack("test-root-change");
const sites = ["east", "west"] as const;
const system = ["--namespace", "istio-system"];

type Generated = NonNullable<NonNullable<MeshConfig["trust"]>["generated"]>;

/** The ways from the first root to another one, each an update of its own. */
const steps: readonly (readonly [what: string, generated: Generated])[] = [
  ["both are trusted", { roots: ["first", "2031"] }],
  ["east signs under the new one", { roots: ["first", "2031"], issuers: { east: "2031" } }],
  ["west does too", { roots: ["first", "2031"], issuer: "2031" }],
  ["the first one is dropped", { roots: ["2031"], issuer: "2031" }],
];

/** Workloads' certificates are renewed at half of their lifetime, which by itself would be 12 hours. */
const values = { istiod: { meshConfig: { defaultConfig: { proxyMetadata: { SECRET_TTL: "1m" } } } } };
const followsWithinMs = 180_000;

function mesh(generated?: Generated): Partial<MeshConfig> {
  const clusters = sites.map((name) => [name, { network: name, access: { context: `lab-${name}` }, values }] as const);
  return { clusters: Object.fromEntries(clusters), ...(generated === undefined ? {} : { trust: { generated } }) };
}

async function status(): Promise<TrustReport> {
  const run = await isthmus("trust", "status", "--stack", stack.name, "-o", "json");
  assert.notEqual(run.stdout, "", run.stderr);
  return JSON.parse(run.stdout) as TrustReport;
}

/** Waits until every istiod has taken up what it was given, and every proxy has followed. */
async function untilFollowed(roots: number): Promise<TrustReport> {
  // kubelet brings an istiod its Secret at once when its pod changes, else within a minute.
  const now = String(Date.now());
  for (const site of sites) {
    const pods = [...system, "annotate", "pods", "--selector", "app=istiod", `touched=${now}`, "--overwrite"];
    await kubectl(site, ...pods);
  }
  const deadline = performance.now() + followsWithinMs;
  for (;;) {
    const report = await status();
    assert.equal(report.broken, undefined);
    if (report.clusters.every((cluster) => cluster.status === "settled" && cluster.roots.length === roots))
      return report;
    if (performance.now() > deadline) assert.fail(`not followed: ${JSON.stringify(report)}`);
    await delay(1000);
  }
}

describeInTurn("root-change", "a change of the generated root, on the lab", function () {
  this.timeout(15 * 60_000);

  before(async () => {
    await labDown();
    stack.write(mesh());
    await stack.labUp();
    await stack.up();
  });

  after(async () => {
    await labDown();
    stack.remove();
  });

  it("loses no call in either direction, in four updates", async function () {
    const calls = new Calls(sites);
    await calls.begin();
    await withoutPoolsAndRetries(sites);
    const [first] = (await untilFollowed(1)).clusters;
    const began = performance.now();
    const took: string[] = [];
    let report: TrustReport | undefined;
    for (const [index, [what, generated]] of steps.entries()) {
      stack.write(mesh(generated));
      const stepBegan = performance.now();
      await stack.up();
      const updated = performance.now();
      report = await untilFollowed(index === steps.length - 1 ? 1 : 2);
      const [up, followed] = [updated - stepBegan, performance.now() - updated].map((ms) => (ms / 1000).toFixed(1));
      took.push(`${what}: up ${up ?? ""} s, followed after ${followed ?? ""} s`);
      assert.deepEqual(calls.lost, [], what);
    }
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    const figures = await calls.end();
    const lines = [`${seconds} s`, ...took, ...figures.map((one) => JSON.stringify(one))];
    process.stdout.write(lines.map((line) => `      ${line}\n`).join(""));
    assert.ok(figures.every(({ calls: made, lost }) => made > 100 && lost === 0));
    for (const cluster of report?.clusters ?? []) {
      assert.notEqual(cluster.roots[0]?.fingerprint, first?.roots[0]?.fingerprint, cluster.cluster);
      assert.match(cluster.roots[0]?.subject ?? "", /Root CA 2031/);
    }
    await stack.settled();
    assert.deepEqual(await stack.verified(), allPairs(sites));
  });
});
