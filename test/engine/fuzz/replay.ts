import { setTimeout as delay } from "node:timers/promises";
import type { TestBackend } from "../backends";
import type { CommandEnd } from "../paper/mesh";
import type { EngineTools } from "../tools";
import type { Disturbance, FuzzCase, FuzzStep, KillPoint, Victim } from "./case";
import { CaseMesh, type Running } from "./case-mesh";
import { changed, settled, standingOf, type Standing } from "./configuration";
import { BrokenPromise, ensureGone, ensurePromises } from "./promises";
import { kill } from "./processes";

/** What became of a case. */
export interface FuzzReport {
  /** Steps that were taken: one that nobody could take after what had gone wrong is left out. */
  readonly steps: number;
  /** Processes that were killed in time, a whole run counting as one. */
  readonly kills: number;
  /** The promise that was broken; undefined when none was. */
  readonly failure?: string;
  /** All that the command line said. */
  readonly said: string;
}

const up = ["up", "--yes", "-o", "ndjson"] as const;
const move = ["state", "move", "--yes"] as const;
const pollMs = 100;

/** Long enough for what a provider still does to come after what somebody does next. */
const orphansGoOnAfterMs = 1_500;

/** Runs a case, and looks whether all promises are kept. Nothing of it is left. */
export async function replay(original: FuzzCase, tools: EngineTools, backend: TestBackend): Promise<FuzzReport> {
  const mesh = await CaseMesh.create(tools, backend);
  const run = new CaseRun(mesh, standingOf(original.mesh));
  try {
    for (const step of original.steps) await run.take(step);
    await run.settle();
    await ensurePromises(mesh, run.config, tools, backend);
    await ensureGone(mesh, backend);
    return { ...run.counts, said: mesh.said.join("\n") };
  } catch (error) {
    if (!(error instanceof BrokenPromise)) throw error;
    return { ...run.counts, failure: error.message, said: mesh.said.join("\n") };
  } finally {
    await mesh.dispose();
  }
}

/** A case under way. */
class CaseRun {
  private steps = 0;
  private kills = 0;

  constructor(
    private readonly mesh: CaseMesh,
    private standing: Standing,
  ) {}

  get counts(): Pick<FuzzReport, "steps" | "kills"> {
    return { steps: this.steps, kills: this.kills };
  }

  get config(): Standing["config"] {
    return this.standing.config;
  }

  /** One step, with what goes wrong in it. */
  async take({ change, disturbance }: FuzzStep): Promise<void> {
    const next = changed(this.standing, change);
    if (next === undefined) return;
    this.steps += 1;
    this.standing = next;
    const isMove = change.kind === "stacks";
    if (isMove) {
      await this.write();
      await this.disturbed(move, disturbance);
      await this.moved();
    }
    await this.update(isMove ? undefined : disturbance);
  }

  /** The last update, in which nothing goes wrong. @throws BrokenPromise when it fails all the same. */
  async settle(): Promise<void> {
    const { code, stderr, stdout } = await this.update(undefined);
    if (code !== 0)
      throw new BrokenPromise(`the last up ended with ${code}: ${stderr.slice(-2000)}${stdout.slice(-2000)}`);
    await this.write();
  }

  private async update(disturbance: Disturbance | undefined): Promise<CommandEnd> {
    await this.write();
    const end = await this.disturbed(up, disturbance);
    if (end.code === 0) this.standing = settled(this.standing);
    return end;
  }

  /** Moves the state as a user does who reads what is refused. */
  private async moved(): Promise<void> {
    for (let left = 3; left > 0; left--) {
      const { code, stderr } = await this.mesh.run(...move);
      if (code === 0 || stderr.includes("There is nothing to move")) return;
      if (!stderr.includes("left half-done")) throw new BrokenPromise(`state move ended with ${code}: ${stderr}`);
      const { standing } = this;
      const { stacks } = standing.config;
      const back = changed(standing, { kind: "stacks", stacks: stacks === "per-cluster" ? "one" : "per-cluster" });
      if (back !== undefined) this.standing = back;
      await this.update(undefined);
      this.standing = changed(this.standing, { kind: "stacks", stacks: stacks ?? "one" }) ?? standing;
      await this.write();
    }
    throw new BrokenPromise("state move is refused again and again");
  }

  private async write(): Promise<void> {
    await this.mesh.paper.options(this.standing.config);
  }

  /** Runs the command line, with what goes wrong. */
  private async disturbed(args: readonly string[], disturbance: Disturbance | undefined): Promise<CommandEnd> {
    const { mesh } = this;
    const { faults } = mesh.paper;
    switch (disturbance?.kind) {
      case undefined:
        return mesh.run(...args);
      case "fault":
        faults.fail(mesh.paper.urlOf(disturbance.context), disturbance.fault);
        return mesh.run(...args).finally(() => faults.release());
      case "second-run": {
        const first = mesh.start(...args);
        await delay(disturbance.afterMs);
        const [end, other] = await Promise.all([first.ended, mesh.run(...args)]);
        return end.code === 0 ? other : end;
      }
      case "kill":
        return this.killed(args, disturbance.victim, disturbance.at);
    }
  }

  private async killed(args: readonly string[], victim: Victim, at: KillPoint): Promise<CommandEnd> {
    const { faults } = this.mesh.paper;
    if ("operation" in at) faults.stallAt(at);
    const running = this.mesh.start(...args);
    const isThere = (): boolean => this.mesh.processes().some(({ role }) => role === victim);
    if ("operation" in at) await reached(running, () => faults.stalled() !== undefined);
    else {
      if (victim !== "all") await reached(running, isThere);
      await reached(running, after(at.afterMs));
    }
    if (!running.hasEnded() && this.kill(victim, faults.stalled()?.pid)) this.kills += 1;
    // What outlives the kill goes on, beside what is done next.
    const released = delay(orphansGoOnAfterMs).then(() => faults.release());
    const end = await running.ended;
    if (victim !== "isthmus") await released;
    return end;
  }

  /** @param stalled The plugin that is known to be at work. */
  private kill(victim: Victim, stalled: number | undefined): boolean {
    const processes = this.mesh.processes();
    if (victim === "plugin" && stalled !== undefined) return kill([stalled]) > 0;
    const chosen = processes.filter(({ role }) => victim === "all" || role === victim).map(({ pid }) => pid);
    return kill(victim === "plugin" ? chosen.slice(0, 1) : chosen) > 0;
  }
}

async function reached(running: Running, isReached: () => boolean): Promise<void> {
  while (!running.hasEnded() && !isReached()) await delay(pollMs);
}

function after(ms: number): () => boolean {
  const start = performance.now();
  return () => performance.now() - start > ms;
}
