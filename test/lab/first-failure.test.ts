import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { denials, wrongValues, type FailingCluster, type FirstFailure } from "../support/first-failures";
import { isthmus, startIsthmus } from "../support/isthmus";
import { kubectl, WrittenStack } from "./lab-stack";
import { describeInTurn } from "./turns";

const stack = new WrittenStack("test-first-failure");
const namespace = "istio-system";

/** From the start of the command: its checks, the engine's start and istio-base take some ten seconds of them. */
const toldWithinMs = 60_000;

/** From the last cause that is told on; Helm by itself would wait for five minutes. */
const endsWithinMs = 60_000;

type Values = Readonly<Record<string, unknown>>;

function valuesOf(failures: readonly FirstFailure[]): Readonly<Record<FailingCluster, Values>> {
  const of = (name: FailingCluster): Values => failures.find(({ cluster }) => cluster === name)?.values ?? {};
  return { east: of("east"), west: of("west"), north: of("north") };
}

/** Three clusters whose istiods have these values. */
function write(values: Readonly<Record<FailingCluster, Values>>): void {
  stack.write({
    clusters: Object.fromEntries(
      Object.entries(values).map(([name, istiod]) => [
        name,
        { network: name, access: { context: `lab-${name}` }, values: { istiod } },
      ]),
    ),
  });
}

/** Brings the mesh up: each of the causes is told, and soon the update ends with one of them for its error. */
async function causesEndIt(failures: readonly FirstFailure[]): Promise<void> {
  const running = startIsthmus("up", "--yes", "--stack", stack.name);
  const startMs = performance.now();
  const since = (ms: number): number => performance.now() - ms;
  await Promise.all(
    failures.map(async ({ told: cause }) => {
      await running.said(cause);
      process.stdout.write(`      told after ${(since(startMs) / 1000).toFixed(1)} s: ${String(cause)}\n`);
      assert.ok(since(startMs) < toldWithinMs, `${String(cause)} was told after ${String(since(startMs))} ms`);
    }),
  );
  const toldMs = performance.now();
  const { code, stderr } = await running.finished;
  process.stdout.write(`      ended ${(since(toldMs) / 1000).toFixed(1)} s later\n`);
  assert.ok(since(toldMs) < endsWithinMs, `the update ended ${String(since(toldMs))} ms later`);
  const last = stderr.trimEnd().split("\n").at(-1) ?? "";
  assert.equal(code, 1, stderr);
  assert.match(
    last,
    /^isthmus: pulumi up failed in clusters east, north, west: istiod 0\/1: .* \(and 2 more, above\)$/,
  );
}

async function apply(cluster: string, object: object): Promise<void> {
  const file = join(tmpdir(), `isthmus-first-failure-${String(process.pid)}.json`);
  writeFileSync(file, JSON.stringify(object));
  try {
    await kubectl(cluster, "create", "--filename", file);
  } finally {
    rmSync(file);
  }
}

describeInTurn("first-failure", "a first update that fails", function () {
  this.timeout(10 * 60_000);

  before(async () => {
    write({ east: {}, west: {}, north: {} });
    await stack.labUp();
  });

  after(() => {
    stack.remove();
  });

  it("tells soon of an image that is not there, of a crash and of no room, each in its cluster", async () => {
    write(valuesOf(wrongValues));
    await causesEndIt(wrongValues);
  });

  it("tells soon of PodSecurity, of a policy and of a quota", async () => {
    for (const { cluster, objects, namespaceLabels } of denials) {
      for (const label of namespaceLabels) await kubectl(cluster, "label", "namespace", namespace, label);
      for (const object of objects) await apply(cluster, object);
    }
    write(valuesOf(denials));
    await causesEndIt(denials);
  });

  it("goes on when what kept it is gone", async () => {
    await kubectl("east", "label", "namespace", namespace, "pod-security.kubernetes.io/enforce-");
    await kubectl("west", "delete", "validatingadmissionpolicybindings", "owners.example.com");
    await kubectl("north", "delete", "quota", "none", "--namespace", namespace);
    const { code, stderr } = await isthmus("up", "--yes", "--stack", stack.name);
    assert.equal(code, 0, stderr);
  });
});
