import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadSecretsProvider, stackFile, stackName } from "../../access";
import { ConfigurationError, needsOf, partOfStack, partStack, sitesOf } from "../../topology";
import { copySettings, settingsOf, saltIn } from "./settings";
import { roomIn, type Scratch } from "./scratch";
import type { StackOptions } from "./stack-options";
import { openWorkspace, selectStack, variablesOf } from "./workspace";

/**
 * The options by which a stack is looked at without effect. Pulumi reformats the stack's file and may write a salt into it:
 * it is given a copy. A stack that is not there has a stand-in of its name, in a backend of files of its own.
 */
export async function rehearsed(options: StackOptions, scratch: Scratch): Promise<StackOptions> {
  const room = await roomIn(scratch);
  const configFile = await copySettings(options, room);
  if ((await selectStack(options)) !== undefined) return { ...options, configFile };
  const { name } = await (await openWorkspace(options)).projectSettings();
  const variables = await variablesOfStandIn(options, scratch, join(room, "state"));
  const standIn = { ...options, configFile, variables, stack: stackName(options.stack) };
  await makeIn(room, name, standIn);
  for (const other of stacksReadBy(options)) await lend(options, standIn, other, scratch);
  return standIn;
}

/**
 * The options by which secrets are written into a file that is thrown away, without effect on the backend.
 */
export async function rehearsedForSecrets(options: StackOptions, scratch: Scratch): Promise<StackOptions> {
  if ((await selectStack(options)) !== undefined) return options;
  const room = await roomIn(scratch);
  return { ...options, variables: await variablesOfStandIn(options, scratch, room), stack: stackName(options.stack) };
}

/**
 * Variables by which Pulumi keeps states in a directory, encrypted as they would be elsewhere.
 * @param directory Is made.
 */
async function variablesOfStandIn(
  options: StackOptions,
  { passphrase }: Scratch,
  directory: string,
): Promise<NodeJS.ProcessEnv> {
  await mkdir(directory, { recursive: true });
  const given = { ...(options.variables ?? process.env), PULUMI_BACKEND_URL: `file://${directory}` };
  return (await isEncryptedByBackend(options)) ? { ...given, PULUMI_CONFIG_PASSPHRASE: passphrase } : given;
}

/** Whether the stack would be encrypted by Pulumi Cloud, or a service like it, and so by no key that is named anywhere. */
async function isEncryptedByBackend(options: StackOptions): Promise<boolean> {
  const { projectDirectory, stack, workDirectory = projectDirectory } = options;
  const provider = options.secretsProvider ?? (await loadSecretsProvider(workDirectory, stack)) ?? "default";
  if (provider !== "default" || saltIn(await settingsOf(options)) !== undefined) return false;
  const url = (await variablesOf(options))["PULUMI_BACKEND_URL"] ?? (await (await openWorkspace(options)).whoAmI()).url;
  return /^https?:/.test(url ?? "");
}

/** Makes a stack from a directory with nothing but what names it, so that no other is written to. */
async function makeIn(room: string, project: string, options: StackOptions): Promise<void> {
  await writeFile(join(room, "Pulumi.yaml"), JSON.stringify({ name: project, runtime: "nodejs" }));
  await (await openWorkspace({ ...options, workDirectory: room })).createStack(options.stack);
}

/** Names of the stacks whose outputs a stack's program reads: those of other parts, and those with kubeconfigs. */
function stacksReadBy({ plan, wholePlan = plan, stack }: StackOptions): string[] {
  const own = partOfStack(stackName(stack));
  const parts =
    own === undefined || wholePlan.stacks === "one"
      ? []
      : needsOf(wholePlan, own.part).map(({ part }) => partStack(own.stack, part));
  const named = sitesOf(plan).flatMap(({ access }) => (access.source === "output" ? [access.stack] : []));
  return [...new Set([...parts, ...named])];
}

/** Gives a stand-in the outputs of another stack to read, their secrets encrypted as they are. */
async function lend(options: StackOptions, standIn: StackOptions, other: string, scratch: Scratch): Promise<void> {
  const lender = { ...options, stack: other };
  if ((await selectStack(lender)) === undefined) return;
  const workspace = await openWorkspace(options);
  const [name = "", project = (await workspace.projectSettings()).name, organization = "organization"] = other
    .split("/")
    .reverse();
  if (organization !== "organization") throw new ConfigurationError([makeItFirst(options, other)]);
  const { deployment, ...rest } = await workspace.exportSealed(other);
  const outputs = deployment.resources?.filter(({ type }) => type === "pulumi:pulumi:Stack") ?? [];
  const room = await roomIn(scratch);
  const configFile = join(room, stackFile(name));
  const copy = { ...standIn, stack: name, workDirectory: room, configFile };
  await makeIn(room, project, {
    ...copy,
    secretsProvider: "passphrase",
    variables: { ...copy.variables, PULUMI_CONFIG_PASSPHRASE: scratch.passphrase },
  });
  const sealed = { ...rest, deployment: { ...deployment, resources: outputs } };
  await (await openWorkspace(copy)).importStack(name, sealed);
}

/** Only a backend of that organization has what such a stack says. */
function makeItFirst({ stack }: StackOptions, other: string): ConfigurationError["problems"][number] {
  return {
    path: `stack ${stack}`,
    expected: `a stack of this backend, for what is read from stack ${other}`,
    found: "none of that name",
    fix: `Make it: \`pulumi stack init ${stack}\`. A preview makes none.`,
  };
}
