import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { labPaths } from "../../lab";
import { startIsthmus } from "../support/isthmus";
import { Calls, type DirectionFigures } from "./calls";
import { planKills, type Kill, type Task } from "./kill-plan";
import { allPairs, WrittenStack } from "./lab-stack";
import { describeInTurn } from "./turns";
import { killVictim, markedProcesses, untilAlive } from "./victims";

/** How many kills: `make test-kills` sets another number. */
const count = Number(process.env["ISTHMUS_KILLS"] ?? 4);

/** An update that ends before its moment is begun again so often, each time with an earlier moment. */
const attempts = 4;

const stack = new WrittenStack("test-kills");
const calls = new Calls(["east", "west"]);

/** The mesh as it is to be; each task changes it in another way. */
class ChangingMesh {
  private istiodMillicores = 10;
  private hasEdge = false;
  private namespaces = 0;

  write(): void {
    const values = {
      istiod: { resources: { requests: { cpu: `${String(this.istiodMillicores)}m`, memory: "100Mi" } } },
    };
    stack.write({
      clusters: {
        east: { network: "east", access: { context: "lab-east" }, values },
        west: { network: "west", access: { context: "lab-west" }, values },
        ...(this.hasEdge ? { edge: { network: "edge", access: { context: "lab-edge" } } } : {}),
      },
      namespaces: Object.fromEntries(Array.from({ length: this.namespaces }, (_, index) => [`shop-${index + 1}`, {}])),
    });
  }

  change(task: Task): void {
    if (task === "third cluster") this.hasEdge = !this.hasEdge;
    else if (task === "namespace") this.namespaces += 1;
    else this.istiodMillicores += 1;
    this.write();
  }

  get clusters(): string[] {
    return this.hasEdge ? ["east", "edge", "west"] : ["east", "west"];
  }
}

/** What one kill came to. */
interface Outcome {
  /** Time after which it was killed. */
  readonly afterMs: number;
  /** Exit code of the update that lost a process; undefined when it was itself killed. */
  readonly code: number | undefined;
  /** How many updates it took then, and how long all of them. */
  readonly updates: number;
  readonly convergedMs: number;
  readonly lost: number;
}

const outcomes: Outcome[] = [];

/** How long an update takes that nobody kills. */
interface Duration {
  readonly wholeMs: number;
  /** Of that, the engine with its plugins and the program. */
  readonly engineMs: number;
}

async function measured(): Promise<Duration> {
  const beganMs = performance.now();
  const update = startIsthmus("up", "--yes", "--stack", stack.name);
  assert.ok(await untilAlive("pulumi", update));
  const engineBeganMs = performance.now();
  const { code, stderr } = await update.finished;
  assert.equal(code, 0, stderr);
  return { wholeMs: performance.now() - beganMs, engineMs: performance.now() - engineBeganMs };
}

/** Begins updates until one of them is killed. */
async function updateKilled(
  kill: Kill,
  mesh: ChangingMesh,
  { wholeMs, engineMs }: Duration,
): Promise<Pick<Outcome, "afterMs" | "code">> {
  const isWhole = kill.victim === "isthmus" || kill.victim === "all";
  let afterMs = kill.moment * (isWhole ? wholeMs : engineMs);
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    mesh.change(kill.task);
    const update = startIsthmus("up", "--yes", "--stack", stack.name);
    const wasKilled = await killVictim(kill.victim, update, afterMs);
    const { code, stderr } = await update.finished;
    if (wasKilled) return { afterMs: Math.round(afterMs), code };
    assert.equal(code, 0, stderr);
    afterMs /= 2;
  }
  return assert.fail(`${String(attempts)} updates ended before their ${kill.victim} was killed`);
}

/** The next update does the rest, or says what holds it and the one after it does. @returns how many it took. */
async function converged(): Promise<number> {
  const first = await stack.tryUp();
  if (first.code === 0) return 1;
  say(`the next update ended with ${String(first.code)}:`, first.stderr);
  assert.match(first.stderr, /^isthmus: /m, "it says in words what holds it");
  await stack.up();
  return 2;
}

function pendingOperations(): unknown[] {
  const file = join(labPaths().pulumi, ".pulumi/stacks/isthmus", `${stack.name}.json`);
  const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly checkpoint: { readonly latest: { readonly pending_operations?: unknown[] } };
  };
  return checkpoint.latest.pending_operations ?? [];
}

describeInTurn("kills", `${String(count)} kills of a process of an update, with calls going on`, function () {
  this.timeout(8 * 60_000);

  const mesh = new ChangingMesh();
  let duration: Duration;
  let beganMs = 0;

  before(async () => {
    stack.write({
      clusters: Object.fromEntries(
        ["east", "west", "edge"].map((name) => [name, { network: name, access: { context: `lab-${name}` } }]),
      ),
    });
    await stack.labUp();
    mesh.write();
    await stack.up();
    mesh.change("namespace");
    duration = await measured();
    await calls.begin();
    beganMs = performance.now();
  });

  after(async () => {
    await stack.destroy();
    stack.remove();
  });

  for (const [index, kill] of planKills(count).entries()) {
    it(`${String(index + 1)}: ${kill.victim}, during a change of: ${kill.task}`, async () => {
      const lostBefore = calls.lost.length;
      const killed = await updateKilled(kill, mesh, duration);
      const killedMs = performance.now();
      const updates = await converged();
      const convergedMs = Math.round(performance.now() - killedMs);
      // Pods that an update has replaced end some seconds after it.
      await stack.settled();
      const outcome = { ...killed, updates, convergedMs, lost: calls.lost.length - lostBefore };
      outcomes.push(outcome);
      say(rowOf(outcome));
      assert.deepEqual(pendingOperations(), []);
      assert.deepEqual(markedProcesses(), [], "no process of a run is left");
    });
  }

  it("leaves a mesh that works, and has lost no call", async () => {
    const figures = await calls.end();
    say(...figures.map(figuresOf), `${String(outcomes.length)} kills in ${seconds(performance.now() - beganMs)}`);
    assert.deepEqual(await stack.verified(), allPairs(mesh.clusters));
    assert.deepEqual(calls.lost, []);
    assert.equal(outcomes.length, count);
  });
});

/** Prints what is worth a line in docs/kills.md. */
function say(...lines: readonly string[]): void {
  process.stdout.write(`${indented(lines.join("\n"))}\n`);
}

const rowOf = ({ afterMs, code, updates, convergedMs, lost }: Outcome): string =>
  `killed after ${seconds(afterMs)}, exit code ${String(code ?? "none")}; updates then: ${String(updates)} in ${seconds(convergedMs)}; lost calls: ${String(lost)}`;

const figuresOf = ({ from, to, kind, calls: made, lost, longestGapMs, p95Ms, connections }: DirectionFigures): string =>
  `${from} to ${to}, ${kind}: ${String(made)} calls over ${String(connections)} connections, ${String(lost)} lost, longest gap ${String(longestGapMs)} ms, 95 of 100 within ${String(p95Ms)} ms`;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const indented = (text: string): string => text.trimEnd().replace(/^/gm, "      ");
