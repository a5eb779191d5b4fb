import { join } from "node:path";
import { isSelfSigned, judgeIntermediate, readCertificates, readPrivateKey } from "../../trust";
import { issueWorkload, spiffeId, type WorkloadIdentity } from "../../trust/authority";
import { ensureNew, keyFile, pathsIn, readTexts, writeNewFiles, type MadeFile } from "./files";
import { makeKeys, type KeyAlgorithm } from "./keys";
import { dnsNameProblems, ensureValid, labelProblems } from "./names";
import { certificateFile } from "./root";

/** How a certificate for a machine outside Kubernetes is made. */
export interface WorkloadOptions extends WorkloadIdentity {
  /** Directory that has the intermediate CA of the cluster that the machine joins, with its key. */
  readonly caDirectory: string;
  /** Directory that gets one for the workload. */
  readonly out: string;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly lifetimeDays: number;
}

/**
 * Makes key, chain and root of a workload outside Kubernetes, by the names that Istio's agent looks for.
 * @throws ConfigurationError with all that is wrong, and nothing made.
 */
export async function makeWorkload(options: WorkloadOptions, now = new Date()): Promise<MadeFile[]> {
  const { namespace, serviceAccount, trustDomain, lifetimeDays } = options;
  ensureValid([
    ...labelProblems("--namespace", "a namespace", [namespace]),
    ...dnsNameProblems("--service-account", "a service account", serviceAccount),
    ...dnsNameProblems("--trust-domain", "the mesh's trust domain", trustDomain),
  ]);
  const ca = pathsIn(options.caDirectory, "intermediateKey", "chain", "rootCertificates");
  const texts = await readTexts(ca);
  const key = readPrivateKey(texts.intermediateKey, ca.intermediateKey).value?.key;
  const given = { chainPem: texts.chain, privateKeyPem: texts.intermediateKey, rootsPem: texts.rootCertificates };
  const paths = { chain: ca.chain, privateKey: ca.intermediateKey, roots: ca.rootCertificates };
  ensureValid(judgeIntermediate(given, { now, site: "", trustDomain, paths }));
  const chain = readCertificates(texts.chain, ca.chain).value;
  const [certificate] = chain;
  if (certificate === undefined || key === undefined) throw new Error("what was judged to be right cannot be read");

  const directory = join(options.out, `${namespace}-${serviceAccount}`);
  const made = pathsIn(directory, "workloadKey", "chain", "rootCertificates");
  await ensureNew(Object.values(made));
  const keys = await makeKeys(options.keyAlgorithm);
  const leaf = issueWorkload(options, keys.publicKey, { certificate, key }, { now, days: lifetimeDays });
  if (leaf.validToDate > certificate.validToDate) {
    ensureValid([
      {
        path: "--lifetime",
        expected: `an end no later than that of ${ca.chain}, ${certificate.validToDate.toISOString()}`,
        found: `${lifetimeDays} days from now`,
        fix: "Make it shorter, or renew the intermediate first.",
      },
    ]);
  }
  const identity = spiffeId(options);
  const roots = readCertificates(texts.rootCertificates, ca.rootCertificates).value;
  return writeNewFiles([
    keyFile(made.workloadKey, `key of ${identity}`, keys.pem),
    certificateFile(made.chain, identity, [leaf, ...chain.filter((link) => !isSelfSigned(link))]),
    certificateFile(made.rootCertificates, "root CA", roots),
  ]);
}
