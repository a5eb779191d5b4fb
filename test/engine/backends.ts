import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { PulumiService, type ServiceOptions } from "../support/pulumi-service";
import { seed } from "../support/seed";
import { newBucket, s3Variables, type Bucket } from "../support/s3-server";

/** Who holds a lock. */
export interface Holder {
  /** Default: of a process of this machine that is no more. */
  readonly pid?: number;
  /** Default: this machine. */
  readonly host?: string;
  readonly user?: string;
  readonly since?: Date;
}

/** Higher than any process id of Linux. */
export const pidOfNobody = 4194305;

/** A backend of Pulumi's for a test, of its own and empty. */
export interface TestBackend {
  readonly name: BackendName;
  readonly url: string;
  /** Environment variables by which the CLI uses it, without a login. */
  readonly variables: Readonly<Record<string, string>>;
  /** What keeps others from a stack: locks, or the update under way. */
  locks(project: string, stack: string): Promise<readonly string[]>;
  /** Lets somebody else be at work on a stack that is there; the Cloud does not know on which machine. */
  lock(project: string, stack: string, holder?: Holder): Promise<void>;
  /** Takes all locks of a stack away, behind Pulumi's back. */
  unlock(project: string, stack: string): Promise<void>;
  /** Lets time pass at a backend that has a clock of its own: the service, at which what was killed counts as ended later. */
  passTime?(seconds: number): void;
  /** All that the backend keeps of all stacks. */
  content(): Promise<string>;
  stop(): Promise<void>;
}

export type BackendName = "file" | "s3" | "cloud";

/** Files by their keys, in a directory or in a bucket. */
type FileStore = Pick<Bucket, "keys" | "read" | "write" | "remove">;

/** What backends of files and of buckets have in common: Pulumi keeps the same files in both. */
class FilesBackend implements TestBackend {
  constructor(
    readonly name: BackendName,
    readonly url: string,
    readonly variables: Readonly<Record<string, string>>,
    private readonly files: FileStore,
    readonly stop: () => Promise<void>,
  ) {}

  async locks(project: string, stack: string): Promise<readonly string[]> {
    return (await this.files.keys(lockPrefix(project, stack))).filter((key) => key.endsWith(".json"));
  }

  async lock(project: string, stack: string, holder: Holder = {}): Promise<void> {
    const { pid = pidOfNobody, host = hostname(), user = "somebody", since = new Date() } = holder;
    const lock = { pid, username: user, hostname: host, timestamp: since.toISOString() };
    await this.files.write(`${lockPrefix(project, stack)}0a1b2c3d.json`, JSON.stringify(lock));
  }

  async unlock(project: string, stack: string): Promise<void> {
    for (const key of await this.locks(project, stack)) await this.files.remove(key);
  }

  async content(): Promise<string> {
    const keys = await this.files.keys(".pulumi/");
    return (await Promise.all(keys.map((key) => this.files.read(key)))).join("\n");
  }
}

const lockPrefix = (project: string, stack: string): string => `.pulumi/locks/organization/${project}/${stack}/`;

/** A directory as a store of files. */
function filesIn(directory: string): FileStore {
  return {
    keys: async (prefix) => {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => relative(directory, join(parentPath, name)).split(sep).join("/"))
        .filter((key) => key.startsWith(prefix))
        .sort();
    },
    read: (key) => readFile(join(directory, key), "utf8"),
    write: async (key, content) => {
      await mkdir(join(directory, key, ".."), { recursive: true });
      await writeFile(join(directory, key), content);
    },
    remove: (key) => rm(join(directory, key)),
  };
}

async function fileBackend(): Promise<TestBackend> {
  const directory = await mkdtemp(join(tmpdir(), "isthmus-states-"));
  const url = `file://${directory}`;
  return new FilesBackend("file", url, { PULUMI_BACKEND_URL: url }, filesIn(directory), () =>
    rm(directory, { recursive: true }),
  );
}

async function s3Backend(): Promise<TestBackend> {
  const bucket = await newBucket();
  const url = `s3://${bucket.name}?endpoint=${bucket.endpoint}&disableSSL=true&s3ForcePathStyle=true`;
  return new FilesBackend("s3", url, { PULUMI_BACKEND_URL: url, ...s3Variables }, bucket, () => Promise.resolve());
}

/** A service like Pulumi Cloud, with a user who is logged in by a token, and another one. */
export class CloudBackend implements TestBackend {
  readonly name = "cloud";
  readonly user: { readonly name: string; readonly token: string };

  private constructor(readonly service: PulumiService) {
    this.user = service.addUser("ada");
  }

  static async start(options?: ServiceOptions): Promise<CloudBackend> {
    return new CloudBackend(await PulumiService.start(options));
  }

  get url(): string {
    return this.service.url;
  }

  get variables(): Readonly<Record<string, string>> {
    return { PULUMI_BACKEND_URL: this.url, PULUMI_ACCESS_TOKEN: this.user.token };
  }

  locks(project: string, stack: string): Promise<readonly string[]> {
    const current = this.service.stacks.find(this.user.name, project, stack)?.current(this.service.nowMs);
    return Promise.resolve(current === undefined ? [] : [current.id]);
  }

  lock(project: string, stack: string, { user = "somebody", since }: Holder = {}): Promise<void> {
    const stored = this.service.stacks.of({ organization: this.user.name, project, stack });
    const update = stored.create("update", user, {});
    stored.start(update, this.service.nowMs, this.service.leaseMs);
    if (since !== undefined) update.startedAtMs = since.getTime();
    return Promise.resolve();
  }

  unlock(project: string, stack: string): Promise<void> {
    const { nowMs, stacks } = this.service;
    const stored = stacks.find(this.user.name, project, stack);
    const current = stored?.current(nowMs);
    if (current !== undefined) stored?.complete(current, "cancelled", nowMs);
    return Promise.resolve();
  }

  passTime(seconds: number): void {
    this.service.passTime(seconds);
  }

  content(): Promise<string> {
    return Promise.resolve(this.service.stacks.content());
  }

  stop(): Promise<void> {
    return this.service.stop();
  }
}

const starters: Readonly<Record<BackendName, () => Promise<TestBackend>>> = {
  file: fileBackend,
  s3: s3Backend,
  cloud: () => CloudBackend.start(),
};

/** Starts a backend, new and empty. */
export function startBackend(name: BackendName): Promise<TestBackend> {
  return starters[name]();
}

/** All of them. */
export const backendNames: readonly BackendName[] = ["file", "s3", "cloud"];

/** One of the backends, another one for other commits: for a suite that takes minutes on each. */
export const backendOfTheCommit: readonly BackendName[] = backendNames.filter(
  (_name, index) => index === (seed >>> 0) % backendNames.length,
);

/**
 * A suite that runs on each of the backends, each time on a new one.
 * @param suite gets a function that gives the backend inside a hook or test, and which it is.
 * @param names Default: all.
 */
export function forEachBackend(
  suite: (backend: () => TestBackend, name: BackendName) => void,
  names: readonly BackendName[] = backendNames,
): void {
  for (const name of names) {
    describe(`on backend ${name}`, () => {
      let backend: TestBackend;
      before(async () => {
        backend = await starters[name]();
      });
      suite(() => backend, name);
      after(() => backend.stop());
    });
  }
}
