import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { lives, type ProcessIdentity } from "../process/process-identity";

/** A command of Pulumi's that changes a stack, noted on this machine while it runs. */
export interface RunRecord {
  /** What its processes bear in {@link runVariable}. */
  readonly id: string;
  /** Subcommand, such as `up`. */
  readonly command: string;
  /** When it began, in milliseconds since 1970. */
  readonly beganAtMs: number;
  /** Pulumi's own process; undefined until it is started. */
  readonly engine?: ProcessIdentity;
  /** The process that started it, and waits for it. */
  readonly owner: ProcessIdentity;
  /**
   * When it ended by itself, with an error, in milliseconds since 1970. A provider plugin that died makes it fail, and
   * what that one was at is then nobody's.
   */
  readonly failedAtMs?: number;
}

/** Which stack of which backend, as far as this machine tells them apart. */
export interface StackPlace {
  /** `PULUMI_BACKEND_URL`; empty where Pulumi takes the one that somebody logged in to. */
  readonly backend: string;
  readonly project: string;
  readonly stack: string;
}

/**
 * Where the runs on one stack are noted: beside what Pulumi itself notes for this user. By it a lock, or what an update
 * left behind, is known to be that of a process that this machine started, which host names and process numbers do not
 * show.
 */
export class RunRecords {
  private readonly directory: string;

  constructor(place: StackPlace, variables: NodeJS.ProcessEnv) {
    const key = createHash("sha256").update(JSON.stringify(place)).digest("hex").slice(0, 32);
    const home = variables["PULUMI_HOME"] ?? join(variables["HOME"] ?? homedir(), ".pulumi");
    this.directory = join(home, "isthmus", "runs", key);
  }

  /** Notes a run that is about to begin. */
  begin(command: string, owner: ProcessIdentity): RunRecord {
    const record: RunRecord = { id: randomUUID(), command, beganAtMs: Date.now(), owner };
    this.write(record);
    return record;
  }

  /** Notes Pulumi's own process. */
  started(record: RunRecord, engine: ProcessIdentity): RunRecord {
    const known = { ...record, engine };
    this.write(known);
    return known;
  }

  /** Notes that a run has ended by itself, with an error. */
  failed(record: RunRecord): void {
    this.write({ ...record, failedAtMs: Date.now() });
  }

  /** Forgets a run: it has ended by itself, or what it left behind is seen to. */
  end({ id }: RunRecord): void {
    rmSync(join(this.directory, `${id}.json`), { force: true });
  }

  /** All that are noted, the oldest first. */
  all(): RunRecord[] {
    if (!existsSync(this.directory)) return [];
    return readdirSync(this.directory)
      .filter((name) => name.endsWith(".json"))
      .flatMap((name) => recordIn(join(this.directory, name)))
      .sort((left, right) => left.beganAtMs - right.beganAtMs);
  }

  /**
   * Claims something that only one process of this machine is to do, such as to take a certain lock away.
   * @returns Whether nobody has claimed it, or who did was cut off by now.
   */
  claim(what: string): boolean {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    const file = join(this.directory, `${createHash("sha256").update(what).digest("hex").slice(0, 32)}.claim`);
    try {
      writeFileSync(file, String(Date.now()), { flag: "wx", mode: 0o600 });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (Date.now() - Number(readFileSync(file, "utf8")) < claimHoldsMs) return false;
      writeFileSync(file, String(Date.now()), { mode: 0o600 });
      return true;
    }
  }

  /** Whole or not at all: who reads it meanwhile must not find it cut off. */
  private write(record: RunRecord): void {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    const file = join(this.directory, `${record.id}.json`);
    writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}

/** Longer than `pulumi cancel` takes. */
const claimHoldsMs = 30_000;

/** Whether a run is still waited for, or its engine still at work. */
export function isUnderWay({ owner, engine, failedAtMs }: RunRecord): boolean {
  if (failedAtMs !== undefined) return false;
  return engine === undefined ? lives(owner) : lives(engine);
}

/** One that is gone since the directory was read has ended. */
function recordIn(file: string): RunRecord[] {
  try {
    return [JSON.parse(readFileSync(file, "utf8")) as RunRecord];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
