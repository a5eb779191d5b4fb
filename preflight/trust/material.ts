import { readIntermediate, readRoots, type ReadIntermediate } from "../../access/trust/read-intermediate";
import { findRevocations } from "./revocations";
import type { KubeconfigSources } from "../../access/kubeconfig/sources";
import { configurationPath, distinctProblems, type MeshPlan, type Problem } from "../../topology";
import {
  bundleProblems,
  certificatesIn,
  judgeIntermediate,
  pemOf,
  sameRoots,
  type FoundIntermediate,
  type TrustMaterial,
} from "../../trust";

/** What was found, and all that is wrong with it. */
export interface FoundTrust {
  readonly material: TrustMaterial;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Reads what of a mesh's certificates is made elsewhere, and judges it. What somebody else keeps in a cluster is judged
 * where the cluster is asked.
 * @param now By which ends and beginnings are judged.
 */
export async function findTrust(
  plan: MeshPlan,
  projectDirectory: string,
  sources: KubeconfigSources,
  now = new Date(),
): Promise<FoundTrust> {
  const { material, problems } = await findCertificates(plan, projectDirectory, sources, now);
  const lists = await findRevocations(plan, projectDirectory, material, now);
  return {
    material: { ...material, ...(lists.pem === undefined ? {} : { revocationListsPem: lists.pem }) },
    problems: [...problems, ...lists.problems],
    warnings: lists.warnings,
  };
}

async function findCertificates(
  plan: MeshPlan,
  projectDirectory: string,
  sources: KubeconfigSources,
  now: Date,
): Promise<Pick<FoundTrust, "material" | "problems">> {
  const { intermediates: named = {}, root, roots: rootsFile } = plan.trust;
  const sites = plan.controlPlanes.map(({ name }) => name);
  const rootsPath = configurationPath("trust", "roots");
  const [rootsRead, ...read] = await Promise.all([
    rootsFile === undefined ? undefined : readRoots(rootsFile, projectDirectory),
    ...sites.map(async (site): Promise<ReadSite> => {
      const source = named[site];
      if (source === undefined) return { site };
      if ("existingSecret" in source) return { site, found: source };
      const found = await readIntermediate(site, source, sources, projectDirectory);
      return "chainPem" in found ? { site, found } : { site, problems: found };
    }),
  ]);
  const problems = read.flatMap((one) => one.problems ?? []);
  if (typeof rootsRead === "object")
    return { material: { intermediates: new Map(), sites }, problems: [rootsRead, ...problems] };
  if (root === "generated" || root === "cert-manager") {
    const material = { intermediates: new Map(), sites, ...(rootsRead === undefined ? {} : { rootsPem: rootsRead }) };
    return { material, problems: rootsRead === undefined ? [] : bundleProblems(rootsRead, { now, path: rootsPath }) };
  }
  const files = read.flatMap(({ site, found }) =>
    found !== undefined && "chainPem" in found ? [{ site, found }] : [],
  );
  const roots = rootsRead === undefined ? rootsAmong(files) : { pem: rootsRead, path: rootsPath, problems: [] };
  const material = {
    intermediates: new Map(
      read.flatMap(({ site, found }): [string, FoundIntermediate][] => {
        if (found === undefined) return [];
        return [[site, "chainPem" in found ? intermediateBelow(found, roots.pem) : found]];
      }),
    ),
    sites,
    ...(roots.pem === "" ? {} : { rootsPem: roots.pem }),
  };
  const judged = files.flatMap(({ site, found }) =>
    judgeIntermediate(
      {
        chainPem: found.chainPem,
        rootsPem: roots.pem,
        ...(found.privateKeyPem === undefined ? {} : { privateKeyPem: found.privateKeyPem }),
      },
      {
        now,
        site,
        sites,
        paths: { chain: found.paths.certificate, privateKey: found.paths.key, roots: roots.path },
      },
    ),
  );
  const keys = files.flatMap(({ found, site }) => (root === "given" ? lacksKey(site, found) : hasKey(found)));
  const bundle = roots.pem === "" ? [] : bundleProblems(roots.pem, { now, path: roots.path });
  return { material, problems: distinctProblems([...problems, ...roots.problems, ...bundle, ...keys, ...judged]) };
}

interface ReadSite {
  readonly site: string;
  readonly found?: ReadIntermediate | { readonly existingSecret: "cacerts" };
  readonly problems?: readonly Problem[];
}

interface FoundFiles {
  readonly site: string;
  readonly found: ReadIntermediate;
}

/** The roots that come with the intermediates: all are to come with the same ones. */
function rootsAmong(files: readonly FoundFiles[]): {
  readonly pem: string;
  readonly path: string;
  readonly problems: readonly Problem[];
} {
  const [first] = files.filter(({ found }) => found.rootsPem !== undefined);
  const path = configurationPath("trust", "roots");
  const pem = first?.found.rootsPem;
  if (first === undefined || pem === undefined) {
    const missing = {
      path,
      expected: "the roots that workloads trust, in a PEM file",
      found: "none, and none beside the intermediates",
      fix: "Name the file as isthmus:mesh.trust.roots.",
    };
    // Where nothing could be read there is nothing that could have come with roots.
    return { pem: "", path, problems: files.length === 0 ? [] : [missing] };
  }
  const others = files.filter(({ found }) => found.rootsPem !== undefined && !sameRoots(found.rootsPem, pem));
  return {
    pem,
    path: first.found.paths.certificate,
    problems: others.map(({ found: { paths } }) => ({
      path: paths.certificate,
      expected: `the same roots as ${first.site}'s intermediate comes with`,
      found: "others",
      fix: "Name a file with all roots that every workload is to trust, as isthmus:mesh.trust.roots.",
    })),
  };
}

/** The chain as istiod is given it, in which the root stands apart. */
function intermediateBelow({ chainPem, privateKeyPem }: ReadIntermediate, rootsPem: string): FoundIntermediate {
  const roots = new Set(certificatesIn(rootsPem).map(({ fingerprint256 }) => fingerprint256));
  const below = certificatesIn(chainPem).filter(({ fingerprint256 }) => !roots.has(fingerprint256));
  return {
    certificatePem: pemOf(...below),
    ...(privateKeyPem === undefined ? {} : { privateKeyPem: privateKeyPem.replaceAll("\r\n", "\n") }),
  };
}

function lacksKey(site: string, { paths, privateKeyPem }: ReadIntermediate): Problem[] {
  if (privateKeyPem !== undefined) return [];
  return [
    {
      path: paths.key,
      expected: `the private key of ${site}'s intermediate, beside its certificate`,
      found: "none",
      fix: "Put it there; where the stack is to make the key, set isthmus:mesh.trust.root to offline.",
    },
  ];
}

/** With a root elsewhere the stack alone has the keys: one that travels beside the certificate is another. */
function hasKey({ paths, privateKeyPem }: ReadIntermediate): Problem[] {
  if (privateKeyPem === undefined) return [];
  return [
    {
      path: paths.key,
      expected: "no private key, because trust.root is offline and the stack has the key",
      found: "one",
      fix: "Take it out, and what was signed for it: `isthmus trust requests` writes what is to be signed. Where keys are made elsewhere, set isthmus:mesh.trust.root to given.",
    },
  ];
}
