import * as pulumi from "@pulumi/pulumi";
import type { Elsewhere } from "../../components";
import {
  ConfigurationError,
  formatProblem,
  issuerRefOf,
  needKey,
  needsOf,
  partStack,
  trustPart,
  type MeshPlan,
  type Need,
  type Problem,
} from "../../topology";
import { stackOutputs } from "../stack-outputs";
import { parsePartOutputs, type PartOutputs } from "./part-outputs";

/** What the other parts of a mesh say, by part; those that one part needs. Holds secrets. */
export type OtherParts = ReadonlyMap<string, PartOutputs>;

/**
 * Reads what a part needs of the others.
 * @param stack The stack whose configuration describes the mesh.
 */
export async function readOtherParts(plan: MeshPlan, stack: string, part: string): Promise<OtherParts> {
  const names = [...new Set(needsOf(plan, part).map((need) => need.part))];
  const read = await Promise.all(
    names.map(async (name) => [name, parsePartOutputs(await stackOutputs(partStack(stack, name)))] as const),
  );
  return new Map(read);
}

/** The offers of parts, by part. */
export function offersIn(parts: OtherParts): ReadonlyMap<string, Readonly<Record<string, string>>> {
  return new Map([...parts].map(([name, outputs]) => [name, outputs.part.offers]));
}

/** Where a part stands in the way of being made. */
export interface PartContext {
  readonly plan: MeshPlan;
  readonly stack: string;
  readonly part: string;
  readonly others: OtherParts;
  /** What this part was made from by its last update. */
  readonly lastUses: Readonly<Record<string, string>>;
}

/**
 * What keeps a part from being made: what it cannot be begun without is not there, or what it was made from is no longer
 * there, so that an update would take away what works. Pure.
 */
export function missingNeeds({ plan, stack, part, others, lastUses }: PartContext): Problem[] {
  return needsOf(plan, part)
    .filter(({ part: other, offer }) => others.get(other)?.part.offers[offer] === undefined)
    .filter((need) => need.urgency === "first" || lastUses[needKey(need)] !== undefined)
    .map((need) => ({
      path: `stack ${partStack(stack, need.part)}`,
      expected: `its output for ${part}: ${nounOf(need)}`,
      found: lastUses[needKey(need)] === undefined ? "none yet" : "none any more",
      fix: `Run \`isthmus up --stack ${stack}\`, which brings the stacks up in order, or bring that one up first.`,
    }));
}

/** What is needed, in words. */
function nounOf({ part, offer }: Need): string {
  if (offer === "root") return "the root certificate";
  if (offer === "address") return `the address of ${part}'s istiod`;
  if (offer === "reader") return `the kubeconfig by which ${part} is read`;
  if (offer === "istiod-account") return `the kubeconfig of ${part} for an external istiod`;
  if (offer === "istiod") return `that ${part}'s istiod serves`;
  return offer.startsWith("intermediate.") ? "its intermediate CA" : `that ${part}'s istiod reads it`;
}

/**
 * Refuses, in an update, what {@link missingNeeds} finds. A preview only warns: what the other parts are yet to make is
 * unknown to it.
 * @throws ConfigurationError
 */
export async function ensureNeeds(context: PartContext): Promise<void> {
  const problems = missingNeeds(context);
  if (problems.length > 0 && !pulumi.runtime.isDryRun()) throw new ConfigurationError(problems);
  for (const problem of problems) await pulumi.log.warn(formatProblem(problem));
}

/** What the components take of other parts. In a preview all that is needed counts as there, and may be unknown. */
export function elsewhereOf(plan: MeshPlan, parts: OtherParts): Elsewhere {
  const isPreview = pulumi.runtime.isDryRun();
  const trust = parts.get(trustPart);
  return {
    rootCertificatePem: known(trust?.rootCertificatePem),
    rootFingerprint: known(trust?.mesh.rootFingerprint),
    intermediateOf: (site) => {
      // What is to be issued follows from the plan: in a preview the trust may be of another source yet.
      const issuerRef = issuerRefOf(plan, site);
      if (issuerRef !== undefined) return { issuerRef };
      const intermediate = trust?.intermediates[site];
      if (intermediate !== undefined && "existingSecret" in intermediate) {
        const { existingSecret, notAfter } = intermediate;
        return { existingSecret, ...(notAfter === undefined ? {} : { notAfter }) };
      }
      return {
        certificatePem: known(intermediate?.certificatePem),
        privateKeyPem: pulumi.secret(known(intermediate?.privateKeyPem)),
        notAfter: known(intermediate?.notAfter),
      };
    },
    addressOf: (controlPlane) => known(parts.get(controlPlane)?.controlPlanes[controlPlane]?.address),
    readerOf: (cluster) => pulumi.secret(known(parts.get(cluster)?.kubeconfigs.reader)),
    istiodAccountOf: (cluster) => pulumi.secret(known(parts.get(cluster)?.kubeconfigs.istiodAccount)),
    has: (part, offer) => isPreview || parts.get(part)?.part.offers[offer] !== undefined,
  };
}

/** A value of another part. One that is not there is unknown, which only a preview meets: updates look before. */
function known(value: string | undefined): pulumi.Output<string> {
  return pulumi.output(value ?? (pulumi.unknown as unknown as string));
}
