import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import { join } from "node:path";
import type { Plugin } from "./plugin-choice";
import { writeWhole } from "./process";

/** The download server answers within this time, or there is no way to it. */
const answerTimeoutMs = 4_000;

/** For the larger of the plugins, kubernetes with its 40 MB. */
const downloadTimeoutMs = 5 * 60 * 1000;

/** A failure is believed for a day: being offline should not cost seconds at every `lab up`. */
const believedForMs = 24 * 60 * 60 * 1000;

/** Downloads that failed lately, by plugin and version; kept in the lab's state. */
export class FailedDownloads {
  private constructor(
    private readonly file: string,
    private readonly failures: Map<string, Failure>,
  ) {}

  static async read(stateDirectory: string): Promise<FailedDownloads> {
    const file = join(stateDirectory, "failed-downloads.json");
    return new FailedDownloads(file, new Map(JSON.parse(await readOr(file, "[]")) as [string, Failure][]));
  }

  /** Why the download of the plugin failed; undefined where it is worth a try. */
  reason(plugin: Plugin, nowMs = Date.now()): string | undefined {
    const failure = this.failures.get(key(plugin));
    return failure !== undefined && nowMs - failure.atMs < believedForMs ? failure.reason : undefined;
  }

  /** Notes how a download ended: why it failed, or undefined if it did not. */
  async note(plugin: Plugin, reason: string | undefined): Promise<void> {
    if (reason === undefined) this.failures.delete(key(plugin));
    else this.failures.set(key(plugin), { atMs: Date.now(), reason });
    await writeWhole(this.file, JSON.stringify([...this.failures]));
  }

  /** Forgets all failures, for a user who insists. */
  forget(): void {
    this.failures.clear();
  }
}

interface Failure {
  readonly atMs: number;
  readonly reason: string;
}

/**
 * Has the Pulumi CLI download and install a plugin.
 * @returns why it failed; undefined once the plugin is installed.
 */
export async function downloadPlugin(plugin: Plugin, pulumi: string): Promise<string | undefined> {
  const args = ["plugin", "install", "resource", plugin.name, plugin.version, "--non-interactive", "--color", "never"];
  const options = { timeout: downloadTimeoutMs, env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" } };
  return new Promise((resolve) => {
    execFile(pulumi, args, options, (error, _stdout, stderr) => {
      resolve(error === null ? undefined : lastLine(stderr) || error.message);
    });
  });
}

/**
 * Whether the server has the plugin: the CLI takes its time to notice that there is no network.
 * @returns why not; undefined if it has.
 */
export function askDownloadServer(plugin: Plugin): Promise<string | undefined> {
  const host = "get.pulumi.com";
  const path = `/releases/plugins/pulumi-resource-${plugin.name}-v${plugin.version}-${process.platform}-${architecture()}.tar.gz`;
  // As the CLI does, through the proxy that the environment names.
  const agent = new Agent({ proxyEnv: process.env });
  return new Promise((resolve) => {
    const question = request({ host, path, method: "HEAD", agent, timeout: answerTimeoutMs }, (response) => {
      const { statusCode = 0 } = response;
      resolve(statusCode < 400 ? undefined : `${host} answers ${statusCode}`);
      response.resume();
    });
    question.once("timeout", () => question.destroy(new Error(`no answer within ${answerTimeoutMs / 1000} s`)));
    question.once("error", (error) => resolve(`${host}: ${error.message}`));
    question.end();
  });
}

/** As Go names it. */
function architecture(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}

function key(plugin: Plugin): string {
  return `${plugin.name} ${plugin.version}`;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

async function readOr(file: string, otherwise: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return otherwise;
    throw error;
  }
}
