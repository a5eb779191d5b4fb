import { access } from "node:fs/promises";
import { createPublicKey, type KeyObject, type X509Certificate } from "node:crypto";
import { join } from "node:path";
import { ConfigurationError, type Problem } from "../../topology";
import {
  certificateName,
  isOfKey,
  isSelfSigned,
  isSignedBy,
  namesAuthority,
  readCertificates,
  readPrivateKey,
  readRevocationLists,
  revocationListsPem,
} from "../../trust";
import { renewRevocationList } from "../../trust/authority";
import { ensureNew, pathsIn, readTexts, writeNewFiles, type MadeFile } from "./files";
import { ensureValid } from "./names";

/** How revocation lists are made. */
export interface ListOptions {
  /** Directories that each have a CA with its key: `root-cert.pem` and `root-key.pem`, or `ca-cert.pem` and `ca-key.pem`. */
  readonly directories: readonly string[];
  /** Files with certificates that count no more, each of one of these CAs. */
  readonly revoke: readonly string[];
  /** A file with lists that stand: what they revoke stays revoked, and those of other CAs are taken over. Default: none. */
  readonly from?: string;
  /** The file that gets them. */
  readonly out: string;
}

interface Authority {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
  /** Until when its list counts. */
  readonly until: Date;
}

/**
 * Makes one list of each CA. It counts until the CA's root ends, where that is in the directory, else until the CA does: past
 * the end of a list proxies take no certificate of the CA.
 * @throws ConfigurationError with all that is wrong, and nothing made.
 */
export async function makeRevocationLists(options: ListOptions, now = new Date()): Promise<MadeFile[]> {
  await ensureNew([options.out]);
  const authorities = await Promise.all(options.directories.map(readAuthority));
  const texts = await readTexts(
    Object.fromEntries(
      [...options.revoke, ...(options.from === undefined ? [] : [options.from])].map((path) => [path, path]),
    ),
  );
  const former =
    options.from === undefined
      ? { value: [], problems: [] }
      : readRevocationLists(texts[options.from] ?? "", options.from);
  const read = options.revoke.map((path) => ({ path, ...readCertificates(texts[path] ?? "", path) }));
  const revoked = read.flatMap(({ path, value }) => value.slice(0, 1).map((certificate) => ({ path, certificate })));
  ensureValid([
    ...former.problems,
    ...read.flatMap(({ problems }) => problems),
    ...revoked.flatMap(({ certificate, path }) => revocationProblems(certificate, path, authorities)),
  ]);
  const change = { former: former.value, revoke: revoked.map(({ certificate }) => certificate), now };
  const own = authorities.map(({ until, ...issuer }) => ({
    der: renewRevocationList({ ...change, nextUpdate: until }, issuer),
  }));
  const others = former.value.filter(
    (list) => !authorities.some(({ certificate }) => namesAuthority(list, certificate)),
  );
  const ends = authorities.map(({ until }) => until.getTime());
  return writeNewFiles([
    {
      file: {
        path: options.out,
        holds: `revocation lists of ${authorities.map(({ certificate }) => certificateName(certificate)).join(", ")}`,
        isSecret: false,
        notAfter: new Date(Math.min(...ends)).toISOString(),
      },
      text: revocationListsPem([...own, ...others]),
    },
  ]);
}

async function readAuthority(directory: string): Promise<Authority> {
  const isRoot = await isThere(join(directory, "root-key.pem"));
  const paths = isRoot
    ? pathsIn(directory, "rootCertificates", "rootKey")
    : pathsIn(directory, "intermediateCertificate", "intermediateKey");
  const [certificatePath, keyPath] = Object.values(paths) as [string, string];
  const texts = await readTexts({ certificate: certificatePath, key: keyPath });
  const [certificates, key] = [
    readCertificates(texts.certificate, certificatePath),
    readPrivateKey(texts.key, keyPath),
  ];
  ensureValid([...certificates.problems, ...key.problems]);
  const privateKey = key.value?.key;
  const certificate = certificates.value.find(
    (one) => privateKey !== undefined && isOfKey(one, createPublicKey(privateKey)),
  );
  if (certificate === undefined || privateKey === undefined) {
    throw new ConfigurationError([
      {
        path: keyPath,
        expected: `the key of a certificate in ${certificatePath}`,
        found: "another key",
        fix: "Name a directory that has both.",
      },
    ]);
  }
  const root = isSelfSigned(certificate) ? certificate : await rootBeside(directory, certificate);
  return { certificate, key: privateKey, until: (root ?? certificate).validToDate };
}

async function rootBeside(directory: string, certificate: X509Certificate): Promise<X509Certificate | undefined> {
  const { rootCertificates } = pathsIn(directory, "rootCertificates");
  if (!(await isThere(rootCertificates))) return undefined;
  const { roots } = await readTexts({ roots: rootCertificates });
  return readCertificates(roots, rootCertificates).value.find((root) => isSignedBy(certificate, root));
}

function revocationProblems(certificate: X509Certificate, path: string, authorities: readonly Authority[]): Problem[] {
  if (isSelfSigned(certificate)) {
    return [
      {
        path,
        expected: "a certificate that a CA signed",
        found: `a root, ${certificateName(certificate)}`,
        fix: "Change the root instead (docs/trust.md): no list takes back what says of itself that it counts.",
      },
    ];
  }
  if (authorities.some((authority) => isSignedBy(certificate, authority.certificate))) return [];
  return [
    {
      path,
      expected: "a certificate that one of the CAs signed whose directories are named",
      found: certificateName(certificate),
      fix: "Name the directory of the CA that signed it too.",
    },
  ];
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    // Why it cannot be read is told by who reads it.
    return false;
  }
}
