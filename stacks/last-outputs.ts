import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { stackOutputs } from "./stack-outputs";

/** How the workloads of a mesh take calls, as a stack says; missing where a release before that setting made it. */
export const saidMutualTlsSchema = z.enum(["strict", "permissive", "none"]).optional().catch(undefined);

const outputsSchema = z.object({
  mesh: z
    .object({
      rootFingerprint: z.string().optional().catch(undefined),
      roots: z
        .array(z.object({ name: z.string().optional().catch(undefined), fingerprint: z.string() }))
        .optional()
        .catch(undefined),
      mtls: saidMutualTlsSchema,
    })
    .catch({}),
  trust: z.object({ requests: z.record(z.string(), z.string()).catch({}) }).catch({ requests: {} }),
  clusters: z
    .record(
      z.string(),
      z.object({
        eastWest: z.object({ addresses: z.array(z.string()).optional() }).optional(),
        namespaces: z.array(z.string()).optional(),
        systemNamespace: z.literal("adopted").optional().catch(undefined),
        uid: z.string().optional(),
      }),
    )
    .default({}),
  controlPlanes: z
    .record(
      z.string(),
      z.object({
        address: z.string().optional(),
        configCluster: z.string().optional(),
        intermediate: z
          .object({ root: z.string().optional().catch(undefined) })
          .optional()
          .catch(undefined),
        systemNamespace: z.literal("adopted").optional().catch(undefined),
        uid: z.string().optional(),
      }),
    )
    .default({}),
});

/** What a stack's last update said in its outputs, as far as the next one goes by it. */
export type LastOutputs = z.output<typeof outputsSchema> & {
  /**
   * The last update was one of 0.1.0, which said nothing of control planes, not even that there are none. In its stacks
   * the Service of an east-west gateway was a part of the Helm release; now it is a resource, which is there already when
   * it is to be made.
   */
  readonly madeBy?: "0.1.0";
};

/**
 * Reads what this stack's last update said. By it the program knows, without asking the clusters, which of them belong to
 * the mesh already, and at which addresses those were reached that cannot be asked now.
 */
export async function lastOutputs(): Promise<LastOutputs> {
  return parseLastOutputs(await stackOutputs(pulumi.getStack()));
}

/** What the program goes by of a stack's outputs. Of one without any, or whose outputs another version wrote, nothing. Pure. */
export function parseLastOutputs(outputs: unknown): LastOutputs {
  const read = outputsSchema.safeParse(outputs ?? {});
  if (!read.success) return outputsSchema.parse({});
  const saysNothing = !Object.hasOwn(Object(outputs) as object, "controlPlanes");
  return saysNothing && Object.keys(read.data.clusters).length > 0 ? { ...read.data, madeBy: "0.1.0" } : read.data;
}

/** Names of the clusters that belong to the mesh since the last update, external control planes' among them. */
export function belonging({ clusters, controlPlanes }: LastOutputs): ReadonlySet<string> {
  return new Set([...Object.keys(clusters), ...Object.keys(controlPlanes)]);
}

/** The cluster that each control plane took its configuration from, by the last update. */
export function configClusters({
  controlPlanes,
}: Pick<LastOutputs, "controlPlanes">): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(controlPlanes).flatMap(([name, { configCluster }]) =>
      configCluster === undefined ? [] : [[name, configCluster]],
    ),
  );
}

/** A site by its present name, and its former one where it was renamed. */
export interface NamedSite {
  readonly name: string;
  readonly replaces?: string | undefined;
}

/** What the last update said of a cluster, under its present name or its former one. */
export function lastOf({ name, replaces }: NamedSite, last: LastOutputs): LastOutputs["clusters"][string] | undefined {
  return last.clusters[name] ?? last.clusters[replaces ?? name];
}

/** What the last update said of the istiod in a cluster, under its present name or its former one. */
export function lastControlPlaneOf(
  { name, replaces }: NamedSite,
  last: LastOutputs,
): LastOutputs["controlPlanes"][string] | undefined {
  return last.controlPlanes[name] ?? last.controlPlanes[replaces ?? name];
}
