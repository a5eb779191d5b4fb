import type { Screen } from "../../../../cli/display/screen";
import type { MeshEvent, MeshEventBody } from "../../../../operations/events";

/** A screen that keeps what is written, with a clock that the test sets. */
export class TestScreen implements Screen {
  written = "";
  now = 0;
  columns = 80;
  rows = 24;

  write(text: string): void {
    this.written += text;
  }

  size(): { readonly columns: number; readonly rows: number } {
    return { columns: this.columns, rows: this.rows };
  }

  nowMs(): number {
    return this.now;
  }

  /** What was written since the last call. */
  taken(): string {
    const { written } = this;
    this.written = "";
    return written;
  }
}

/** An event at a time, of the environment's stack unless another is named. */
export function at(seconds: number, body: MeshEventBody, stack = "prod"): MeshEvent {
  return { ...body, stack, seconds };
}

/** A step of a cluster's component. */
export function subject(
  cluster: string | undefined,
  component: string,
  part?: string,
): { readonly cluster?: string; readonly component: string; readonly part?: string; readonly urn: string } {
  const about = {
    component,
    ...(part === undefined ? {} : { part }),
    urn: `${cluster ?? ""} ${component} ${part ?? ""}`,
  };
  return cluster === undefined ? about : { cluster, ...about };
}

/** An update of two clusters, one of which fails. */
export const update: readonly MeshEvent[] = [
  at(0, { type: "operation-started", operation: "up", mesh: "mesh1", clusters: ["east", "westmost"] }),
  at(1, { type: "notice", message: "the last update was killed: clearing away what it had begun" }),
  at(1.5, { type: "stack-started" }),
  at(2, { type: "diagnostic", severity: "warning", message: "using a plugin from $PATH" }),
  at(2, { type: "diagnostic", severity: "warning", message: "using a plugin from $PATH" }),
  at(3, { type: "step-started", change: "create", ...subject(undefined, "root CA", "key") }),
  at(3.25, { type: "step-ended", change: "create", tookSeconds: 0.25, ...subject(undefined, "root CA", "key") }),
  at(4, { type: "step-started", change: "create", ...subject("east", "istiod") }),
  at(4.5, { type: "step-started", change: "update", ...subject("westmost", "east-west gateway", "Service") }),
  at(5, { type: "step-progressed", message: "waiting for pods\nand more", ...subject("east", "istiod") }),
  at(9, {
    type: "diagnostic",
    severity: "error",
    message: `no room\n${"x".repeat(400)}`,
    ...subject("westmost", "east-west gateway", "Service"),
  }),
  at(9, {
    type: "step-failed",
    change: "update",
    tookSeconds: 4.5,
    ...subject("westmost", "east-west gateway", "Service"),
  }),
  at(11.2, { type: "step-ended", change: "create", tookSeconds: 7.2, ...subject("east", "istiod") }),
  at(130, { type: "step-ended", change: "delete-replaced", tookSeconds: 118.8, ...subject("east", "remote secret") }),
  at(131, { type: "stack-failed", reason: "no room", tookSeconds: 129.5 }),
  at(131, { type: "operation-ended", operation: "up", outcome: "failed", reason: "no room" }),
];
