import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import {
  isTornRead,
  lastFailureSinceMs as sinceMsOf,
  parseExportedState,
  parseUpdateHistory,
  type ExportedState,
} from "../engine/state";

/** Where Pulumi.yaml is, when that is not where the program runs. */
export const workDirectoryVariable = "ISTHMUS_WORK_DIRECTORY";

/** Far more than the largest state takes; the default would cut it off. */
const maximumStateBytes = 1024 ** 3;

/** A state of some megabytes is written within a second or two: who reads it meanwhile tries again. */
const maximumAttempts = 40;
const retryMs = 250;

/**
 * The state of the stack that this program runs for, as its backend has it now. The engine tells a
 * program its outputs alone, and not what an update that was killed had begun: that only Pulumi's CLI reads. In an update
 * the engine holds the stack, so nobody else writes it meanwhile.
 * @param secrets Whether they are shown: for the memory of this process alone.
 * @throws RunError when it cannot be read: what the stack has made is then not known.
 */
export async function ownState(secrets: "encrypted" | "shown" = "encrypted"): Promise<ExportedState> {
  return read("state", parseExportedState, ["export", ...(secrets === "shown" ? ["--show-secrets"] : [])]);
}

/** How many updates are looked at: the one that is under way, and some refreshes beside the last one. */
const historyPageSize = 10;

let lastFailure: Promise<number | undefined> | undefined;

/**
 * When the last update of the stack that this program runs for began, in milliseconds, if it failed. Asked for once.
 * @throws RunError when it cannot be read.
 */
export function lastFailureSinceMs(): Promise<number | undefined> {
  const command = ["history", "--json", "--page-size", String(historyPageSize)];
  return (lastFailure ??= read("history", parseUpdateHistory, command).then(sinceMsOf));
}

async function read<T>(what: string, parse: (text: string) => T, command: readonly string[]): Promise<T> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  for (let attempt = 1; ; attempt++) {
    try {
      return parse(await stackCommand(name, command));
    } catch (error) {
      const words = String((error as { readonly stderr?: unknown }).stderr ?? error);
      const isTorn = error instanceof SyntaxError || isTornRead(words);
      if (!isTorn) throw new pulumi.RunError(`The ${what} of stack ${name} cannot be read: ${words.trim()}`);
      if (attempt === maximumAttempts) throw error;
      await delay(retryMs);
    }
  }
}

async function stackCommand(name: string, command: readonly string[]): Promise<string> {
  const args = ["stack", ...command, "--stack", name, "--non-interactive"];
  const { stdout } = await promisify(execFile)("pulumi", args, {
    cwd: process.env[workDirectoryVariable] ?? process.cwd(),
    maxBuffer: maximumStateBytes,
  });
  return stdout;
}
