import { randomUUID } from "node:crypto";
import { ServiceError } from "./answer";
import { emptyState, resourceCount, type Checkpoint, type UntypedDeployment } from "./deployment";
import { SecretKey } from "./secret-key";
import { seconds, Update, type UpdateKind, type UpdateProgram } from "./update";

/** A stack as the service keeps it. */
export class StoredStack {
  readonly id = randomUUID();
  readonly key = new SecretKey();
  readonly updates: Update[] = [];
  /** States after each update that is complete, by its version. */
  readonly versions = new Map<number, UntypedDeployment>();
  checkpoint: Checkpoint;

  constructor(
    readonly organization: string,
    public project: string,
    public name: string,
    public tags: Readonly<Record<string, string>>,
    state: UntypedDeployment = emptyState,
  ) {
    this.checkpoint = { state };
  }

  /** All but previews, which are in no history. */
  get history(): readonly Update[] {
    return this.updates.filter(({ kind, startedAtMs }) => kind !== "preview" && startedAtMs > 0);
  }

  get version(): number {
    return this.history.at(-1)?.version ?? 0;
  }

  /** The update that keeps others from the stack. */
  current(nowMs: number): Update | undefined {
    return this.updates.find((update) => update.isInTheWay(nowMs));
  }

  create(kind: UpdateKind, author: string, program: UpdateProgram): Update {
    const update = new Update(kind, author, program);
    this.updates.push(update);
    return update;
  }

  update(id: string): Update {
    const found = this.updates.find((update) => update.id === id);
    if (found === undefined) throw new ServiceError(404, `Not Found: Update '${id}' not found`);
    return found;
  }

  /** @throws ServiceError when another update is under way. */
  start(update: Update, nowMs: number, leaseMs: number): object {
    if (update.kind === "preview") return { version: this.version, ...update.start(this.version, nowMs, leaseMs) };
    this.refuseWhileUpdating(nowMs);
    // One that no longer renewed its lease will not come back.
    for (const other of this.updates)
      if (other.status === "running" && other.kind !== "preview") other.end("failed", nowMs);
    const version = this.version + 1;
    return { version, ...update.start(version, nowMs, leaseMs) };
  }

  complete(update: Update, status: "succeeded" | "failed" | "cancelled", nowMs: number): void {
    update.end(status, nowMs);
    if (update.kind !== "preview") this.versions.set(update.version, this.checkpoint.state);
  }

  /** @throws ServiceError when an update is under way. */
  refuseWhileUpdating(nowMs: number): void {
    if (this.current(nowMs) === undefined) return;
    throw new ServiceError(409, "Conflict: Another update is currently in progress.");
  }

  /** What `pulumi stack` shows. */
  describe(nowMs: number): object {
    const current = this.current(nowMs);
    return {
      id: this.id,
      orgName: this.organization,
      projectName: this.project,
      stackName: this.name,
      activeUpdate: this.history.at(-1)?.id ?? "",
      tags: this.tags,
      version: this.version,
      ...(current && {
        currentOperation: { kind: current.kind, author: current.author, started: seconds(current.startedAtMs) },
      }),
    };
  }

  /** What `pulumi stack ls` shows. */
  get summary(): object {
    const last = this.history.at(-1);
    return {
      id: this.id,
      orgName: this.organization,
      projectName: this.project,
      stackName: this.name,
      resourceCount: resourceCount(this.checkpoint.state),
      ...(last && { lastUpdate: seconds(last.startedAtMs) }),
    };
  }
}
