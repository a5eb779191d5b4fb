import { existsSync, mkdirSync, openSync, closeSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** When in an operation its provider stops: before anything has changed, or when all has, and before the engine hears. */
export type StallPoint = "before" | "after";

/** How a cluster fails: its API server does not answer, or it answers that it cannot. */
export type ClusterFault = "silent" | "errors";

/** What a provider says while it is stalled. */
export interface Stalled {
  /** The provider's process. */
  readonly pid: number;
}

interface Stall {
  /** Counted over all providers of a world. */
  readonly operation: number;
  readonly point: StallPoint;
}

const pollMs = 30;

/**
 * What goes wrong in clusters on paper: files beside the world, which a test writes and the providers read. They count what
 * they do, so that a test can stop the world at a certain operation.
 */
export class PaperFaults {
  private readonly directory: string;

  /** @param world Directory of the world. */
  constructor(world: string) {
    this.directory = `${world}-faults`;
  }

  /** Lets the provider that comes to an operation stop there, until {@link release}. Counting begins anew. */
  stallAt(stall: Stall): void {
    this.release();
    mkdirSync(this.operations, { recursive: true });
    writeFileSync(this.file("stall"), JSON.stringify(stall));
  }

  /** The provider that has come to the operation; undefined as long as none has. */
  stalled(): Stalled | undefined {
    return readJson(this.file("stalled")) as Stalled | undefined;
  }

  /** Lets providers go on. */
  release(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Lets a cluster fail, until {@link release}. */
  fail(server: string, fault: ClusterFault): void {
    mkdirSync(this.directory, { recursive: true });
    writeFileSync(this.file(encodeURIComponent(new URL(server).host)), fault);
  }

  /** How a cluster fails; undefined for one that is well. */
  of(server: string): ClusterFault | undefined {
    const file = this.file(encodeURIComponent(new URL(server).host));
    return existsSync(file) ? (readFileSync(file, "utf8") as ClusterFault) : undefined;
  }

  /** A provider begins with something. @returns A function that it waits for at each point. */
  begin(): (point: StallPoint) => Promise<void> {
    const stall = readJson(this.file("stall")) as Stall | undefined;
    if (stall === undefined) return () => Promise.resolve();
    if (this.count() !== stall.operation) return () => Promise.resolve();
    return async (point) => {
      if (point !== stall.point) return;
      writeFileSync(this.file("stalled"), JSON.stringify({ pid: process.pid } satisfies Stalled));
      while (existsSync(this.file("stalled"))) await delay(pollMs);
    };
  }

  /** Takes the next number, whatever other providers do. */
  private count(): number {
    for (let next = existsSync(this.operations) ? readdirSync(this.operations).length + 1 : 1; ; next++) {
      try {
        closeSync(openSync(join(this.operations, String(next)), "wx"));
        return next;
      } catch (error) {
        // Released meanwhile: nothing is counted any more.
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
  }

  private get operations(): string {
    return this.file("operations");
  }

  private file(name: string): string {
    return join(this.directory, name);
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
