import * as pulumi from "@pulumi/pulumi";
import { resolveAccess, type ClusterAccess } from "../access";
import { isSecret, revealed, stackType, type ExportedState } from "../engine/state";
import { isMap, sitesOf, type MeshPlan } from "../topology";
import { programSources } from "./kubeconfig-sources";
import { parseLastOutputs } from "./last-outputs";
import { ownState } from "./own-state";
import { siteAccess } from "./site-access";
import { withoutUnknown } from "./stack-outputs";

/** What a program says that makes nothing new. */
export type RepeatedOutputs = Readonly<Record<string, unknown>>;

/**
 * What the program does when its stack is refreshed: it gives the providers today's credentials. All else is looked at as
 * the state has it.
 * @param plan The mesh, or the part of it that is in this stack.
 * @returns What the last update said.
 */
export async function secondLook(plan: MeshPlan, projectDirectory: string): Promise<RepeatedOutputs> {
  const [{ clusters }, state] = await Promise.all([
    resolveAccess(plan, projectDirectory, programSources),
    ownState("shown"),
  ]);
  return giveCredentials(plan, clusters, state);
}

/**
 * Makes the providers of a mesh and nothing else: Pulumi's engine works on what the state has with the credentials that the
 * program gives, and without it with those of the last update, which may be accepted no more.
 * @param state With its secrets shown.
 * @returns What the last update said, secrets as secrets: whatever a program says becomes the stack's outputs.
 */
export function giveCredentials(
  plan: MeshPlan,
  clusters: ReadonlyMap<string, ClusterAccess>,
  { resources = [] }: ExportedState,
): RepeatedOutputs {
  const outputs = resources.find(({ type }) => type === stackType)?.outputs ?? {};
  const last = parseLastOutputs(withoutUnknown(outputs));
  for (const site of sitesOf(plan)) {
    const access = clusters.get(site.name);
    if (access !== undefined) siteAccess(plan, site, { ...access, isReachable: true, existingNamespaces: [] }, last);
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, asOutput(value)]));
}

/** A value of a state as a program says it. */
function asOutput(value: unknown): unknown {
  if (isSecret(value)) return pulumi.secret(revealed(value));
  if (Array.isArray(value)) return value.map(asOutput);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asOutput(inner)]));
}
