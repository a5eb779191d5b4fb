import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { TrustReport } from "../../operations/trust";
import type { MeshConfig } from "../../topology";
import { isthmus, startIsthmus } from "../support/isthmus";
import { Calls } from "./calls";
import { HastenedKubelets, shortLivedLeaves } from "./hastened-kubelets";
import { allPairs, WrittenStack } from "./lab-stack";
import { describeInTurn } from "./turns";
import { killVictim } from "./victims";
import { withoutPoolsAndRetries } from "./without-pools";

const stack = new WrittenStack("test-root-change");
const sites = ["east", "west"] as const;
const took: string[] = [];

function mesh(): Partial<MeshConfig> {
  const clusters = sites.map((name) => {
    return [name, { network: name, access: { context: `lab-${name}` }, values: shortLivedLeaves }] as const;
  });
  return { clusters: Object.fromEntries(clusters) };
}

async function status(): Promise<TrustReport> {
  const run = await isthmus("trust", "status", "--stack", stack.name, "-o", "json");
  assert.notEqual(run.stdout, "", run.stderr);
  return JSON.parse(run.stdout) as TrustReport;
}

/** What `isthmus trust rotate` says of itself. */
interface Rotated {
  readonly goal?: string;
  readonly done: readonly string[];
  readonly readiness: { readonly kind: string };
  readonly steps: readonly { readonly kind: string }[];
}

const rotating = (...args: string[]): string[] => ["trust", "rotate", "--stack", stack.name, "-o", "json", ...args];

async function rotate(...args: string[]): Promise<Rotated> {
  const run = await isthmus(...rotating(...args));
  assert.equal(run.code, 0, run.stderr);
  return JSON.parse(run.stdout) as Rotated;
}

describeInTurn("root-change", "a change of the generated root, on the lab", function () {
  this.timeout(15 * 60_000);

  before(async () => {
    stack.write(mesh());
    await stack.labUp();
    await stack.up();
  });

  after(() => {
    stack.remove();
  });

  let calls: Calls;
  let kubelets: HastenedKubelets;

  it("goes to another root by one command, all steps of it, and loses no call in either direction", async () => {
    calls = new Calls(sites);
    await calls.begin();
    await withoutPoolsAndRetries(sites);
    kubelets = new HastenedKubelets(sites);
    const [first] = (await status()).clusters;
    const dry = await rotate("--to", "2031");
    assert.deepEqual([dry.done, dry.readiness.kind, dry.steps.length], [[], "ready", 4]);
    const began = performance.now();
    const { done, steps } = await rotate("--to", "2031", "--yes", "--wait", "10m");
    took.push(`to another root: ${((performance.now() - began) / 1000).toFixed(0)} s`);
    assert.deepEqual([done.length, steps], [4, []]);
    assert.deepEqual(calls.lost, []);
    const report = await status();
    for (const { cluster, roots } of report.clusters) {
      assert.equal(roots.length, 1, cluster);
      assert.notEqual(roots[0]?.fingerprint, first?.roots[0]?.fingerprint, cluster);
      assert.match(roots[0]?.subject ?? "", /Root CA 2031/);
    }
  });

  it("goes on from where it was killed, and back from the middle, and loses no call", async () => {
    const began = performance.now();
    const killed = startIsthmus(...rotating("--to", "2036", "--yes", "--wait", "10m"));
    await killed.said(/Done: Make the root 2036/);
    await untilEdited(/east: "2036"/);
    await killVictim("all", killed, 6_000);
    await killed.finished;
    const { done } = await rotate("--yes");
    assert.match(done.join(), /Brought the mesh what its file says: the istiod of east does not sign under 2036 yet/);
    took.push(`killed in the second step and resumed: ${((performance.now() - began) / 1000).toFixed(0)} s`);
    const returning = performance.now();
    const back = await rotate("--roll-back", "--yes", "--wait", "10m");
    took.push(`rolled back: ${((performance.now() - returning) / 1000).toFixed(0)} s`);
    assert.deepEqual([back.goal, back.steps], ["2031", []]);
    assert.deepEqual(calls.lost, []);
  });

  it("leaves a mesh that is as its file says, after calls all the while", async () => {
    await kubelets.end();
    const figures = await calls.end();
    process.stdout.write(
      [...took, ...figures.map((one) => JSON.stringify(one))].map((line) => `      ${line}\n`).join(""),
    );
    assert.ok(figures.every(({ calls: made, lost }) => made > 100 && lost === 0));
    await stack.settled();
    assert.deepEqual(await stack.verified(), allPairs(sites));
  });
});

/** Waits until the stack's file says something. */
async function untilEdited(words: RegExp): Promise<void> {
  const deadline = performance.now() + 180_000;
  while (!words.test(stack.read())) {
    if (performance.now() > deadline) assert.fail(`never said ${String(words)}:\n${stack.read()}`);
    await delay(50);
  }
}
