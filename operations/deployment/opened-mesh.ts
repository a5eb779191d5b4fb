import { resolve } from "node:path";
import { editStackFile, type ConfigurationEdit, type EditedFile } from "../../access";
import type { MeshPlan } from "../../topology";
import type { StackOptions } from "../stack";
import type { MeshDeploymentOptions } from "./options";
import { planOf } from "./plan-of";
import type { EmbeddedProject } from "./project";
import { meshConfiguration } from "./stack-configuration";
import { variablesOf } from "./variables";

/** A mesh whose configuration was read and checked: all that its operations go by. */
export interface OpenedMesh {
  /** Name of the stack. */
  readonly stack: string;
  readonly plan: MeshPlan;
  /** Directory that relative paths of the configuration start from. */
  readonly projectDirectory: string;
  /** What every run of Pulumi's is told. */
  readonly settings: Pick<StackOptions, "secretsProvider" | "policyPacks"> & { readonly variables: NodeJS.ProcessEnv };
  /** Where a program gave the configuration; undefined where a stack's file has it. */
  readonly embedded: EmbeddedProject | undefined;
}

/**
 * Reads and checks a mesh's configuration, a file's or one that a program gives.
 * @throws ConfigurationError with every problem at once.
 * @throws PulumiError when the configuration of a stack that imports environments cannot be read.
 */
export async function openMesh(options: MeshDeploymentOptions): Promise<OpenedMesh> {
  const { stack, secretsProvider, policyPacks } = options;
  const settings = {
    variables: variablesOf(options),
    ...(secretsProvider === undefined ? {} : { secretsProvider }),
    ...(policyPacks === undefined ? {} : { policyPacks }),
  };
  if ("project" in options) {
    return openFile({ stack, settings, projectDirectory: resolve(options.project), embedded: undefined });
  }
  const { configuration, directory = ".", projectName = "isthmus", secrets = {} } = options;
  const projectDirectory = resolve(directory);
  const plan = await planOf(configuration, projectDirectory);
  return { stack, plan, projectDirectory, settings, embedded: { projectName, stack, configuration, secrets } };
}

/**
 * Changes values of the configuration in the stack's file, and no other letter of it.
 * @throws ConfigurationError where the file cannot be changed so, or would be wrong; it is as it was then.
 * @throws TypeError where a program gave the configuration.
 */
export async function editConfiguration(
  mesh: OpenedMesh,
  edits: readonly ConfigurationEdit[],
): Promise<EditedFile & { readonly mesh: OpenedMesh }> {
  if (mesh.embedded !== undefined) throw new TypeError("a mesh whose configuration a program gave has no file");
  const { undo } = await editStackFile(mesh.projectDirectory, mesh.stack, edits);
  try {
    return { mesh: await openFile(mesh), undo };
  } catch (error) {
    await undo();
    throw error;
  }
}

async function openFile(mesh: Omit<OpenedMesh, "plan">): Promise<OpenedMesh> {
  const { projectDirectory, settings, stack } = mesh;
  const configuration = await meshConfiguration(projectDirectory, stack, settings.variables);
  return { ...mesh, plan: await planOf(configuration, projectDirectory) };
}
