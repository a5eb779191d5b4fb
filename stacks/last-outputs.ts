import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { stackOutputs } from "./stack-outputs";

const outputsSchema = z.object({
  clusters: z
    .record(
      z.string(),
      z.object({
        eastWest: z.object({ addresses: z.array(z.string()).optional() }).optional(),
        namespaces: z.array(z.string()).optional(),
      }),
    )
    .default({}),
  controlPlanes: z.record(z.string(), z.object({ address: z.string().optional() })).default({}),
});

/** What a stack's last update said in its outputs, as far as the next one goes by it. */
export type LastOutputs = z.output<typeof outputsSchema>;

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
  return read.success ? read.data : outputsSchema.parse({});
}

/**
 * Whether the last update was one of 0.1.0: it said nothing of control planes. In its stacks the Service of an east-west
 * gateway was a part of the Helm release; now it is a resource, which is there already when it is to be made.
 */
export function madeByFirstRelease({ clusters, controlPlanes }: LastOutputs): boolean {
  return Object.keys(clusters).length > 0 && Object.keys(controlPlanes).length === 0;
}

/** Names of the clusters that belong to the mesh since the last update, external control planes' among them. */
export function belonging({ clusters, controlPlanes }: LastOutputs): ReadonlySet<string> {
  return new Set([...Object.keys(clusters), ...Object.keys(controlPlanes)]);
}
