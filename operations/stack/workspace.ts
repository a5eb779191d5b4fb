import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  LocalWorkspace,
  Stack,
  type ConfigMap,
  type Deployment,
  type OutputMap,
  type RemoveOptions,
  type StackSummary,
  type Workspace,
} from "@pulumi/pulumi/automation";
import { parse } from "yaml";
import { loadSecretsProvider, stackFile } from "../../access";
import { withoutUnknown } from "../../stacks";
import { stackEnvironment } from "./environment";
import { exitCode } from "../../engine/exit-code";
import type { StackHolder } from "../../engine/lock";
import type { StackOptions } from "./stack-options";
import { withMendedBackend } from "../../engine/backend/mended-backend";
import { pulumiCommand, type RunContext, type SuccessCheck } from "../../engine/pulumi";
import { PulumiError } from "../../engine/pulumi-error";
import { EngineSignal, RunRecords } from "../../engine/run";
import { directoryOfBackend } from "../../engine/backend/torn-attributes";

/** What the runs of one workspace share. */
export type WorkspaceRun = RunContext & Required<Pick<RunContext, "ownVariables">>;

/** A state as Pulumi keeps it, as far as it is read here. */
export interface SealedState {
  readonly version: number;
  readonly deployment: {
    readonly resources?: readonly { readonly type: string }[];
    /** By what the secrets in it are encrypted. */
    readonly secrets_providers?: { readonly type: string; readonly state?: { readonly salt?: string } };
  };
}

/** What a workspace does beside what the Automation API has. */
export interface MeshWorkspace extends LocalWorkspace {
  /** Writes a secret into a stack's file, encrypted. */
  writeSecret(stack: string, key: string, value: string): Promise<void>;
  /** Outputs of a stack. What is secret is masked by the CLI, so that it never gets here. */
  publicOutputs(stack: string): Promise<Readonly<Record<string, unknown>>>;
  /** Outputs of a stack, secrets in plain: for what has to use them. */
  revealedOutputs(stack: string): Promise<Readonly<Record<string, unknown>>>;
  /** The state of a stack, its secrets encrypted as they are. */
  exportSealed(stack: string): Promise<SealedState>;
  /** Who is at work on a stack at the service; undefined where that does not tell, as Pulumi before 3.276. */
  holderOf(stack: string): Promise<StackHolder | undefined>;
  /** Takes the protection against deletion from all of a stack's resources. */
  unprotectAll(stack: string): Promise<void>;
  /** Removes a stack from the backend, and leaves its settings and the user's choice of a stack as they are. */
  removeStack(stack: string, options?: Pick<RemoveOptions, "force">): Promise<void>;
  /** Gives a stack another name, and leaves the user's choice of a stack as it is. */
  renameStack(stack: string, name: string): Promise<void>;
}

/**
 * Puts secrets into the configuration of a stack, which is made where there is none: only with its stack can anything be
 * encrypted. They are in the clear on no command line and in no file.
 * @param secrets By their full keys.
 */
export async function writeSecrets(options: StackOptions, secrets: Readonly<Record<string, string>>): Promise<void> {
  const workspace = await openWorkspace(options);
  if ((await stackIn(workspace, options)) === undefined) await workspace.createStack(options.stack);
  // One after the other: each rewrites the file.
  for (const [key, value] of Object.entries(secrets)) await workspace.writeSecret(options.stack, key, value);
}

/** The stack; one that is not there yet is created. */
export async function openStack(options: StackOptions, check?: SuccessCheck): Promise<Stack> {
  const workspace = await openWorkspace(options, check);
  return (await stackIn(workspace, options)) ?? Stack.create(options.stack, workspace);
}

/** The stack; undefined when there is none. */
export async function selectStack(options: StackOptions): Promise<Stack | undefined> {
  return stackIn(await openWorkspace(options), options);
}

/** A stack that is known to be there: nobody is asked. */
export async function presentStack(options: StackOptions, check?: SuccessCheck): Promise<Stack> {
  const workspace = await openWorkspace(options, check);
  return Stack.select(options.stack, Object.assign(workspace, { selectStack: () => Promise.resolve() }));
}

