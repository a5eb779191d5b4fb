import type { X509Certificate } from "node:crypto";
import { KubernetesError } from "../../access";
import { authorityIn, publishedIn, takenUpIn } from "../../preflight";
import {
  certificateName,
  daysUntil,
  endWords,
  fingerprintsOf,
  lifetimeOf,
  lifetimeState,
  rootOf,
  type Lifetime,
  type LifetimeState,
} from "../../trust";
import type { Finding, VerifyContext } from "./check";

/** Something with an end, as it is called in a message. */
interface Living {
  readonly name: string;
  readonly lifetime: Lifetime;
}

/** The root under which the istiod of a cluster signs does not end soon. */
export async function rootLifetime(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  const client = context.client(cluster);
  const authority = await orNothing(authorityIn(client));
  const roots = (await publishedIn(client)) ?? authority?.roots ?? [];
  // Which of several it is may not be known: then none may end.
  const own = authority === undefined ? undefined : rootOf(authority.chain, [...authority.roots, ...roots]);
  const judged = own === undefined ? roots : [own];
  if (judged.length === 0) return { ok: false, message: `no root is known of ${cluster}` };
  return lifetimeFinding(judged.map(living));
}

/** What the istiod of a cluster signs with, and what is between that and the root, does not end soon. */
export async function intermediateLifetime(
  context: VerifyContext,
  [cluster = ""]: readonly string[],
): Promise<Finding> {
  const client = context.client(cluster);
  const authority = await orNothing(authorityIn(client));
  const roots = new Set(fingerprintsOf(authority?.roots ?? []));
  const below = (authority?.chain ?? []).filter(({ fingerprint256 }) => !roots.has(fingerprint256));
  if (below.length > 0) return lifetimeFinding(below.map(living));
  const until = await takenUpIn(client);
  if (until === undefined)
    return { ok: false, message: "neither the Secret cacerts nor istiod says what it signs with" };
  return lifetimeFinding([{ name: "the CA that istiod has", lifetime: { until } }]);
}

/** Judges by the worst of them. Pure. */
function lifetimeFinding(all: readonly Living[], now = new Date()): Finding {
  const judged = all.map((one) => ({ ...one, state: lifetimeState(one.lifetime, now) }));
  const [worst] = judged.sort(
    (one, other) =>
      severity.indexOf(one.state) - severity.indexOf(other.state) ||
      one.lifetime.until.getTime() - other.lifetime.until.getTime(),
  );
  if (worst === undefined) throw new RangeError("nothing to judge");
  return {
    ok: worst.state === "good",
    message: `${worst.name} ${endWords(worst.lifetime.until, daysUntil(worst.lifetime.until, now))}`,
    ...(worst.state === "ending" ? { isWarning: true } : {}),
  };
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
