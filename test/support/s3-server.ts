import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { promisify } from "node:util";

const tools = resolve(__dirname, "../tools");
/** Go's own cache keeps the program; what this is built from on a new machine is small. */
const goVariables = { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "local" };

/** Keys by which AWS's libraries sign; the server knows nobody, and lets everybody in. */
export const s3Variables: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: "key-of-the-test",
  AWS_SECRET_ACCESS_KEY: "secret-key-of-the-test",
  AWS_REGION: "eu-west-1",
  AWS_EC2_METADATA_DISABLED: "true",
};

/** A bucket, and what stands in it. */
export class Bucket {
  constructor(
    /** `host:port` of its server. */
    readonly endpoint: string,
    readonly name: string,
  ) {}

  /** The keys that begin with a prefix. A page of them is enough for a test. */
  async keys(prefix: string): Promise<string[]> {
    const query = new URLSearchParams({ "list-type": "2", prefix });
    const list = await this.request("GET", `?${query.toString()}`);
    return [...list.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => key);
  }

  read(key: string): Promise<string> {
    return this.request("GET", `/${key}`);
  }

  async write(key: string, content: string): Promise<void> {
    await this.request("PUT", `/${key}`, content);
  }

  async remove(key: string): Promise<void> {
    await this.request("DELETE", `/${key}`);
  }

  async request(method: string, path: string, body?: string): Promise<string> {
    const init = { method, ...(body === undefined ? {} : { body }) };
    const response = await fetch(`http://${this.endpoint}/${this.name}${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${this.name}${path}: ${response.status} ${text}`);
    return text;
  }
}

let server: Promise<string> | undefined;

/** A new bucket. One server holds those of all tests of a process, in memory, and ends with it. */
export async function newBucket(): Promise<Bucket> {
  server ??= startServer();
  const bucket = new Bucket(await server, `states-${randomBytes(6).toString("hex")}`);
  await bucket.request("PUT", "");
  return bucket;
}

async function startServer(): Promise<string> {
  const { stdout } = await promisify(execFile)("go", ["tool", "-n", "gofakes3"], { cwd: tools, env: goVariables });
  const child = spawn(stdout.trim(), ["-backend", "memory", "-host", "127.0.0.1:0"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  const port = await portOf(child);
  child.unref();
  (child.stderr as unknown as { unref(): void }).unref();
  return `127.0.0.1:${port}`;
}

function portOf(child: ChildProcess): Promise<string> {
  return new Promise((fulfil, reject) => {
    let words = "";
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`the S3 server ended:\n${words}`)));
    child.stderr?.on("data", (data: Buffer) => {
      words += data.toString();
      const [, port] = /using port: (\d+)/.exec(words) ?? [];
      if (port !== undefined) fulfil(port);
    });
  });
}
