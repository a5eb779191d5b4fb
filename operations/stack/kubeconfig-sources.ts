import type { ConfigMap } from "@pulumi/pulumi/automation";
import {
  loadSecretsProvider,
  resolveAccess,
  stackConfigurationPath,
  type KubeconfigSources,
  type ResolvedAccess,
} from "../../access";
import { ConfigurationError, configurationNamespace, partStack, trustPart } from "../../topology";
import { exitCode } from "../../engine/exit-code";
import { PulumiError } from "../../engine/pulumi-error";
import { rehearsed } from "./rehearsal";
import { withScratch } from "./scratch";
import type { StackOptions } from "./stack-options";
import { openWorkspace, presentStack, selectStack } from "./workspace";

/** What becomes of a stack that is not there when its configuration is asked for: an update will make it. */
export type AbsentStack = "rehearse" | "refuse";

/** Where operations, which run outside of the program, find kubeconfigs that stand in no file: they ask Pulumi's CLI. */
export function operationSources(options: StackOptions, absent: AbsentStack): KubeconfigSources {
  let configuration: Promise<ConfigMap> | undefined;
  return {
    secret: async (key) => {
      // All of it at once: a command takes half a second, and a mesh may have a hundred such clusters.
      configuration ??= configurationOf(options, absent);
      const found = (await configuration)[`${configurationNamespace}:${key}`];
      return found === undefined ? undefined : { text: found.value, isSecret: found.secret ?? false };
    },
    outputs: async (stack) => {
      const workspace = await openWorkspace(options);
      try {
        return await workspace.revealedOutputs(stack);
      } catch (error) {
        if (error instanceof PulumiError && error.exitCode === exitCode.stackNotFound) return undefined;
        throw error;
      }
    },
  };
}

/**
 * Finds every cluster's context, wherever its kubeconfig is kept. Asks no cluster.
 * @throws ConfigurationError when the stack's configuration, or the outputs of another, cannot be read at all.
 */
export function resolveClusters(options: StackOptions, absent: AbsentStack = "refuse"): Promise<ResolvedAccess> {
  return resolveAccess(options.plan, options.projectDirectory, operationSources(options, absent), options.variables);
}

/** A mesh in stacks of its parts has one configuration, and the first of these stacks is that of the trust. */
async function withConfiguration(options: StackOptions): Promise<StackOptions> {
  const { plan, stack, configFile, projectDirectory, workDirectory = projectDirectory } = options;
  if (plan.stacks === "one" || configFile !== undefined) return options;
  const secretsProvider = options.secretsProvider ?? (await loadSecretsProvider(workDirectory, stack));
  return {
    ...options,
    ...(secretsProvider === undefined ? {} : { secretsProvider }),
    stack: partStack(stack, trustPart),
    configFile: await stackConfigurationPath(workDirectory, stack),
  };
}

/**
 * Only with its stack can a configuration be decrypted: the stack may say by what. Where there is none yet, a stand-in does:
 * an update that is refused has made nothing.
 */
async function configurationOf(options: StackOptions, absent: AbsentStack): Promise<ConfigMap> {
  const own = await withConfiguration(options);
  if (absent === "refuse" && (await selectStack(own)) === undefined) {
    throw new ConfigurationError([
      {
        path: `stack ${own.stack}`,
        expected: "a stack of this backend, to decrypt its configuration",
        found: "none of that name",
        fix: `Log in to the backend that has it (PULUMI_BACKEND_URL), or make it: \`isthmus up --stack ${options.stack}\`.`,
      },
    ]);
  }
  return withScratch(async (scratch) => (await presentStack(await rehearsed(own, scratch))).getAllConfig());
}
