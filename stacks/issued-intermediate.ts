import * as pulumi from "@pulumi/pulumi";
import { awaitIssued, NotIssuedError, type ClusterAccess } from "../access";
import type { IssuedCertificate, IssuedQuestion } from "../components";
import { judgeIssued } from "../preflight";
import { formatProblem, type MeshPlan } from "../topology";
import { inWords } from "./mendable";

/** What is asked of a cluster in which cert-manager issues. */
export interface IssuedSite {
  readonly access: ClusterAccess;
  /** Where the configuration says how the cluster is reached. */
  readonly path: string;
  /** The mesh, by which what was issued is judged. Default: nobody judges it but istiod. */
  readonly mesh?: MeshPlan;
}

/**
 * Waits in an update until cert-manager has issued the intermediate CA of a cluster's istiod, tells meanwhile what it waits
 * for, and judges what was issued before istiod has it. A preview takes what is there; where nobody can be asked, or it is
 * yet to be issued, it is not known.
 */
export async function issuedIntermediate(
  { access, mesh, path }: IssuedSite,
  { rootsPem, timeoutSeconds }: IssuedQuestion,
): Promise<IssuedCertificate | undefined> {
  const { name } = access;
  if (!pulumi.runtime.isDryRun()) {
    const tell = (words: string): void => void pulumi.log.info(`${name}: ${words}`);
    const issued = await inWords({ name, path }, awaitIssued(access, timeoutSeconds, process.env, tell));
    const problems = mesh === undefined ? [] : judgeIssued({ mesh, site: { name }, rootsPem }, issued.chainPem);
    if (problems.length > 0) throw new pulumi.RunError(problems.map(formatProblem).join("\n"));
    return issued;
  }
  try {
    return await awaitIssued(access, 0);
  } catch (error) {
    const isToCome = error instanceof NotIssuedError;
    await pulumi.log.debug(
      `What cert-manager has issued in ${name} is not known: ${isToCome ? "not yet" : String(error)}`,
    );
    return undefined;
  }
}
