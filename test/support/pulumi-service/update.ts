import { randomUUID } from "node:crypto";
import { ServiceError } from "./answer";

/** What an update is of; an import of a state is one too. */
export type UpdateKind = "update" | "preview" | "refresh" | "destroy" | "import";

export type UpdateStatus = "not started" | "running" | "succeeded" | "failed" | "cancelled";

/** What the CLI says when it asks for an update. */
export interface UpdateProgram {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly metadata?: { readonly message?: string; readonly environment?: Readonly<Record<string, string>> };
}

/** One event of the engine's; of most only the order counts here. */
interface EngineEvent {
  readonly summaryEvent?: { readonly resourceChanges?: Readonly<Record<string, number>> };
}

/** One run of the engine on a stack, and the lease under which it may write. */
export class Update {
  readonly id: string = randomUUID();
  status: UpdateStatus = "not started";
  /** Of the stack, once it is complete; a preview has that of the last update. */
  version = 0;
  /** In milliseconds since 1970, as are all times here. */
  startedAtMs = 0;
  endedAtMs = 0;
  readonly events: EngineEvent[] = [];
  private token = "";
  private expiresAtMs = 0;

  constructor(
    readonly kind: UpdateKind,
    readonly author: string,
    readonly program: UpdateProgram,
  ) {}

  /** Whether it keeps others from the stack: it runs, and renews its lease. Previews keep nobody. */
  isInTheWay(nowMs: number): boolean {
    return this.status === "running" && this.kind !== "preview" && nowMs < this.expiresAtMs;
  }

  start(version: number, nowMs: number, leaseMs: number): { token: string; tokenExpiration: number } {
    if (this.status !== "not started") throw new ServiceError(409, "Conflict: The Update has already started");
    this.status = "running";
    this.version = version;
    this.startedAtMs = nowMs;
    return this.lease(nowMs, leaseMs);
  }

  renew(nowMs: number, leaseMs: number): { token: string; tokenExpiration: number } {
    return this.lease(nowMs, leaseMs);
  }

  /** @throws ServiceError when a token is not, or no longer, this update's. */
  check(token: string, nowMs: number): void {
    if (this.status !== "running") throw new ServiceError(409, "Conflict: The Update has already completed");
    if (token !== this.token || nowMs >= this.expiresAtMs) {
      throw new ServiceError(403, "The provided update token has expired.");
    }
  }

  end(status: "succeeded" | "failed" | "cancelled", nowMs: number): void {
    this.status = status;
    this.endedAtMs = nowMs;
  }

  /** As `pulumi stack history` reads it. */
  get info(): object {
    const { kind, version, program } = this;
    return {
      kind,
      version,
      startTime: seconds(this.startedAtMs),
      endTime: seconds(this.endedAtMs),
      message: program.metadata?.message ?? "",
      environment: program.metadata?.environment ?? {},
      config: program.config ?? {},
      result: this.status === "running" ? "in-progress" : this.status === "succeeded" ? "succeeded" : "failed",
      resourceChanges: this.events.findLast(({ summaryEvent }) => summaryEvent)?.summaryEvent?.resourceChanges ?? {},
    };
  }

  private lease(nowMs: number, leaseMs: number): { token: string; tokenExpiration: number } {
    this.token = randomUUID();
    this.expiresAtMs = nowMs + leaseMs;
    return { token: this.token, tokenExpiration: seconds(this.expiresAtMs) };
  }
}

export const seconds = (ms: number): number => Math.floor(ms / 1000);
