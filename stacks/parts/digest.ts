import { scryptSync } from "node:crypto";
import type { ClusterAccess } from "../../access";
import { digestOf } from "../../components";
import { version } from "../../package.json";
import { needKey, needsOf, sliceOf, type MeshPlan } from "../../topology";

export { digestOf } from "../../components";

/** All that decides what a part is made of. */
export interface PartSource {
  readonly plan: MeshPlan;
  readonly part: string;
  /** How its cluster is reached; undefined for the trust. */
  readonly access: ClusterAccess | undefined;
  /** Digest of the files that decide what is installed, as `localFilesDigest` gives it; undefined for the trust. */
  readonly files: string | undefined;
  /** What the parts offer, by part. */
  readonly offers: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** What a part takes of others, as far as it is there: by the need's key, with the offer's value. Pure. */
export function usesOf({ plan, part, offers }: Omit<PartSource, "access" | "files">): Readonly<Record<string, string>> {
  return Object.fromEntries(
    needsOf(plan, part).flatMap((need) => {
      const value = offers.get(need.part)?.[need.offer];
      return value === undefined ? [] : [[needKey(need), value]];
    }),
  );
}

/**
 * Digest of all that a part is made of: its slice of the plan, how its cluster is reached, the files that it is made from,
 * what it takes of others, and the version of this program. A part that was made with the same digest is what it is to be. Pure.
 * @param by Version of the program that makes it: a later one may make other things of the same plan.
 */
export function partDigest(source: PartSource, by: string = version): string {
  const { plan, part, access, files } = source;
  const slice = sliceOf(plan, part);
  return digestOf(canonical({ version: by, slice, access: accessIn(access), files, uses: usesOf(source) }));
}

/** How a cluster is reached, without what was seen there. */
function accessIn(access: ClusterAccess | undefined): ClusterAccess | undefined {
  if (access === undefined) return undefined;
  const { name, kubeconfig, server, certificateAuthorityData, forOthers } = access;
  return {
    name,
    kubeconfig: withoutPasswords(kubeconfig, server),
    server,
    ...(certificateAuthorityData === undefined ? {} : { certificateAuthorityData }),
    forOthers,
  };
}

/**
 * A kubeconfig whose passwords stand for themselves by what takes long to compute: unlike keys and tokens they can be
 * guessed, and the digest is public.
 */
function withoutPasswords(kubeconfig: string, server: string): string {
  return kubeconfig.replace(
    /(\bpassword["']?\s*:\s*)("[^"]*"|'[^']*'|[^\s,}]+)/g,
    (_all, before: string, password: string) => `${before}${scryptSync(password, server, 32).toString("hex")}`,
  );
}

/** JSON with the keys in order, so that equal things are equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}
