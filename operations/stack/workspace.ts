import { LocalWorkspace, Stack, type EngineEvent } from "@pulumi/pulumi/automation";
import type { MeshPlan } from "../../topology";
import { stackEnvironment } from "./environment";
import { pulumiCommand, PulumiError, type Interruption } from "./pulumi";

/** Which stack, and how its operations talk and are ended. */
export interface StackOptions extends Interruption {
  /** Where Pulumi.yaml is; relative paths of the configuration start there. */
  readonly projectDirectory: string;
  readonly stack: string;
  readonly plan: MeshPlan;
  /** Told what Pulumi writes, as it comes. */
  readonly onOutput?: (text: string) => void;
  /** Told what the engine does, as it happens. Secrets are masked, and messages for debugging, in which they are not, left out. */
  readonly onEvent?: (event: EngineEvent) => void;
  /** Told in words what is done beside Pulumi's work. */
  readonly onProgress?: (words: string) => void;
}

/** The stack; one that is not there yet is created. */
export async function openStack(options: StackOptions): Promise<Stack> {
  const selected = await selectStack(options);
  if (selected !== undefined) return selected;
  return Stack.create(options.stack, await openWorkspace(options));
}

/** The stack; undefined when there is none. */
export async function selectStack(options: StackOptions): Promise<Stack | undefined> {
  const workspace = await openWorkspace(options);
  try {
    return await Stack.select(options.stack, workspace);
  } catch (error) {
    if (error instanceof PulumiError && error.stderr.includes("no stack named")) return undefined;
    throw error;
  }
}

/** The project, in which Pulumi's commands run. */
export async function openWorkspace(options: StackOptions): Promise<LocalWorkspace> {
  const variables = await stackEnvironment(options.plan, options.projectDirectory);
  return LocalWorkspace.create({
    workDir: options.projectDirectory,
    envVars: { ...variables },
    pulumiCommand: await pulumiCommand(variables, options),
  });
}
