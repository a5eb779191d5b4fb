import { isDeepStrictEqual } from "node:util";
import type { Deployment, Stack } from "@pulumi/pulumi/automation";
import { parse } from "yaml";
import {
  admissionTrouble,
  ConnectionError,
  contextsOfServer,
  type ClusterAccess,
  type ContextOfServer,
  type KubernetesError,
} from "../../access";
import { sightCluster, type KnownCluster } from "../../preflight";
import {
  asSecret,
  importIfUnchanged,
  nameOf,
  revealed,
  type ExportedState,
  type StateResource,
} from "../../engine/state";
import { kubeconfigInputOf } from "../../stacks/recovery";
import { isMap, sitesOf, type Problem } from "../../topology";
import { runUpdate } from "./run-update";
import type { StackOptions } from "./stack-options";
import { selectStack } from "./workspace";

/** A cluster that leaves, as the last update reached it. */
export interface LeavingCluster {
  readonly name: string;
  readonly path: string;
  readonly access: ClusterAccess;
  /** What the stack knows of it. */
  readonly known: KnownCluster | undefined;
}

/**
 * Why a cluster does not let us in by the credentials of the last update; undefined where it does, or does not answer.
 */
export async function refusalOf(
  { access }: Pick<LeavingCluster, "access">,
  environment: NodeJS.ProcessEnv | undefined,
): Promise<KubernetesError | undefined> {
  const trouble = await admissionTrouble(access, environment);
  if (trouble === undefined) return undefined;
  const { cause, status = 0 } = trouble;
  const isSilent = cause instanceof ConnectionError || status >= 500 || status === 429;
  return isSilent ? undefined : trouble;
}

/**
 * Another way to a cluster that leaves: a context of the kubeconfigs that the user has, by which its API server lets us in,
 * and shows itself as the one that the stack knows.
 */
export async function wayToday(
  { name, access, known }: LeavingCluster,
  { plan, wholePlan = plan, projectDirectory, variables = process.env }: StackOptions,
): Promise<ContextOfServer | undefined> {
  const files = sitesOf(wholePlan).flatMap(({ access: own }) => (own.source === "file" ? [own.kubeconfig] : []));
  const contexts = await contextsOfServer(
    { name, server: access.server },
    [...files, undefined],
    projectDirectory,
    variables,
  );
  for (const context of contexts) {
    if ((await refusalOf(context, variables)) !== undefined) continue;
    const sighting = await sightCluster(context.access, variables);
    if (known?.uid !== undefined && sighting?.uid === known.uid) return context;
  }
  return undefined;
}

/** What is said of a cluster that leaves, that answers, and that nobody gives us the credentials for. Pure. */
export function lockedOut({ name, path, access }: LeavingCluster, refusal: KubernetesError): Problem {
  return {
    path,
    expected: `credentials that ${new URL(access.server).host} accepts, to remove the mesh there`,
    found: `those of the last update, and ${refusal.trouble?.found ?? refusal.reason}`,
    fix: `Have a context for it in a kubeconfig that this run reads, or write ${name} back into the configuration and run \`isthmus up\`, which gives the stack today's credentials; then take it out again.`,
  };
}

/**
 * Has the stack's state reach clusters by other kubeconfigs. What has left its program the engine works on with what the
 * state has.
 * @param kubeconfigs By the clusters' names. **Secret**.
 * @throws ConfigurationError when another update is at work.
 */
export async function renewInState(options: StackOptions, kubeconfigs: ReadonlyMap<string, string>): Promise<void> {
  const stack = await selectStack(options);
  if (stack === undefined) return;
  await runUpdate(stack, options, () => written(stack, kubeconfigs));
}

async function written(stack: Stack, kubeconfigs: ReadonlyMap<string, string>): Promise<void> {
  const exported: Deployment = await stack.exportStack();
  const state = (exported.deployment ?? {}) as ExportedState;
  await importIfUnchanged(stack, exported, withKubeconfigs(state, kubeconfigs));
}

/** The state with other kubeconfigs for some of its providers. Pure. */
export function withKubeconfigs<T extends ExportedState>(state: T, kubeconfigs: ReadonlyMap<string, string>): T {
  const renewed = (resource: StateResource): StateResource => {
    const kubeconfig = kubeconfigs.get(nameOf(resource.urn));
    if (resource.type !== "pulumi:providers:kubernetes" || kubeconfig === undefined) return resource;
    const given = { kubeconfig: asSecret(kubeconfig) };
    return { ...resource, inputs: { ...resource.inputs, ...given }, outputs: { ...resource.outputs, ...given } };
  };
  return { ...state, resources: (state.resources ?? []).map(renewed) };
}

/** Clusters that are reached at the same place as by the last update, by other credentials. Pure. */
export function renewedIn(
  state: ExportedState,
  clusters: ReadonlyMap<string, Pick<ClusterAccess, "kubeconfig">>,
): string[] {
  return [...clusters].flatMap(([name, { kubeconfig }]) => {
    const last = revealed(kubeconfigInputOf(state, name));
    const isOther = typeof last === "string" && last !== kubeconfig;
    return isOther && isDeepStrictEqual(withoutUsers(last), withoutUsers(kubeconfig)) ? [name] : [];
  });
}

function withoutUsers(kubeconfig: string): unknown {
  const content: unknown = parse(kubeconfig);
  return isMap(content) ? { ...content, users: undefined } : content;
}
