import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { isTornRead, parseExportedState, type ExportedState } from "../engine/state";

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
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  for (let attempt = 1; ; attempt++) {
    try {
      return parseExportedState(await exported(name, secrets === "shown" ? ["--show-secrets"] : []));
    } catch (error) {
      const words = String((error as { readonly stderr?: unknown }).stderr ?? error);
      const isTorn = error instanceof SyntaxError || isTornRead(words);
      if (!isTorn) throw new pulumi.RunError(`The state of stack ${name} cannot be read: ${words.trim()}`);
      if (attempt === maximumAttempts) throw error;
      await delay(retryMs);
    }
  }
}

async function exported(name: string, flags: readonly string[]): Promise<string> {
  const args = ["stack", "export", "--stack", name, "--non-interactive", ...flags];
  const { stdout } = await promisify(execFile)("pulumi", args, {
    cwd: process.env[workDirectoryVariable] ?? process.cwd(),
    maxBuffer: maximumStateBytes,
  });
  return stdout;
}
