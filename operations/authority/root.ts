import { createPublicKey, type X509Certificate } from "node:crypto";
import { ConfigurationError } from "../../topology";
import { bundleProblems, factsOf, isOfKey, pemOf, readCertificates, readPrivateKey } from "../../trust";
import { issueRoot, type Issuer } from "../../trust/authority";
import { ensureNew, keyFile, pathsIn, readTexts, writeNewFiles, type MadeFile, type NewFile } from "./files";
import { makeKeys, type KeyAlgorithm } from "./keys";
import { ensureValid, labelProblems } from "./names";

/** What a root is made from. */
export interface RootOptions {
  /** Where `root-cert.pem` and `root-key.pem` are to be. */
  readonly directory: string;
  /** The mesh's id: it stands in the subject, so that the roots of two meshes are told apart. */
  readonly meshId: string;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly lifetimeDays: number;
}

/**
 * Makes a root CA: a key that stays where it is, and the certificate that every workload trusts.
 * @throws ConfigurationError when there is one already.
 */
export async function makeRoot(options: RootOptions, now = new Date()): Promise<MadeFile[]> {
  ensureValid(labelProblems("--mesh", "the mesh's id", [options.meshId]));
  const paths = pathsIn(options.directory, "rootCertificates", "rootKey");
  await ensureNew(Object.values(paths));
  const keys = await makeKeys(options.keyAlgorithm);
  const certificate = issueRoot(options.meshId, keys.privateKey, keys.publicKey, { now, days: options.lifetimeDays });
  return writeNewFiles([
    keyFile(paths.rootKey, "key of the root CA: keep it offline", keys.pem),
    certificateFile(paths.rootCertificates, "root CA", [certificate]),
  ]);
}

/** A root with its key, as it was read. */
export interface OfflineRoot extends Issuer {
  /** All roots that workloads are to trust, of which it is one. PEM. */
  readonly rootsPem: string;
  /** File that the roots are in. */
  readonly path: string;
}

/**
 * Reads a root and its key. Beside it `root-cert.pem` may hold other roots, as while one takes the other's place.
 * @throws ConfigurationError with all that is wrong with them.
 */
export async function readRoot(directory: string, now: Date): Promise<OfflineRoot> {
  const paths = pathsIn(directory, "rootCertificates", "rootKey");
  const texts = await readTexts(paths);
  const key = readPrivateKey(texts.rootKey, paths.rootKey);
  ensureValid([...bundleProblems(texts.rootCertificates, { now, path: paths.rootCertificates }), ...key.problems]);
  const certificates = readCertificates(texts.rootCertificates, paths.rootCertificates).value;
  const privateKey = key.value?.key;
  const publicKey = privateKey === undefined ? undefined : createPublicKey(privateKey);
  const certificate = certificates.find((one) => publicKey !== undefined && isOfKey(one, publicKey));
  if (certificate === undefined || privateKey === undefined) {
    throw new ConfigurationError([
      {
        path: paths.rootKey,
        expected: `the key of a certificate in ${paths.rootCertificates}`,
        found: "another key",
        fix: "Name the directory that has both with --root.",
      },
    ]);
  }
  return { certificate, key: privateKey, rootsPem: pemOf(...certificates), path: paths.rootCertificates };
}

/** A file with certificates, known by the first one. */
export function certificateFile(path: string, holds: string, certificates: readonly X509Certificate[]): NewFile {
  const [first] = certificates;
  const facts = first === undefined ? undefined : factsOf(first);
  return {
    file: {
      path,
      holds,
      isSecret: false,
      ...(facts === undefined ? {} : { fingerprint: facts.fingerprint, notAfter: facts.notAfter.toISOString() }),
    },
    text: pemOf(...certificates),
  };
}
