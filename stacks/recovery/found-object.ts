import { z } from "zod";

/** What is read of any object: only what it says of itself. */
export const foundObjectSchema = z.object({
  metadata: z.object({
    name: z.string().default(""),
    namespace: z.string().optional(),
    uid: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
    creationTimestamp: z.string().optional(),
  }),
});

/** What is read of a list. */
export const foundListSchema = z.object({ items: z.array(foundObjectSchema) });

/** Metadata of an object that is there. */
export type FoundMetadata = z.output<typeof foundObjectSchema>["metadata"];
