import type { X509Certificate } from "node:crypto";
import { KubernetesError, type ClusterClient } from "../../access";
import { authorityIn, publishedIn, takenUpIn } from "../../preflight";
import {
  certificateName,
  fingerprintsOf,
  lifetimeOf,
  lifetimeState,
  rootOf,
  type Lifetime,
  type LifetimeState,
} from "../../trust";

/** Something with an end, as it is called in a message. */
export interface Living {
  readonly name: string;
  readonly lifetime: Lifetime;
}

/** The root under which the istiod of a cluster signs; of several all where that is not known, and none where no root is. */
export async function rootsSignedUnder(client: Pick<ClusterClient, "get">): Promise<Living[]> {
  const authority = await orNothing(authorityIn(client));
  const roots = (await publishedIn(client)) ?? authority?.roots ?? [];
  // Which of several it is may not be known: then none may end.
  const own = authority === undefined ? undefined : rootOf(authority.chain, [...authority.roots, ...roots]);
  return (own === undefined ? roots : [own]).map(living);
}

/**
 * What the istiod of a cluster signs with, and what is between that and the root; none where neither the Secret `cacerts` nor
 * istiod says it.
 */
export async function signedWith(client: Pick<ClusterClient, "exec" | "get" | "list">): Promise<Living[]> {
  const authority = await orNothing(authorityIn(client));
  const roots = new Set(fingerprintsOf(authority?.roots ?? []));
  const below = (authority?.chain ?? []).filter(({ fingerprint256 }) => !roots.has(fingerprint256));
  if (below.length > 0) return below.map(living);
  const until = await takenUpIn(client);
  return until === undefined ? [] : [{ name: "the CA that istiod has", lifetime: { until } }];
}

/** The one of several that ends worst, and how it stands to its end; undefined of none. Pure. */
export function worstOf(all: readonly Living[], now: Date): (Living & { readonly state: LifetimeState }) | undefined {
  const judged = all.map((one) => ({ ...one, state: lifetimeState(one.lifetime, now) }));
  const [worst] = judged.sort(
    (one, other) =>
      severity.indexOf(one.state) - severity.indexOf(other.state) ||
      one.lifetime.until.getTime() - other.lifetime.until.getTime(),
  );
  return worst;
}

const severity: readonly LifetimeState[] = ["past", "ending", "good"];

function living(certificate: X509Certificate): Living {
  return { name: certificateName(certificate), lifetime: lifetimeOf(certificate) };
}

/** Who may not read Secrets is told by what else there is. */
async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 403) return undefined;
    throw error;
  }
}