async function stackIn(workspace: LocalWorkspace, { stack }: StackOptions): Promise<Stack | undefined> {
  try {
    return await Stack.select(stack, workspace);
  } catch (error) {
    if (error instanceof PulumiError && error.exitCode === exitCode.stackNotFound) return undefined;
    throw error;
  }
}

/** All variables that Pulumi gets. */
export async function variablesOf(options: StackOptions): Promise<NodeJS.ProcessEnv> {
  const { plan, projectDirectory, variables = process.env, wholePlan = plan } = options;
  return { ...variables, ...(await stackEnvironment(wholePlan, projectDirectory, variables)) };
}

/**
 * The workspace that a stack is worked in. Pulumi notes in a file in the user's home which stack is selected in a
 * directory: that is left as it is. Every command names its stack, and several stacks of one project may be worked on at
 * once.
 */
export async function openWorkspace(options: StackOptions, check?: SuccessCheck): Promise<MeshWorkspace> {
  const { workDirectory: directory = options.projectDirectory, secretsProvider } = options;
  const variables = await variablesOf(options);
  const run = runContext(options, variables, directory);
  const backend = directoryOfBackend(variables["PULUMI_BACKEND_URL"], directory);
  const command = withMendedBackend(await pulumiCommand(variables, run, check), backend, options.onProgress);
  const workspace = await LocalWorkspace.create({ workDir: directory, envVars: {}, pulumiCommand: command });
  const file = options.configFile === undefined ? [] : ["--config-file", options.configFile];
  // Commands without `--config-file` write down how the stack's secrets are encrypted; one that shares the settings of
  // another is told by those.
  const withSharedSettings = async (name: string, act: () => Promise<unknown>): Promise<void> => {
    const settings = join(options.configFile === undefined ? directory : dirname(options.configFile), stackFile(name));
    const isOwn = options.configFile === undefined || existsSync(settings);
    await act();
    if (!isOwn) await rm(settings, { force: true });
  };
  // These write into Pulumi's home which stack is selected: they get one of their own, and the credentials from the user's.
  const withoutSelecting = async (args: string[]): Promise<void> => {
    const { PULUMI_HOME: home = join(homedir(), ".pulumi"), PULUMI_CREDENTIALS_PATH: credentials = home } = {
      ...variables,
    };
    await inOwnDirectory("isthmus-home-", async (ownHome) => {
      await command.run(args, directory, { PULUMI_HOME: ownHome, PULUMI_CREDENTIALS_PATH: credentials });
    });
  };
  const readJson = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await command.run(args, directory, {})).stdout);
  const outputsOf = async (stack: string, ...flags: string[]): Promise<Readonly<Record<string, unknown>>> =>
    (await readJson("stack", "output", "--json", ...flags, "--stack", stack)) as Readonly<Record<string, unknown>>;
  runs.set(workspace, run);
  return Object.assign(workspace, {
    writeSecret: (stack: string, key: string, value: string): Promise<void> =>
      command.feed(["config", "set", "--secret", key, "--stack", stack, ...file], directory, value),
    publicOutputs: async (stack: string): Promise<Readonly<Record<string, unknown>>> =>
      withoutUnknown(await outputsOf(stack)) as Readonly<Record<string, unknown>>,
    revealedOutputs: (stack: string): Promise<Readonly<Record<string, unknown>>> => outputsOf(stack, "--show-secrets"),
    // The Automation API asks a second time for the secrets, which an update has no use for: half a second of each update.
    stackOutputs: async (stack: string): Promise<OutputMap> => {
      const outputs = Object.entries(await outputsOf(stack));
      return Object.fromEntries(outputs.map(([name, value]) => [name, { value, secret: value === maskedOutput }]));
    },
    exportSealed: async (stack: string): Promise<SealedState> =>
      (await readJson("stack", "export", "--stack", stack)) as SealedState,
    holderOf: async (stack: string): Promise<StackHolder | undefined> => {
      const { currentOperation } = (await readJson("stack", "get", "--output", "json", "--stack", stack)) as {
        readonly currentOperation?: { readonly kind: string; readonly author: string; readonly started: string };
      };
      if (currentOperation === undefined) return undefined;
      const { kind, author, started } = currentOperation;
      return { stack, kind, author, since: started };
    },
    unprotectAll: async (stack: string): Promise<void> => {
      await command.run(["state", "unprotect", "--all", "--yes", "--stack", stack], directory, {});
    },
    removeStack: (stack: string, { force = false }: Pick<RemoveOptions, "force"> = {}): Promise<void> =>
      withoutSelecting(["stack", "rm", "--yes", "--preserve-config", ...(force ? ["--force"] : []), stack]),
    renameStack: (stack: string, name: string): Promise<void> =>
      withoutSelecting(["stack", "rename", name, "--stack", stack]),
    // Whatever is asked of a directory that has no states yet, Pulumi first writes there that it is a backend.
    listStacks: async (): Promise<StackSummary[]> =>
      isBlank(backend) ? [] : ((await readJson("stack", "ls", "--json")) as StackSummary[]),
    exportStack: async (name: string): Promise<Deployment> => {
      if (isBlank(backend)) throw absent("stack export", name);
      return (await readJson("stack", "export", "--show-secrets", "--stack", name)) as Deployment;
    },
    selectStack: async (name: string): Promise<void> => {
      if (isBlank(backend)) throw absent("stack", name);
      await command.run(["stack", "--show-name", "--stack", name], directory, {});
    },
    // The Automation API writes the state, secrets in plain, into a file that everybody may read.
    importStack: (name: string, state: Deployment): Promise<void> =>
      withSharedSettings(name, () =>
        command.feed(["stack", "import", "--stack", name], directory, JSON.stringify(state)),
      ),
    createStack: async (name: string): Promise<void> => {
      const chosen = secretsProvider ?? (await loadSecretsProvider(directory, name));
      const provider = chosen === undefined ? [] : ["--secrets-provider", chosen];
      await withSharedSettings(name, () =>
        command.run(["stack", "init", name, "--no-select", ...provider], directory, {}),
      );
    },
    getAllConfig: async (name: string): Promise<ConfigMap> =>
      (await readJson("config", "--show-secrets", "--json", "--stack", name, ...file)) as ConfigMap,
  });
}

