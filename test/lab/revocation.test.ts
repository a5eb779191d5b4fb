import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { MeshConfig } from "../../topology";
import type { Revoked } from "../../operations/deployment";
import { isthmus, repository, startIsthmus } from "../support/isthmus";
import { Calls } from "./calls";
import { allPairs, kubectl, WrittenStack } from "./lab-stack";
import { callAsThief, steal, type StolenCa } from "./thief";
import { describeInTurn } from "./turns";
import { killVictim } from "./victims";
import { withoutPoolsAndRetries } from "./without-pools";

const stack = new WrittenStack("test-revocation");
const sites = ["east", "west"] as const;
const lists = join(repository, `revocations.${stack.name}.pem`);
const took: string[] = [];

/** Workloads' certificates are renewed at half of their lifetime, which by itself would be 12 hours. */
const values = { istiod: { meshConfig: { defaultConfig: { proxyMetadata: { SECRET_TTL: "1m" } } } } };

function mesh(): Partial<MeshConfig> {
  const clusters = sites.map((name) => [name, { network: name, access: { context: `lab-${name}` }, values }] as const);
  return { clusters: Object.fromEntries(clusters) };
}

/** kubelet brings a pod its changed Secret or ConfigMap at once when the pod changes, else within a minute or two. */
class HastenedKubelets {
  private isOver = false;
  private readonly touching = this.touch();

  async end(): Promise<void> {
    this.isOver = true;
    await this.touching;
  }

  private async touch(): Promise<void> {
    while (!this.isOver) {
      const touched = [`touched=${String(Date.now())}`, "--overwrite"];
      for (const site of sites) {
        // A pod that is just rolled away cannot be touched.
        for (const namespace of ["istio-system", "calls"])
          await kubectl(site, "--namespace", namespace, "annotate", "pods", "--all", ...touched).catch(() => undefined);
      }
      await delay(2_000);
    }
  }
}

const revoking = (...args: string[]): string[] => ["trust", "revoke", ...args, "--stack", stack.name, "-o", "json"];

async function revoke(...args: string[]): Promise<Revoked> {
  const run = await isthmus(...revoking(...args));
  assert.equal(run.code, 0, run.stderr);
  return JSON.parse(run.stdout) as Revoked;
}

async function timed<T>(what: string, deed: Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await deed;
  took.push(`${what}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
  return result;
}

const thief = (stolen: StolenCa, to: string): Promise<string> => callAsThief(stolen, to, "mesh1.internal");

describeInTurn("revocation", "an intermediate CA whose key is stolen, on the lab", function () {
  this.timeout(15 * 60_000);

  let calls: Calls;
  let kubelets: HastenedKubelets;
  let stolen: StolenCa;

  before(async () => {
    stack.write(mesh());
    await stack.labUp();
    await stack.up();
    calls = new Calls(sites);
    await calls.begin();
    await withoutPoolsAndRetries(sites);
    kubelets = new HastenedKubelets();
  });

  after(async () => {
    await kubelets.end();
    // Where a test failed before, they still go on.
    await calls.end();
    stack.remove();
    rmSync(lists, { force: true });
  });

  it("says what it would do, and changes nothing", async () => {
    stolen = await steal("east");
    assert.equal(await thief(stolen, "west"), "answered");
    const before = stack.read();
    const { done, revoked, steps } = await revoke("east");
    assert.deepEqual([done, revoked, steps.map(({ kind }) => kind)], [[], [], ["use", "revoke"]]);
    assert.deepEqual([stack.read(), existsSync(lists)], [before, false]);
  });

  it("is revoked by one command, and no call of others is lost", async () => {
    const { done, readiness, revoked } = await timed("one command", revoke("east", "--yes", "--wait", "10m"));
    assert.deepEqual([done.length, readiness.kind], [2, "ready"]);
    assert.equal(revoked.length, 1);
    assert.notEqual(await thief(stolen, "west"), "answered");
    assert.notEqual(await thief(stolen, "east"), "answered");
    assert.deepEqual(calls.lost, []);
    assert.notEqual((await steal("east")).certificate.serialNumber, stolen.certificate.serialNumber);
  });

  it("is revoked where proxies look at lists already, killed and resumed, and no call of others is lost", async () => {
    const second = await steal("west");
    assert.equal(await thief(second, "east"), "answered");
    const began = performance.now();
    const killed = startIsthmus(...revoking("west", "--yes", "--wait", "10m"));
    await killed.said(/Done: Give every proxy a revocation list/);
    await killVictim("all", killed, 6_000);
    await killed.finished;
    const { readiness, revoked } = await revoke("west", "--yes", "--wait", "10m");
    took.push(`killed and resumed, with lists in force: ${((performance.now() - began) / 1000).toFixed(0)} s`);
    assert.deepEqual([readiness.kind, revoked.length], ["ready", 2]);
    assert.notEqual(await thief(second, "east"), "answered");
    assert.notEqual(await thief(stolen, "west"), "answered");
    assert.deepEqual(calls.lost, []);
  });

  it("counts again once that is lifted, and the mesh is as its file says, after calls all the while", async () => {
    const { readiness, revoked } = await timed("lifted", revoke("--lift", "--yes", "--wait", "5m"));
    assert.deepEqual([readiness.kind, revoked], ["ready", []]);
    assert.doesNotMatch(stack.read(), /revocations/);
    assert.equal(await thief(stolen, "west"), "answered");
    const figures = await calls.end();
    process.stdout.write(
      [...took, ...figures.map((one) => JSON.stringify(one))].map((line) => `      ${line}\n`).join(""),
    );
    assert.ok(figures.every(({ calls: made, lost }) => made > 100 && lost === 0));
    await stack.settled();
    assert.deepEqual(await stack.verified(), allPairs(sites));
  });
});
