import { resolveAccess, type ClusterAccess } from "../../access";
import { reachClusters, readerTokenFindings, type StackKnowledge } from "../../preflight";
import type { ListedStack } from "../../engine/stack-reference";
import { localFilesDigest, parsePartOutputs, partDigest, type PartState } from "../../stacks";
import {
  ConfigurationError,
  distinctProblems,
  formatProblem,
  partsOf,
  partStack,
  planOfSites,
  sitesOf,
  trustPart,
  withMutualTls,
  type Problem,
} from "../../topology";
import { operationSources } from "../stack/kubeconfig-sources";
import { destroy, up, type Changes } from "../stack/stack";
import { UnfinishedUpdate } from "../stack/unfinished";
import { openWorkspace } from "../stack/workspace";
import { ensureInParts } from "./layout";
import { mergedOutputs, summed } from "./merged";
import { judgeOtherRoots } from "./other-roots";
import { readPartsKnowledge } from "./parts-knowledge";
import { unfinishedParts, type PartResult, type PartsUpdate } from "./part-result";
import { defaultParallel, onPart, partOptions, type PartsOptions } from "./options";
import { notAgreed, removalsIn, stillReachedParts, type Removals } from "./removals";
import { renamePart, silentRename, takenOver, underNewNames } from "./renamed";
import { dueParts, nextParts, type PartProgress, type Situation } from "./schedule";
import { partStackOf, readPartStacks, type PartStack } from "./states";

/** How an update of a mesh in stacks of its parts is done. */
export interface UpPartsOptions extends PartsOptions {
  readonly refresh?: boolean;
  /** `changed`: stacks that are what they are to be are left alone. `all`: each is updated. Default: changed. */
  readonly extent?: "changed" | "all";
  /**
   * Parts that the configuration no longer has: `agreed`: they are destroyed, with their stacks. `refused`: nothing is
   * changed while there are any. Default: refused.
   */
  readonly removals?: Removals;
}

/**
 * Brings the stacks of a mesh's parts to what the configuration says: in the order in which they need each other, those
 * that need not wait at the same time. One that fails holds up only those that cannot do without it. Stacks that are what
 * they are to be are left alone; so an update that was interrupted goes on where it was.
 * @throws ConfigurationError, before anything is changed, when the clusters are not fit for it.
 * @throws UnfinishedUpdate when all that could be done is done and something is missing.
 */
export async function upParts(options: UpPartsOptions): Promise<PartsUpdate> {
  const run = await PartsRun.begin(options, await ensureInParts(options));
  await run.finish();
  return run.result();
}

class PartsRun {
  private readonly progress = new Map<string, PartProgress>();
  private readonly results = new Map<string, PartResult>();
  private readonly errors = new Map<string, Error>();
  private waits: ReadonlyMap<string, readonly string[]> = new Map();

  private constructor(
    private readonly options: UpPartsOptions,
    private readonly stacks: Map<string, PartStack>,
    private readonly access: ReadonlyMap<string, ClusterAccess>,
    private readonly files: string,
  ) {}

  /** Reads what there is, and looks at the clusters of those parts that are to be updated. */
  static async begin(asked: UpPartsOptions, listed: readonly ListedStack[]): Promise<PartsRun> {
    const { projectDirectory, onProgress = () => undefined } = asked;
    const found = await readPartStacks(asked, listed);
    const plan = withMutualTls(asked.plan, parsePartOutputs(found.get(trustPart)?.outputs).mesh);
    const options = { ...asked, plan };
    const over = takenOver(plan, found);
    const stacks = underNewNames(found, over);
    const removals = removalsIn(options, found);
    if (options.removals !== "agreed" && removals.length > 0) throw new ConfigurationError(removals.map(notAgreed));
    // Kubeconfigs come first: what a part is made of depends on them, and no cluster is asked for that.
    const sources = operationSources(await partOptions(options, trustPart), "rehearse");
    const resolved = await resolveAccess(plan, projectDirectory, sources, options.variables);
    if (resolved.problems.length > 0) throw new ConfigurationError(resolved.problems);
    const run = new PartsRun(options, stacks, resolved.clusters, localFilesDigest(plan, projectDirectory));
    const due = dueParts(run.situation()).filter((part) => sitesOf(plan).some(({ name }) => name === part));
    let knowledge: Promise<StackKnowledge> | undefined;
    const reached = await reachClusters(
      planOfSites(plan, due),
      projectDirectory,
      sources,
      () => (knowledge ??= readPartsKnowledge(options, stacks, due)),
      {
        madeAnew: options.refresh === true ? "accept" : "refuse",
        ...(options.variables === undefined ? {} : { environment: options.variables }),
      },
    );
    const otherRoots = { options, stacks, due, access: resolved.clusters, sources };
    const problems = [
      ...distinctProblems([
        ...reached.problems,
        ...(await judgeOtherRoots(otherRoots)),
        ...(await run.readerTokenProblems(due)),
      ]),
      ...[...over].flatMap(([part, former]) =>
        reached.clusters.get(part)?.isReachable === false ? [silentRename(pathOf(options, part), former)] : [],
      ),
      ...(await stillReachedParts(options, removals, stacks, new Map([...resolved.clusters, ...reached.clusters]))),
    ];
    if (problems.length > 0) throw new ConfigurationError(problems);
    options.stop?.throwIfAborted();
    // The others read a stack by its new name, so that all have theirs before the first of them is updated.
    for (const [part, former] of over) await renamePart(options, former, part, found.has(part) ? "empty" : "absent");
    for (const warning of reached.warnings) onProgress(`warning: ${formatProblem(warning)}`);
    for (const part of due) {
      const cluster = reached.clusters.get(part);
      if (cluster === undefined || cluster.isReachable) continue;
      run.leave(
        part,
        reached.failures.filter(({ path }) => path.startsWith(`${pathOf(options, part)}.`)),
      );
    }
    return run;
  }