const runs = new WeakMap<Workspace, WorkspaceRun>();

/**
 * What the runs on a stack share.
 * @throws RangeError when its workspace is not one of ours.
 */
export function runOf({ workspace }: Stack): WorkspaceRun {
  const run = runs.get(workspace);
  if (run === undefined) throw new RangeError("the stack's workspace is not one of ours");
  return run;
}

function runContext(options: StackOptions, variables: NodeJS.ProcessEnv, directory: string): WorkspaceRun {
  const { stop, stopGraceMs, kill, stack } = options;
  const place = { backend: variables["PULUMI_BACKEND_URL"] ?? "", project: projectName(directory), stack };
  return {
    records: new RunRecords(place, variables),
    engine: new EngineSignal(),
    ownVariables: {},
    ...(stop === undefined ? {} : { stop }),
    ...(stopGraceMs === undefined ? {} : { stopGraceMs }),
    ...(kill === undefined ? {} : { kill }),
  };
}

/** The project's name; that of its directory where no file says it, which Pulumi then complains of itself. */
function projectName(directory: string): string {
  const file = join(directory, "Pulumi.yaml");
  if (!existsSync(file)) return directory;
  return (parse(readFileSync(file, "utf8")) as { readonly name?: string } | null)?.name ?? directory;
}

function absent(command: string, stack: string): PulumiError {
  return new PulumiError(command, "", `error: no stack named ${stack} found`, exitCode.stackNotFound);
}

/** Whether a directory of states is there and has none yet. */
function isBlank(directory: string | undefined): boolean {
  return directory !== undefined && existsSync(directory) && readdirSync(directory).length === 0;
}

/** What the CLI prints in the place of an output that is a secret. */
const maskedOutput = "[secret]";

/** Does something with a directory that is this user's alone, and gone afterwards. */
async function inOwnDirectory(prefix: string, action: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), prefix));
  try {
    await action(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
