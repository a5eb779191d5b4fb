import { z } from "zod";
import type { ApiServer } from "../../access/connection/api-server";
import { readJson } from "./permissions";

/** A part of an object that is passed over where it is not as it should be. */
const ifRead = <Part extends z.ZodType>(part: Part) => part.optional().catch(undefined);

const objectSchema = z.object({
  metadata: z.object({
    uid: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
    deletionTimestamp: z.string().optional(),
    managedFields: ifRead(z.array(z.object({ manager: z.string(), fieldsV1: z.unknown() }))),
  }),
  data: ifRead(z.record(z.string(), z.string())),
  status: ifRead(
    z.object({
      conditions: ifRead(z.array(z.object({ type: z.string(), status: z.string(), message: ifRead(z.string()) }))),
    }),
  ),
});

/** What is read of any object. */
export type KubernetesObject = z.output<typeof objectSchema>;

/** An object of the cluster; undefined where there is none or it may not be read. */
export async function object(server: ApiServer, path: string): Promise<KubernetesObject | undefined> {
  const found = await answered(server, path);
  return typeof found === "object" ? found : undefined;
}

/** The same, with which of the two it is. */
export async function answered(server: ApiServer, path: string): Promise<KubernetesObject | "absent" | "unread"> {
  const { status, body } = await server.ask(path);
  if (status === 404) return "absent";
  return (status === 200 ? objectSchema.safeParse(readJson(body)).data : undefined) ?? "unread";
}
