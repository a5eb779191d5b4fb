/**
 * A program that embeds meshes, run as a process of its own by deployment.test.ts. What it is to do comes as JSON in its
 * first argument; what came of it goes into the file that its second names, so that its output is all that others write.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { MeshDeployment, type MeshDeploymentOptions } from "../../../operations/deployment";
import type { MeshEvent } from "../../../operations/events";

export interface Task {
  readonly open: MeshDeploymentOptions;
  readonly operation: "up" | "preview" | "outputs";
}

export interface Done {
  readonly result: unknown;
  readonly events: readonly MeshEvent[];
}

async function perform({ open, operation }: Task): Promise<Done> {
  const events: MeshEvent[] = [];
  const mesh = await MeshDeployment.open(open);
  const result = await (operation === "outputs"
    ? mesh.outputs()
    : mesh[operation]({ onEvent: (event) => events.push(event) }));
  return { result, events };
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
