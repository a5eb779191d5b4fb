import { z } from "zod";
import { meshKey } from "./path";
import { meshSchema } from "./schema";
import { servicesSchema } from "./schema/global-services";

/** As much of JSON Schema as ours uses. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly minProperties?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly anyOf?: readonly JsonSchema[];
}

/** Draft 7 is what editors' YAML support understands best. */
const dialect = "draft-7";

/** JSON Schema of what stands under `isthmus:mesh`: of what a user writes, so what has a default may be missing. */
export function meshJsonSchema(): JsonSchema {
  return z.toJSONSchema(meshSchema, { io: "input", target: dialect }) as JsonSchema;
}

/** JSON Schema of a file with global services, one of `globalServices.files`. */
export function servicesJsonSchema(): JsonSchema {
  return z.toJSONSchema(servicesSchema, { io: "input", target: dialect }) as JsonSchema;
}

/** JSON Schema of a whole `Pulumi.<stack>.yaml`: the mesh's configuration in its place, everything else Pulumi's business. */
export function stackJsonSchema(): JsonSchema {
  const { $schema, ...mesh } = meshJsonSchema() as JsonSchema & { readonly $schema: string };
  return {
    $schema,
    type: "object",
    description: "Configuration of a stack of Isthmus.",
    properties: {
      config: {
        type: "object",
        description: "Configuration values by namespace and key.",
        properties: { [meshKey]: mesh },
        additionalProperties: true,
      },
    },
    additionalProperties: true,
  } as JsonSchema;
}
