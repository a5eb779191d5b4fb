import type { V1ObjectMeta, V1Secret } from "@kubernetes/client-node";
import type { Stack } from "@pulumi/pulumi/automation";
import type { ClusterAccess } from "../../access";
import { isOwned } from "../../topology";
import { connect, isNotFound, untilGone, type ClusterClient } from "../kubernetes";
import { pendingIn, withoutPendingCreates, type Pending, type StackState } from "./pending";

/** States in which Helm leaves a release whose operation was killed, and refuses the next one. */
const unfinishedStates = ["pending-install", "pending-upgrade", "pending-rollback"];

/**
 * Makes a stack fit for the next update when the last one was killed: removes what was being made and that Pulumi
 * therefore does not know of. Only what bears our label is touched, and what Helm itself marked as unfinished. To be
 * called only when no update is under way.
 * @param access The clusters that answer.
 * @param silent Names of those that do not: what was begun in them stays recorded, for when they do.
 * @returns Whether there was anything to clear away.
 */
export async function recover(
  stack: Stack,
  access: ReadonlyMap<string, ClusterAccess>,
  silent: ReadonlySet<string>,
  onProgress: (words: string) => void = () => undefined,
): Promise<boolean> {
  const state = await stack.exportStack();
  const deployment = (state.deployment ?? {}) as StackState;
  const pending = pendingIn(deployment).filter(({ cluster }) => access.has(cluster));
  const rest = withoutPendingCreates(deployment, silent);
  const forgets = rest.pending_operations?.length !== (deployment.pending_operations ?? []).length;
  if (pending.length === 0 && !forgets) return false;

  onProgress("the last update was killed: clearing away what it had begun");
  const clients = new Map(
    await Promise.all(
      [...access].map(async ([name, { kubeconfig }]) => [name, await connect(name, kubeconfig)] as const),
    ),
  );
  const cleared = await Promise.all(
    pending.map(async (one) => {
      const client = clients.get(one.cluster);
      const isCleared = client !== undefined && (await clearAway(client, one));
      if (isCleared) onProgress(`${one.cluster}: removed ${nameOf(one)}`);
      return isCleared;
    }),
  );
  if (forgets) await stack.importStack({ ...state, deployment: rest });
  return forgets || cleared.some(Boolean);
}

/**
 * Clears one of them away.
 * @returns Whether there was anything.
 */
export async function clearAway(client: ClusterClient, pending: Pending): Promise<boolean> {
  if (pending.kind === "object") return removeOurs(client, pending.path);
  const secrets = `/api/v1/namespaces/${pending.namespace}/secrets`;
  const selector = `owner=helm,name=${pending.name}`;
  const records = await client.list<V1Secret>(secrets, { labelSelector: selector });
  const stale = records.filter(
    ({ metadata }) => pending.isNew || unfinishedStates.includes(metadata?.labels?.["status"] ?? ""),
  );
  // What the release had made already stays: Helm takes over what bears its own labels.
  await Promise.all(stale.map(({ metadata }) => client.remove(`${secrets}/${metadata?.name ?? ""}`)));
  return stale.length > 0;
}

async function removeOurs(client: ClusterClient, path: string): Promise<boolean> {
  const metadata = await metadataOf(client, path);
  if (!isOwned(metadata?.labels)) return false;
  await client.remove(path);
  await untilGone(client, path);
  return true;
}

async function metadataOf(client: ClusterClient, path: string): Promise<V1ObjectMeta | undefined> {
  try {
    return (await client.get<{ metadata?: V1ObjectMeta }>(path)).metadata;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function nameOf(pending: Pending): string {
  return pending.kind === "object" ? pending.path : `the record of Helm release ${pending.namespace}/${pending.name}`;
}
