import { intermediateCaSecret, systemNamespace } from "../../../topology";
import type { AuthoritySeen, CertificateSeen } from "../certificates";
import { seenControlPlanes } from "../clusters";
import type { MeshFinding } from "../finding";
import type { MeshSnapshot } from "../snapshot";

const signAnew =
  "Run `isthmus drift --repair`, which puts the Secret back as it was applied; where it is as it was applied and the intermediate comes from elsewhere, have it made anew and run `isthmus up`.";

/** Control planes that are given no CA. */
export function missingAuthorities(snapshot: MeshSnapshot): MeshFinding[] {
  return seenControlPlanes(snapshot).flatMap(({ facts: { name }, seen: { authority } }) =>
    authority !== "none"
      ? []
      : [
          {
            clusters: [name],
            found: `there is no Secret ${intermediateCaSecret}, so that an istiod that starts signs with a root of its own`,
            proof: [`no Secret ${intermediateCaSecret} in ${systemNamespace}`],
            fix: "Run `isthmus up --refresh`, which makes it again.",
          },
        ],
  );
}

/** Secrets of a CA that lack a part. */
export function incompleteAuthorities(snapshot: MeshSnapshot): MeshFinding[] {
  return authoritiesIn(snapshot).flatMap(({ authority: { missing, secret }, name }) =>
    missing.length === 0
      ? []
      : [
          {
            clusters: [name],
            found: `the Secret ${secret} is incomplete: istiod does not start with it, or signs with a root of its own`,
            proof: missing.map((file) => `Secret ${secret}: ${file} is missing, or holds nothing that can be read`),
            fix: signAnew,
          },
        ],
  );
}

/** CAs whose key is another one's. */
export function foreignKeys(snapshot: MeshSnapshot): MeshFinding[] {
  return authoritiesIn(snapshot).flatMap(({ authority: { chain, keyFits, secret }, name }) =>
    keyFits !== false
      ? []
      : [
          {
            clusters: [name],
            found: `the Secret ${secret} has a key that is not that of its certificate: istiod does not start with it, or what it signs is trusted by nobody`,
            proof: [`Secret ${secret}: the key does not belong to ${chain[0]?.subject ?? "its certificate"}`],
            fix: signAnew,
          },
        ],
  );
}

/** Certificates on the way from an intermediate to its root that are past their end, or not valid yet. */
export function lifetimes(snapshot: MeshSnapshot): MeshFinding[] {
  return authoritiesIn(snapshot).flatMap(({ authority, name }) => {
    const outside = pathOf(authority).filter(
      ({ notAfter, notBefore }) => notAfter < snapshot.takenAt || notBefore > snapshot.takenAt,
    );
    const [first] = outside;
    if (first === undefined) return [];
    const isPast = first.notAfter < snapshot.takenAt;
    return [
      {
        clusters: [name],
        found: isPast
          ? `${first.subject}, by which istiod signs, ended on ${first.notAfter}`
          : `${first.subject}, by which istiod signs, is not valid before ${first.notBefore}`,
        proof: outside.map(lifetimeWords),
        fix: isPast
          ? "Run `isthmus up`, which renews an intermediate that the stack makes, or `isthmus drift --repair` where somebody has brought an old one back; have another one signed where they come from elsewhere. A root that has ended needs another one in every cluster: docs/trust.md."
          : "Set the clock of who signed it or of the clusters, or have it signed anew; one that was not applied by Isthmus is put back by `isthmus drift --repair`. What was signed too early becomes valid by itself.",
      },
    ];
  });
}

/** Intermediates whose chain does not lead to a root that is given beside them. */
export function brokenChains(snapshot: MeshSnapshot): MeshFinding[] {
  return authoritiesIn(snapshot).flatMap(({ authority, name }) => {
    const { missing, roots, secret } = authority;
    const last = pathOf(authority).at(-1);
    // What is not there at all is told of by itself.
    if (missing.length > 0 || last === undefined || roots.some(({ fingerprint }) => fingerprint === last.fingerprint)) {
      return [];
    }
    return [
      {
        clusters: [name],
        found: `the Secret ${secret} has a chain that leads to none of the roots in it`,
        proof: [
          `${last.subject} (SHA-256 ${last.fingerprint}) is signed by none of them`,
          ...roots.map((root) => `root ${root.subject} (SHA-256 ${root.fingerprint})`),
        ],
        fix: signAnew,
      },
    ];
  });
}

/** Istiods that publish other roots than those that they are given. */
export function otherSigningRoots(snapshot: MeshSnapshot): MeshFinding[] {
  return authoritiesIn(snapshot).flatMap(({ authority, name, published }) => {
    const root = rootOf(authority);
    if (root === undefined || published.length === 0) return [];
    if (published.some(({ fingerprint }) => fingerprint === root.fingerprint)) return [];
    return [
      {
        clusters: [name],
        found: `istiod has its workloads trust another root than that of the Secret ${authority.secret}`,
        proof: [
          `Secret ${authority.secret}: root SHA-256 ${root.fingerprint}`,
          ...published.map(({ fingerprint }) => `ConfigMap istio-ca-root-cert: root SHA-256 ${fingerprint}`),
        ],
        fix: `Where the Secret is right, restart istiod, then its workloads: \`kubectl --namespace ${systemNamespace} rollout restart deployment istiod\`. Where it is not, \`isthmus drift --repair\`.`,
      },
    ];
  });
}

/** The root that an istiod signs under by what it is given; undefined where that is not known. */
export function rootOf(authority: Pick<AuthoritySeen, "chain" | "roots">): CertificateSeen | undefined {
  const last = pathOf(authority).at(-1);
  return authority.roots.find(({ fingerprint }) => fingerprint === last?.fingerprint);
}

/** From the intermediate to what signed it last, as far as that is there. */
function pathOf({ chain, roots }: Pick<AuthoritySeen, "chain" | "roots">): CertificateSeen[] {
  const path: CertificateSeen[] = [];
  for (let next = chain[0]; next !== undefined && !path.includes(next);) {
    const signedBy: string | undefined = next.signedBy;
    path.push(next);
    next = [...roots, ...chain].find(({ fingerprint }) => fingerprint === signedBy);
    if (next !== undefined && next.fingerprint === path.at(-1)?.fingerprint) break;
  }
  return path;
}

function lifetimeWords({ fingerprint, notAfter, notBefore, subject }: CertificateSeen): string {
  return `${subject}: valid from ${notBefore} to ${notAfter} (SHA-256 ${fingerprint})`;
}

interface SeenAuthority {
  /** The cluster. */
  readonly name: string;
  readonly authority: AuthoritySeen;
  readonly published: readonly CertificateSeen[];
}

function authoritiesIn(snapshot: MeshSnapshot): SeenAuthority[] {
  return seenControlPlanes(snapshot).flatMap(({ facts: { name }, seen: { authority, publishedRoots = [] } }) =>
    authority === undefined || authority === "none" ? [] : [{ name, authority, published: publishedRoots }],
  );
}
