import { join } from "node:path";
import type { X509Certificate } from "node:crypto";
import {
  subjectNameOf,
  isOfKey,
  isTakenKey,
  judgeIntermediate,
  keyKindOf,
  pemOf,
  takenKeys,
  readSigningRequest,
  type SigningRequest,
} from "../../trust";
import { intermediateName, issueIntermediate } from "../../trust/authority";
import { describeFound, type Problem } from "../../topology";
import { ensureNew, keyFile, pathsIn, readTexts, writeNewFiles, type MadeFile, type NewFile } from "./files";
import { makeKeys, type KeyAlgorithm } from "./keys";
import { ensureValid, labelProblems } from "./names";
import { certificateFile, readRoot, type OfflineRoot } from "./root";

/** How intermediates are signed. */
export interface SigningOptions {
  /** Directory that has the root and its key. */
  readonly rootDirectory: string;
  /** Directory that gets one for each cluster. */
  readonly out: string;
  readonly lifetimeDays: number;
}

/** How intermediates are made with their keys. */
export interface IntermediateOptions extends SigningOptions {
  readonly clusters: readonly string[];
  /** The mesh's id: it stands in the subject. */
  readonly meshId: string;
  readonly keyAlgorithm: KeyAlgorithm;
}

/**
 * Makes an intermediate CA for each cluster, key and all: what the Secret `cacerts` is made from.
 * @throws ConfigurationError with all that is wrong, and nothing made.
 */
export async function makeIntermediates(options: IntermediateOptions, now = new Date()): Promise<MadeFile[]> {
  const { clusters, meshId, out } = options;
  ensureValid([
    ...labelProblems("cluster", "a cluster's name", clusters),
    ...labelProblems("--mesh", "the mesh's id", [meshId]),
  ]);
  const root = await readRoot(options.rootDirectory, now);
  await ensureNew(clusters.flatMap((cluster) => Object.values(pathsOf(join(out, cluster)))));
  const files: NewFile[] = [];
  const problems: Problem[] = [];
  for (const cluster of clusters) {
    const keys = await makeKeys(options.keyAlgorithm);
    const request = { subjectName: intermediateName(meshId, cluster), publicKey: keys.publicKey };
    const certificate = issueIntermediate(request, root, { now, days: options.lifetimeDays });
    problems.push(...judged(certificate, root, cluster, { now, path: join(out, cluster) }));
    const { intermediateKey } = pathsOf(join(out, cluster));
    files.push(
      keyFile(intermediateKey, `key of the intermediate CA of ${cluster}`, keys.pem),
      ...filesOf(certificate, root, cluster, out),
    );
  }
  ensureValid(problems);
  return writeNewFiles(files);
}

/** Requests that are to be signed. */
export interface RequestOptions extends SigningOptions {
  /** Files with one signing request each. */
  readonly requests: readonly string[];
  /** The cluster that all of them must be for. Default: each is for the one that its subject names. */
  readonly cluster?: string;
}

/**
 * Signs the requests of clusters whose keys never come here.
 * @throws ConfigurationError with all that is wrong, and nothing signed.
 */
export async function signRequests(options: RequestOptions, now = new Date()): Promise<MadeFile[]> {
  const { out, requests, cluster: wanted } = options;
  const root = await readRoot(options.rootDirectory, now);
  const texts = await readTexts(Object.fromEntries(requests.map((path) => [path, path])));
  const read = Object.entries(texts).map(([path, text]) => ({ path, ...readSigningRequest(text, path) }));
  ensureValid(
    read.flatMap(({ path, value, problems }) => [
      ...problems,
      ...(value === undefined ? [] : requestProblems(value, root, path, wanted)),
    ]),
  );
  const signed = read.flatMap(({ path, value }) => {
    const cluster = value === undefined ? undefined : localityOf(value);
    if (value === undefined || cluster === undefined) return [];
    const certificate = issueIntermediate(value, root, { now, days: options.lifetimeDays });
    return [
      { files: filesOf(certificate, root, cluster, out), problems: judged(certificate, root, cluster, { now, path }) },
    ];
  });
  ensureValid(signed.flatMap(({ problems }) => problems));
  return writeNewFiles(signed.flatMap(({ files }) => files));
}

function requestProblems(
  request: SigningRequest,
  root: OfflineRoot,
  path: string,
  wanted: string | undefined,
): readonly Problem[] {
  const cluster = localityOf(request);
  if (cluster === undefined) {
    return [
      {
        path,
        expected: "a request whose subject names one cluster as its locality (L)",
        found: `one with ${describeFound(request.subject.map((part) => part.join("=")).join(", "))}`,
        fix: `Make it anew with L=${wanted ?? "<cluster>"} in its subject.`,
      },
    ];
  }
  if (wanted !== undefined && cluster !== wanted) {
    return [
      {
        path,
        expected: `a request for ${wanted}, as --cluster says`,
        found: `one for ${describeFound(cluster)}, as its subject says (L)`,
        fix: `Sign that of ${wanted}: whoever has this key would stand in for another cluster.`,
      },
    ];
  }
  const label = labelProblems(path, "a request whose locality (L) is a cluster's name", [cluster]);
  const isStrong = isTakenKey(request.publicKey, "istiod");
  const isRoots =
    isOfKey(root.certificate, request.publicKey) || subjectNameOf(root.certificate).equals(request.subjectName);
  return [
    ...label,
    ...(isStrong
      ? []
      : [
          {
            path,
            expected: `a request for a key of ${takenKeys.istiod}`,
            found: `one for ${keyKindOf(request.publicKey)}`,
            fix: "Make a key of another kind or size, and the request for it.",
          },
        ]),
    ...(isRoots
      ? [
          {
            path,
            expected: "a key and a subject that are not the root's",
            found: "a request of the root itself",
            fix: "Make the request with a key of the cluster's own.",
          },
        ]
      : []),
  ];
}

/** The one locality in a request's subject. */
function localityOf({ subject }: SigningRequest): string | undefined {
  const localities = subject.filter(([attribute]) => attribute === "L").map(([, value]) => value);
  return localities.length === 1 ? localities[0] : undefined;
}

function judged(
  certificate: X509Certificate,
  { rootsPem, path: roots }: OfflineRoot,
  site: string,
  { now, path }: { readonly now: Date; readonly path: string },
): readonly Problem[] {
  const chainPem = pemOf(certificate);
  return judgeIntermediate({ chainPem, rootsPem }, { now, site, paths: { chain: path, privateKey: path, roots } });
}

function filesOf(certificate: X509Certificate, root: OfflineRoot, cluster: string, out: string): NewFile[] {
  const paths = pathsOf(join(out, cluster));
  return [
    certificateFile(paths.intermediateCertificate, `intermediate CA of ${cluster}`, [certificate]),
    certificateFile(paths.chain, `chain of ${cluster} up to its root`, [certificate, root.certificate]),
    { ...certificateFile(paths.rootCertificates, "root CA", [root.certificate]), text: root.rootsPem },
  ];
}

const pathsOf = (
  directory: string,
): Record<"intermediateCertificate" | "intermediateKey" | "chain" | "rootCertificates", string> =>
  pathsIn(directory, "intermediateCertificate", "intermediateKey", "chain", "rootCertificates");
