import { z } from "zod";
import { inspect } from "./inspect";
import { meshKey } from "./path";
import { planMesh, type MeshPlan } from "./plan";
import { ConfigurationError, type Problem } from "./problem";
import { brokenRules } from "./rules";
import { clusterSchema, externalControlPlaneSchema } from "./schema/cluster";
import { globalServicesSchema } from "./schema/global-services";
import { istioSchema } from "./schema/istio";
import { meshSchema } from "./schema/mesh";
import { worded, wordingOf } from "./wording";

/** What a program says by its providers, and not in words. */
const saidByProgram = { access: true, ifUnreachable: true } as const;

const programMeshSchema = like(
  meshSchema,
  meshSchema.omit({ kubeconfig: true }).extend({
    istio: like(istioSchema, istioSchema.omit({ transforms: true })),
    globalServices: like(globalServicesSchema, globalServicesSchema.omit({ files: true })).prefault({}),
    clusters: like(
      meshSchema.shape.clusters,
      z.record(
        meshSchema.shape.clusters.keyType,
        like(clusterSchema, clusterSchema.omit({ ...saidByProgram, apiServer: true }), "{ network: network1 }"),
      ),
      "{ east: { network: network1 } }",
    ),
    externalControlPlanes: like(
      meshSchema.shape.externalControlPlanes,
      z
        .record(
          meshSchema.shape.clusters.keyType,
          like(externalControlPlaneSchema, externalControlPlaneSchema.omit(saidByProgram), "{ configCluster: east }"),
        )
        .default({}),
      "{ control: {} }",
    ),
  }),
);

/**
 * The mesh of a program that reaches the clusters by providers of its own: the configuration but for `kubeconfig`,
 * `istio.transforms`, `globalServices.files` and the clusters' `access`, `apiServer` and `ifUnreachable`, which such a program
 * says otherwise. What has a default may be left out.
 */
export type ProgramMeshConfig = z.input<typeof programMeshSchema>;

/**
 * Plans the mesh of a program that reaches the clusters by providers of its own. Pure.
 * @throws ConfigurationError with every problem at once: wrong values, and rules that the rest breaks. Its paths begin with
 *   `mesh`.
 */
export function planProgramMesh(config: ProgramMeshConfig): MeshPlan {
  const { problems, sound, doubts } = inspect(programMeshSchema, config);
  const all = [...problems, ...brokenRules(sound ?? {}, doubts)];
  if (all.length > 0) throw new ConfigurationError(all.map(inProgram));
  const { clusters, externalControlPlanes, ...mesh } = programMeshSchema.parse(config);
  return planMesh(
    meshSchema.parse({
      ...mesh,
      clusters: named(clusters),
      externalControlPlanes: named(externalControlPlanes),
    }),
  );
}

/** A plan says of each cluster how it is reached; nobody looks where the program has a provider, so the name will do. */
function named(clusters: Readonly<Record<string, object>>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(clusters).map(([name, cluster]) => [name, { ...cluster, access: { context: name } }]),
  );
}

/** There is no stack file whose key a path could begin with. */
function inProgram(problem: Problem): Problem {
  return { ...problem, path: problem.path.replace(meshKey, "mesh") };
}

/** A schema that is spoken of as the one that it was made from, with another example where that one's would be wrong. */
function like<Schema extends z.ZodType>(original: z.ZodType, schema: Schema, example?: string): Schema {
  const wording = wordingOf(original);
  if (wording === undefined) return schema;
  return worded(schema, example === undefined ? wording : { ...wording, example });
}
