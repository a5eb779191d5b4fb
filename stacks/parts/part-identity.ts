import { z } from "zod";
import { partsOf, trustPart, type MeshPlan, type Problem } from "../../topology";
import { parsePartOutputs } from "./part-outputs";

/** Whose a part's stack is, and which part. */
export interface PartIdentity {
  /** The mesh's id. */
  readonly mesh: string;
  /** Name of the stack whose configuration describes the mesh, without organization and project. */
  readonly environment: string;
  /** The part: `trust`, or the cluster's name. */
  readonly name: string;
}

/** The part that a stack is to be, by its name and the configuration. */
export interface ExpectedPart {
  readonly plan: MeshPlan;
  readonly environment: string;
  readonly part: string;
}

/**
 * What a stack's outputs say of that: it is this mesh's, under the name that it had at its last update; they do not say, as
 * before its first one; or it is something else, in words.
 */
export type PartClaim =
  | { readonly kind: "own"; readonly name: string }
  | { readonly kind: "silent" }
  | { readonly kind: "foreign"; readonly is: string };

const outputsSchema = z.object({
  mesh: z.object({ id: z.string().optional() }).optional().catch(undefined),
  part: z.looseObject({}).optional().catch(undefined),
});

/** Whether a stack says that it is a part of a mesh. Pure. */
export function isPart(outputs: unknown): boolean {
  return read(outputs).part !== undefined;
}

/** What a stack says of the part that it is to be. Pure. */
export function claimIn(outputs: unknown, { plan, environment, part }: ExpectedPart): PartClaim {
  const { part: state, mesh: told } = identityIn(outputs);
  const mesh = state?.mesh ?? told;
  const foreign: PartClaim = { kind: "foreign", is: claimWords(outputs) };
  if (mesh !== undefined && mesh !== plan.id && mesh !== plan.replaces.id) return foreign;
  if (state?.environment !== undefined && state.environment !== environment) return foreign;
  // A release before 0.4.0 said which mesh, and that it is a part, and no more.
  if (state === undefined || mesh === undefined) return { kind: "silent" };
  return isNamed(state.name ?? part, { plan, part }) ? { kind: "own", name: state.name ?? part } : foreign;
}

/**
 * Whether a stack of that name may hold this part: one that is being renamed has its former name until it is updated, also
 * where that was taken back.
 */
function isNamed(name: string, { plan, part }: Pick<ExpectedPart, "plan" | "part">): boolean {
  const parts = partsOf(plan);
  if (name === part) return true;
  const isFormer = plan.clusters.some((cluster) => cluster.name === part && cluster.replaces === name);
  return isFormer || (part !== trustPart && name !== trustPart && !parts.includes(part) && parts.includes(name));
}

/** What a stack says that it is, in words. Pure. */
export function claimWords(outputs: unknown): string {
  const { part, mesh: told } = identityIn(outputs);
  const mesh = part?.mesh ?? told;
  const ofMesh = mesh === undefined ? "a mesh" : `mesh ${mesh}`;
  if (part === undefined) return `the whole of ${ofMesh}`;
  const name = part.name === undefined ? "a part" : `the part ${part.name}`;
  return `${name} of ${ofMesh}${part.environment === undefined ? "" : ` in stack ${part.environment}`}`;
}

/** A stack whose name is wanted for a part, and that is something else. Pure. */
export function foreignInstead(stack: string, { plan, environment, part }: ExpectedPart, is: string): Problem {
  return {
    path: `stack ${stack}`,
    expected: `the part ${part} of mesh ${plan.id} in stack ${environment}, or none of that name`,
    found: is,
    fix:
      part === trustPart
        ? `Give this mesh's configuration another stack name than ${environment}.`
        : `Call the cluster otherwise than ${part}, or the other stack otherwise than ${stack}. It is left alone.`,
  };
}

/** A stack that is to hold a whole mesh, and holds a part of another. Pure. */
export function partInstead(stack: string, outputs: unknown): Problem {
  return {
    path: `stack ${stack}`,
    expected: "a stack for a whole mesh",
    found: claimWords(outputs),
    fix: "Give this mesh a stack of another name.",
  };
}

function identityIn(outputs: unknown): { readonly part?: Partial<PartIdentity>; readonly mesh?: string } {
  const { part, mesh } = read(outputs);
  return {
    ...(part === undefined ? {} : { part: parsePartOutputs(outputs).part as Partial<PartIdentity> }),
    ...(mesh?.id === undefined ? {} : { mesh: mesh.id }),
  };
}

function read(outputs: unknown): z.output<typeof outputsSchema> {
  const parsed = outputsSchema.safeParse(outputs ?? {});
  return parsed.success ? parsed.data : {};
}
