import { z } from "zod";
import type { ApiConnection } from "../../../access/connection/api-server";
import { ConnectionError } from "../../../access/connection/connection-error";
import { readJson } from "../../../access/json";
import type { ObjectMetadata } from "./facts";

/** Objects without what is in them: of a Secret its data never comes here, of a CRD not its schemas. */
export const metadataOnly = (kind: "PartialObjectMetadata" | "PartialObjectMetadataList"): string =>
  `application/json;as=${kind};g=meta.k8s.io;v=v1`;

/** More than any of these lists has in a cluster that works; what is beyond it is not looked at. */
const longestList = 500;

/** Labels or annotations; passed over where they are none. */
export const labelsSchema = z.record(z.string(), z.string()).optional().catch(undefined);

/** What every object says of itself. */
export const metadataSchema = z
  .object({
    name: z.string().optional(),
    namespace: z.string().optional(),
    labels: labelsSchema,
    annotations: labelsSchema,
  })
  .transform(({ name = "", namespace = "", labels = {}, annotations = {} }): ObjectMetadata => ({
    name,
    namespace,
    labels,
    annotations,
  }));

/** An object without what is in it. */
export const itemSchema = z.object({ metadata: metadataSchema });

/** Questions to one API server, of which each may stay without an answer. */
export class Questions {
  constructor(private readonly server: ApiConnection) {}

  /** @returns Undefined where it is not there, may not be read or was not answered. */
  async one<Content>(path: string, schema: z.ZodType<Content>, accept?: string): Promise<Content | undefined> {
    try {
      const answer = await this.server.request({ path, ...(accept === undefined ? {} : { accept }) });
      return answer.status === 200 ? schema.safeParse(readJson(answer.body)).data : undefined;
    } catch (error) {
      if (error instanceof ConnectionError) return undefined;
      throw error;
    }
  }

  /** Whether an object is there. What is in it is not asked for. */
  async presence(path: string): Promise<"there" | "absent" | "unread"> {
    try {
      const accept = metadataOnly("PartialObjectMetadata");
      const { status } = await this.server.request({ path, accept });
      return status === 200 ? "there" : status === 404 ? "absent" : "unread";
    } catch (error) {
      if (error instanceof ConnectionError) return "unread";
      throw error;
    }
  }

  /** @param selector Of labels, or of fields. */
  async list<Item>(
    path: string,
    selector: string | { readonly fieldSelector: string },
    item: z.ZodType<Item>,
    part: "metadata" | "whole",
  ): Promise<readonly Item[] | undefined> {
    const query = new URLSearchParams({
      ...(typeof selector === "object" ? selector : selector === "" ? {} : { labelSelector: selector }),
      limit: String(longestList),
    });
    // An API server writes an empty list of metadata as null.
    const schema = z.object({ items: z.array(item).nullable() }).transform(({ items }) => ({ items: items ?? [] }));
    const accept = part === "metadata" ? metadataOnly("PartialObjectMetadataList") : undefined;
    return (await this.one(`${path}?${query.toString()}`, schema, accept))?.items;
  }
}
