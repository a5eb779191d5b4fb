import * as pulumi from "@pulumi/pulumi";
import { readMesh } from "../access";
import { findTrust, judgeRequests } from "../preflight";
import type { TrustMaterial } from "../trust";
import {
  ConfigurationError,
  formatProblem,
  listed,
  meshWarnings,
  partOfStack,
  partsOf,
  partStack,
  planMesh,
  planOfSites,
  trustPart,
  type MeshPlan,
  type Problem,
} from "../topology";
import { meshStack, type MeshStackOutputs } from "./mesh-stack";
import {
  claimIn,
  clusterStack,
  foreignInstead,
  isPart,
  partInstead,
  trustStack,
  type ClusterStackOutputs,
  type ExpectedPart,
  type TrustStackOutputs,
} from "./parts";
import { parseLastOutputs } from "./last-outputs";
import { programSources } from "./kubeconfig-sources";
import { stackOutputs } from "./stack-outputs";
import { takedown } from "./takedown";
import { destroyOperation, operationVariable, refreshOperation } from "./operation";
import { secondLook } from "./second-look";
import { findTransforms } from "./transforms";

/** What a stack of a mesh exports: of a whole one, of its trust, or of one cluster. */
export type ProgramOutputs = MeshStackOutputs | TrustStackOutputs | ClusterStackOutputs;

/**
 * The program of every stack: the whole mesh, or the part of it that the stack's name says.
 * @param config What the user wrote under `isthmus:mesh`.
 * @param projectDirectory Directory that the configuration's relative paths start from.
 * @returns What the last update said, when the stack is refreshed or about to be destroyed.
 * @throws ConfigurationError with every problem at once, before any resource is registered.
 */
export async function meshProgram(config: unknown, projectDirectory: string): Promise<ProgramOutputs> {
  const configuration = await readMesh(config, projectDirectory);
  for (const warning of meshWarnings(configuration)) await pulumi.log.warn(formatProblem(warning));
  const plan = planMesh(configuration);
  const operation = process.env[operationVariable];
  if (operation === destroyOperation || operation === refreshOperation) {
    const own = plan.stacks === "one" ? plan : planOfSites(plan, partsNamed(pulumi.getStack()));
    const run = operation === destroyOperation ? takedown : secondLook;
    // They are those of an update, read again.
    return (await run(own, projectDirectory)) as unknown as ProgramOutputs;
  }
  const transforms = findTransforms(configuration.istio.transforms, projectDirectory);
  const name = pulumi.getStack();
  if (plan.stacks === "one") {
    // No other stack's name can be that of a part.
    if (partOfStack(name) !== undefined) ensureWhole(name, await stackOutputs(name));
    return meshStack(plan, transforms, projectDirectory);
  }
  const { stack, part } = partOf(plan, name);
  const outputs = await stackOutputs(name);
  ensureOwn(name, outputs, { plan, environment: stack, part });
  if (part !== trustPart) return clusterStack({ plan, stack, part, transforms, projectDirectory, outputs });
  // What stops every cluster is to stop the trust as well.
  if (transforms.mistakes.length > 0) throw new ConfigurationError(transforms.mistakes);
  return trustStack(plan, stack, outputs, await foundTrust(plan, projectDirectory, outputs));
}

/**
 * What of a mesh's certificates is made elsewhere.
 * @param outputs What the stack's last update said.
 * @throws ConfigurationError with all that is wrong with it.
 */
async function foundTrust(plan: MeshPlan, projectDirectory: string, outputs: unknown): Promise<TrustMaterial> {
  const found = await findTrust(plan, projectDirectory, programSources);
  const { material } = found;
  const { requests } = parseLastOutputs(outputs).trust;
  const problems = [...found.problems, ...judgeRequests(plan, material, (site) => requests[site])];
  if (problems.length > 0) throw new ConfigurationError(problems);
  for (const warning of found.warnings) await pulumi.log.warn(formatProblem(warning));
  return material;
}

/**
 * Makes sure that a stack for a whole mesh is no part of another one, of which an update would leave nothing.
 * @throws ConfigurationError
 */
function ensureWhole(name: string, outputs: unknown): void {
  if (isPart(outputs)) throw new ConfigurationError([partInstead(name, outputs)]);
}

/**
 * Makes sure that a part's stack holds nothing else, of which an update would leave nothing.
 * @throws ConfigurationError
 */
function ensureOwn(name: string, outputs: unknown, expected: ExpectedPart): void {
  const claim = claimIn(outputs, expected);
  if (claim.kind === "foreign") throw new ConfigurationError([foreignInstead(name, expected, claim.is)]);
}

/** The cluster that a stack is of, which the plan may have no more. */
function partsNamed(name: string): string[] {
  const part = partOfStack(name)?.part;
  return part === undefined ? [] : [part];
}

/**
 * The part that a stack is.
 * @throws ConfigurationError when it is none.
 */
function partOf(plan: MeshPlan, name: string): { readonly stack: string; readonly part: string } {
  const found = partOfStack(name);
  if (found !== undefined && partsOf(plan).includes(found.part)) return found;
  throw new ConfigurationError([noPart(plan, name)]);
}

/** A name with a dot whose end is no part is that of a part which is no more, or the whole mesh's. */
function noPart(plan: MeshPlan, name: string): Problem {
  return {
    path: "isthmus:mesh.stacks",
    expected: `a stack for one part of the mesh, ${listed(partsOf(plan).map((part) => partStack(name, part)))}, since it is per-cluster`,
    found: `stack ${name}`,
    fix: `Run \`isthmus up --stack ${name}\`, which brings up all parts; or by Pulumi alone \`pulumi up --stack ${partStack(name, trustPart)} --config-file Pulumi.${name}.yaml\`, and the others likewise.`,
  };
}