  /** Begins what can be begun, and what that makes possible, until nothing is left. */
  async finish(): Promise<void> {
    const running = new Map<string, Promise<void>>();
    const { parallel = defaultParallel, stop } = this.options;
    for (;;) {
      const { begin, waits } = nextParts(this.situation());
      this.tellWaits(waits);
      const isStopped = stop?.aborted === true;
      for (const part of isStopped ? [] : begin.slice(0, parallel - running.size)) {
        running.set(
          part,
          this.begin(part).finally(() => running.delete(part)),
        );
      }
      if (running.size === 0) break;
      await Promise.race(running.values());
    }
    stop?.throwIfAborted();
  }

  /**
   * What came of it.
   * @throws UnfinishedUpdate when something is missing.
   */
  result(): PartsUpdate {
    const { stack, plan } = this.options;
    const parts = [...partsOf(plan), ...[...this.results.keys()].filter((part) => !partsOf(plan).includes(part))].map(
      (part) => this.results.get(part) ?? this.untouched(part),
    );
    const failed = parts.filter(({ outcome }) => outcome === "failed" || outcome === "waiting");
    if (failed.length > 0) {
      throw unfinishedParts({ stack, failed, results: this.results, errors: this.errors, waits: this.waits });
    }
    return {
      stack,
      changes: summed(parts.map(({ changes }) => changes)),
      outputs: mergedOutputs(plan, new Map([...this.stacks].map(([part, { outputs }]) => [part, outputs]))),
      parts,
    };
  }

  /** What keeps tokens of the clusters that are due from being deleted: their readers are in other parts. */
  private async readerTokenProblems(due: readonly string[]): Promise<readonly Problem[]> {
    const { plan, variables } = this.options;
    const environment = variables === undefined ? {} : { environment: variables };
    return (await readerTokenFindings({ plan, access: this.access, clusters: due, ...environment })).problems;
  }

  situation(): Situation {
    const { plan, extent = "changed", refresh = false } = this.options;
    const offers = new Map([...this.stacks].map(([part, { state }]) => [part, state.offers]));
    const digests = new Map<string, string>();
    return {
      plan,
      states: new Map([...this.stacks].map(([part, { state }]): [string, PartState] => [part, state])),
      progress: this.progress,
      digestOf: (part) => {
        const files = part === trustPart ? undefined : this.files;
        const digest = digests.get(part) ?? partDigest({ plan, part, access: this.access.get(part), files, offers });
        digests.set(part, digest);
        return digest;
      },
      extent: refresh ? "all" : extent,
    };
  }

  private async begin(part: string): Promise<void> {
    const stack = partStack(this.options.stack, part);
    const isPlanned = partsOf(this.options.plan).includes(part);
    const begunWith = isPlanned ? this.situation().digestOf(part) : "";
    this.progress.set(part, { status: "running", begunWith });
    try {
      const changes = isPlanned ? await this.update(part) : await this.remove(part);
      this.progress.set(part, { status: "done", begunWith });
      const before = this.results.get(part)?.changes ?? {};
      const outcome = isPlanned ? "updated" : "removed";
      this.results.set(part, { part, stack, outcome, changes: summed([before, changes]) });
    } catch (error) {
      this.fail(part, error instanceof Error ? error : new Error(String(error)), begunWith);
    }
  }

  private async update(part: string): Promise<Changes> {
    const { refresh } = this.options;
    const { changes, outputs } = await onPart(this.options, part, (options) =>
      up({ ...options, ...(refresh === true ? { refresh } : {}) }),
    );
    this.stacks.set(part, partStackOf(outputs, part));
    return changes;
  }

  private async remove(part: string): Promise<Changes> {
    const destroyed = await onPart(this.options, part, async (options) => {
      const result = await destroy(options, new Map());
      await (await openWorkspace(options)).removeStack(options.stack);
      return result;
    });
    this.stacks.delete(part);
    return destroyed?.changes ?? {};
  }

  /** A cluster that does not answer is not begun with. */
  private leave(part: string, failures: readonly Problem[]): void {
    if (failures.length === 0) {
      this.progress.set(part, { status: "done", begunWith: this.situation().digestOf(part) });
      return;
    }
    const error = new UnfinishedUpdate(failures.map(formatProblem).join("; "), [part], failures);
    this.options.onLeft?.(partStack(this.options.stack, part), error.message);
    this.fail(part, error, this.situation().digestOf(part));
  }

  private fail(part: string, error: Error, begunWith: string): void {
    const stack = partStack(this.options.stack, part);
    this.progress.set(part, { status: "failed", begunWith });
    this.errors.set(part, error);
    this.results.set(part, { part, stack, outcome: "failed", changes: this.results.get(part)?.changes ?? {} });
  }

  private tellWaits(waits: ReadonlyMap<string, readonly string[]>): void {
    const { stack, onWaits } = this.options;
    for (const [part, waitsFor] of waits) {
      if (waitsFor.join() === this.waits.get(part)?.join()) continue;
      onWaits?.(
        partStack(stack, part),
        waitsFor.map((other) => partStack(stack, other)),
      );
    }
    this.waits = waits;
  }

  private untouched(part: string): PartResult {
    const outcome = this.waits.has(part) ? "waiting" : "unchanged";
    return { part, stack: partStack(this.options.stack, part), outcome, changes: {} };
  }
}

function pathOf({ plan }: PartsOptions, part: string): string {
  return sitesOf(plan).find(({ name }) => name === part)?.path ?? "";
}
