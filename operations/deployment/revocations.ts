import { revocationsFileOf, revocationsIn, writeRevocations } from "../../access";
import { ConfigurationError, configurationPath, listed, type MeshPlan, type Problem } from "../../topology";
import { authoritiesIn, authorityOf, listsOf, revocationReport } from "../trust";
import type { ListsWish, RevocationReport, StackAuthority, WrittenLists } from "../trust";
import { readClusterTrusts } from "./examinations";
import type { Run } from "./run";
import { stacksOf } from "./stacks";

/** Where the revocation of the intermediate CA of a cluster stands. @throws ConfigurationError where the stack has no keys. */
export async function readRevocation(run: Run, cluster: string): Promise<RevocationReport> {
  const { plan } = run;
  ensureOwn(plan, cluster);
  const [trusts, authorities, listsPem] = await Promise.all([
    readClusterTrusts(run),
    authoritiesOf(run),
    listsNow(run),
  ]);
  return revocationReport({ plan, cluster, authorities, listsPem, trusts, now: new Date() });
}

/**
 * Writes the file with revocation lists that the mesh's file names, or one beside that where it names none.
 * @throws ConfigurationError where the stack has no keys, or not that one.
 */
export async function writeLists(run: Run, wish: ListsWish): Promise<WrittenLists> {
  const { plan, projectDirectory, stack } = run;
  ensureOwn(plan);
  const authorities = await authoritiesOf(run);
  const revoke = wish.kind === "revoke" ? [authorityOf(authorities, wish.cluster, wish.key)?.certificate] : [];
  const missing = revoke.includes(undefined);
  if (missing && wish.kind === "revoke") throw new ConfigurationError([noSuchKey(wish.cluster, wish.key)]);
  const pem = listsOf(authorities, await listsNow(run), {
    revoke: revoke.filter((certificate) => certificate !== undefined),
  });
  const file = plan.trust.revocations ?? revocationsFileOf(stack);
  const { undo } = await writeRevocations(file, projectDirectory, pem);
  return { file, undo };
}

async function authoritiesOf(run: Run): Promise<readonly StackAuthority[]> {
  return authoritiesIn(await stacksOf(run.plan).states(run));
}

/** What the lists say that the mesh's file names; nothing where it names none. */
async function listsNow({ plan, projectDirectory }: Run): Promise<string> {
  const { revocations } = plan.trust;
  return revocations === undefined ? "" : revocationsIn(revocations, projectDirectory);
}

/** @throws ConfigurationError where the keys are elsewhere, or the cluster has no istiod. */
function ensureOwn({ controlPlanes, trust }: MeshPlan, cluster?: string): void {
  const problems: Problem[] = [];
  if (trust.root !== "generated") {
    problems.push({
      path: configurationPath("trust", "root"),
      expected: "generated: this signs lists with keys that the stack has",
      found: trust.root,
      fix: "Make the lists where the keys are, with `isthmus trust crl`, and name the file as isthmus:mesh.trust.revocations (docs/trust.md).",
    });
  }
  const istiods = controlPlanes.map(({ name }) => name);
  if (cluster !== undefined && !istiods.includes(cluster)) {
    problems.push({
      path: "isthmus trust revoke",
      expected: `a cluster that an istiod runs in: ${listed(istiods)}`,
      found: cluster,
      fix: "Name one of these.",
    });
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
}

function noSuchKey(cluster: string, key: string): Problem {
  return {
    path: configurationPath("trust", "intermediateKeys", cluster),
    expected: `the certificate of the key ${key} in the stack's state`,
    found: "none",
    fix: "Run `isthmus up` first.",
  };
}
