import { z } from "zod";
import type { ApiServer } from "../../access/connection/api-server";
import { systemNamespace, type IssuerRef } from "../../topology";
import { readJson } from "./permissions";

/** Where an issuer is at an API server. */
export interface IssuerLocation {
  readonly path: string;
  readonly isNamespaced: boolean;
}

const groupSchema = z.object({ preferredVersion: z.object({ groupVersion: z.string() }) });

const resourcesSchema = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

/**
 * Where an issuer is, of whatever group: an external one has its own kinds.
 * @returns Undefined where the cluster knows no such kind.
 */
export async function issuerLocation(
  { group, kind, name }: IssuerRef,
  server: Pick<ApiServer, "ask">,
): Promise<IssuerLocation | undefined> {
  const answer = await server.ask(`/apis/${group}`);
  const version = groupSchema.safeParse(readJson(answer.body)).data?.preferredVersion.groupVersion;
  if (answer.status !== 200 || version === undefined) return undefined;
  const { body } = await server.ask(`/apis/${version}`);
  const resources = resourcesSchema.safeParse(readJson(body)).data?.resources ?? [];
  // `issuers/status` is none.
  const resource = resources.find((one) => one.kind === kind && !one.name.includes("/"));
  if (resource === undefined) return undefined;
  const { name: plural, namespaced: isNamespaced } = resource;
  const within = isNamespaced ? `/namespaces/${systemNamespace}` : "";
  return { path: `/apis/${version}${within}/${plural}/${encodeURIComponent(name)}`, isNamespaced };
}
