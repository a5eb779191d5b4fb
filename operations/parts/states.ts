import type { LocalWorkspace } from "@pulumi/pulumi/automation";
import { parsePartOutputs, withoutUnknown, type PartState } from "../../stacks";
import { partOfStack, partStack } from "../../topology";
import { openWorkspace } from "../stack/workspace";
import { limited } from "../limited";
import { defaultParallel, partOptions, type PartsOptions } from "./options";

/** The stack of a part as it stands. */
export interface PartStack {
  /** What it says of itself, for the other parts. */
  readonly state: PartState;
  /** All its outputs; secrets are masked. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** The stacks of a mesh's parts that there are, by part; those of parts that the plan no longer has among them. */
export async function readPartStacks(options: PartsOptions): Promise<Map<string, PartStack>> {
  const { parallel = defaultParallel, stack } = options;
  const names = await stackNames(options);
  const parts = names.flatMap((name) => {
    const found = partOfStack(name);
    return found?.stack === shortName(stack) ? [found.part] : [];
  });
  const workspace = await openWorkspace(await partOptions(options, ""));
  const read = await limited(parallel, parts, async (part) => {
    return [part, partStackOf(await publicOutputs(workspace, partStack(stack, part)))] as const;
  });
  return new Map(read);
}

/** A stack by its outputs. Pure. */
export function partStackOf(outputs: Readonly<Record<string, unknown>>): PartStack {
  return { state: parsePartOutputs(outputs).part, outputs };
}

/** Names of all stacks of the project, without their organization. */
export async function stackNames(options: PartsOptions): Promise<string[]> {
  const workspace = await openWorkspace(options);
  return (await workspace.listStacks()).map(({ name }) => shortName(name));
}

/** Outputs without what is secret: the CLI masks it, so that it never gets here. */
async function publicOutputs(workspace: LocalWorkspace, stack: string): Promise<Readonly<Record<string, unknown>>> {
  const args = ["stack", "output", "--json", "--stack", stack];
  const command = workspace.pulumiCommand as unknown as {
    run(args: string[], directory: string, variables: object): Promise<{ stdout: string }>;
  };
  const { stdout } = await command.run(args, workspace.workDir, workspace.envVars);
  return withoutUnknown(JSON.parse(stdout)) as Readonly<Record<string, unknown>>;
}

function shortName(stack: string): string {
  return stack.split("/").at(-1) ?? stack;
}
