import type { Change, MeshEvent, ResourceOfStep, Subject } from "../../operations/events";

/** A step that is under way. */
export interface RunningStep {
  readonly subject: ResourceOfStep;
  readonly change: Change;
  readonly sinceSeconds: number;
  /** What it said last of how far it is. */
  readonly detail?: string;
}

/** How far one cluster is, or what belongs to none. */
export interface Row {
  readonly name: string;
  /** In the order in which they began. */
  readonly running: readonly RunningStep[];
  /** How many steps, or checks, have ended. */
  readonly done: number;
  readonly failed: number;
  /** Why nothing happens there yet, or no more, in words. */
  readonly state?: string;
}

interface MutableRow {
  readonly name: string;
  readonly running: Map<string, RunningStep>;
  done: number;
  failed: number;
  state?: string;
}

/** The row of what belongs to no cluster, where the whole mesh is in one stack. */
const wholeMesh = "mesh";

/** The row of the stack that has what belongs to no cluster, where the mesh is cut into several. */
const trust = "trust";

/** Adds up an operation's events to how far it is, a row for each cluster. */
export class Rows {
  private readonly rows = new Map<string, MutableRow>();
  private environment = "";
  private clusters: readonly string[] = [];

  /** Takes the next event. */
  take(event: MeshEvent): void {
    switch (event.type) {
      case "operation-started":
        this.environment = event.stack;
        this.clusters = event.clusters;
        for (const name of event.clusters) this.row(name);
        return;
      case "stack-waits":
        this.ofStack(event.stack, `waits for ${event.waitsFor.join(", ")}`);
        return;
      case "stack-started":
        this.ofStack(event.stack, undefined);
        return;
      case "stack-failed":
        this.ofStack(event.stack, "failed");
        return;
      case "step-started": {
        const { change, seconds: sinceSeconds } = event;
        this.rowOf(event).running.set(event.urn, { subject: event, change, sinceSeconds });
        return;
      }
      case "step-progressed": {
        const { running } = this.rowOf(event);
        const step = running.get(event.urn);
        if (step !== undefined) running.set(event.urn, { ...step, detail: event.message });
        return;
      }
      case "step-planned":
      case "step-ended":
      case "step-failed": {
        const row = this.rowOf(event);
        row.running.delete(event.urn);
        if (event.type === "step-failed") row.failed++;
        else row.done++;
        return;
      }
      case "check-ended":
        for (const name of event.clusters) {
          const row = this.row(name);
          if (event.status === "fail") row.failed++;
          else row.done++;
        }
        return;
      // What else happens moves no cluster on.
      case "stack-ended":
      case "operation-ended":
      case "diagnostic":
      case "notice":
    }
  }

  /** The rows: what belongs to no cluster first, then the clusters in their order, then those of no configuration. */
  get all(): readonly Row[] {
    const order = (name: string): number => {
      const at = this.clusters.indexOf(name);
      return at === -1 && this.clusters.length > 0 && !this.isOfNoCluster(name) ? this.clusters.length : at;
    };
    return [...this.rows.values()]
      .sort((left, right) => order(left.name) - order(right.name))
      .map(({ running, ...row }) => ({ ...row, running: [...running.values()] }));
  }

  /** Name of the row that an event belongs to; undefined for what is about the operation itself. */
  nameOf(event: MeshEvent): string | undefined {
    const { cluster } = event as Partial<Subject>;
    if (cluster !== undefined) return cluster;
    if (event.stack !== this.environment) return this.partOf(event.stack);
    return "change" in event || event.type === "step-progressed" ? wholeMesh : undefined;
  }

  /** Width of the longest name of a cluster, in columns. */
  get nameWidth(): number {
    return Math.max(trust.length, ...this.clusters.map(({ length }) => length));
  }

  private isOfNoCluster(name: string): boolean {
    return name === wholeMesh || name === trust;
  }

  /** A mesh that is cut into stacks has `prod.trust` and one for each cluster, `prod.<cluster>`. */
  private partOf(stack: string): string {
    return stack.startsWith(`${this.environment}.`) ? stack.slice(this.environment.length + 1) : stack;
  }

  private ofStack(stack: string, state: string | undefined): void {
    // Where there is one stack, what becomes of it is told of the operation.
    if (stack === this.environment) return;
    const row = this.row(this.partOf(stack));
    if (state === undefined) delete row.state;
    else row.state = state;
  }

  private rowOf(event: MeshEvent): MutableRow {
    return this.row(this.nameOf(event) ?? wholeMesh);
  }

  private row(name: string): MutableRow {
    const row = this.rows.get(name) ?? { name, running: new Map(), done: 0, failed: 0 };
    this.rows.set(name, row);
    return row;
  }
}
