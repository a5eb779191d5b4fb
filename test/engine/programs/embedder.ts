/**
 * A program that embeds meshes, run as a process of its own by deployment.test.ts. What it is to do comes as JSON in its
 * first argument; what came of it goes into the file that its second names, so that its output is all that others write.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MeshDeployment, type MeshDeploymentOptions } from "../../../operations/deployment";
import type { MeshEvent } from "../../../operations/events";

export interface Task {
  readonly open: MeshDeploymentOptions;
  readonly operation: "up" | "preview" | "outputs";
}

export interface Done {
  readonly result: unknown;
  readonly events: readonly MeshEvent[];
  /** What was in the temporary files while the engine worked. */
  readonly files: readonly string[];
}

/** The contents of all files in a directory. */
function contents(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.startsWith("Pulumi."))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

async function perform({ open, operation }: Task): Promise<Done> {
  const events: MeshEvent[] = [];
  let files: readonly string[] = [];
  const listen = (event: MeshEvent): void => {
    events.push(event);
    if (event.type.startsWith("step-") && files.length === 0) files = contents(tmpdir());
  };
  const mesh = await MeshDeployment.open(open);
  const result = await (operation === "outputs" ? mesh.outputs() : mesh[operation]({ onEvent: listen }));
  return { result, events, files };
}

function surroundings(): unknown {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP", "exit", "uncaughtException", "unhandledRejection"];
  return {
    variables: { ...process.env },
    exitCode: process.exitCode,
    directory: process.cwd(),
    listeners: signals.map((name) => process.listenerCount(name)),
  };
}

async function main([tasks = "[]", file = ""]: readonly string[]): Promise<void> {
  const before = surroundings();
  const done = await Promise.all((JSON.parse(tasks) as Task[]).map(perform));
  assert.deepEqual(surroundings(), before);
  writeFileSync(file, JSON.stringify(done));
}

void main(process.argv.slice(2));
