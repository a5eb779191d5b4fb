import { intermediateInSecret } from "../../access/trust/intermediate-files";
import type { ApiServer } from "../../access/connection/api-server";
import {
  configurationPath,
  intermediateCaSecret,
  intermediateOrigin,
  isOwned,
  systemNamespace,
  type MeshPlan,
  type Problem,
} from "../../topology";
import { certificatesIn, judgeIntermediate, sameRoots } from "../../trust";
import { answered } from "./object";

/** What is asked of the intermediate CA that somebody else keeps in a cluster. */
export interface ExistingIntermediateCheck {
  readonly mesh: MeshPlan;
  readonly site: { readonly name: string };
  /** Roots that workloads are to trust, PEM; undefined where they could not be read. */
  readonly rootsPem?: string;
}

/** What was found. */
export interface ExistingIntermediateFindings {
  readonly problems: readonly Problem[];
  /** Its end, RFC 3339. */
  readonly notAfter?: string;
}

/** Looks whether the Secret from which istiod takes its CA is there, somebody else's, and good. */
export async function checkExistingIntermediate(
  { mesh, rootsPem, site: { name } }: ExistingIntermediateCheck,
  server: ApiServer,
): Promise<ExistingIntermediateFindings> {
  if (intermediateOrigin(mesh, name) !== "existing") return { problems: [] };
  const path = configurationPath("trust", "intermediates", name, "existingSecret");
  const shown = `Secret ${intermediateCaSecret} in ${systemNamespace} of ${name}`;
  const found = await answered(server, `/api/v1/namespaces/${systemNamespace}/secrets/${intermediateCaSecret}`);
  const problem = (what: string, fix: string): ExistingIntermediateFindings => ({
    problems: [{ path, expected: `an intermediate CA that somebody else keeps in ${shown}`, found: what, fix }],
  });
  if (found === "absent") {
    return problem(
      "none",
      "Have it made there before the mesh: an istiod that starts without it makes a root of its own.",
    );
  }
  if (found === "unread") {
    return problem("one that this user may not read", `Let the user \`get\` Secrets in ${systemNamespace}.`);
  }
  if (isOwned(found.metadata.labels)) {
    return problem(
      "the one that this mesh made, which would be deleted",
      "Name where the intermediate was until now, or have the other one keep it under its own labels first.",
    );
  }
  const files = intermediateInSecret(found.data, "take");
  if ("found" in files) {
    return problem(files.found, "Have it made in Istio's form (ca-cert.pem, ca-key.pem, …) or as kubernetes.io/tls.");
  }
  const judged = judgeIntermediate(
    {
      chainPem: files.chainPem,
      rootsPem: rootsPem ?? files.rootsPem ?? "",
      ...(files.privateKeyPem === undefined ? {} : { privateKeyPem: files.privateKeyPem }),
    },
    {
      now: new Date(),
      site: name,
      sites: mesh.controlPlanes.map((plane) => plane.name),
      paths: { chain: path, privateKey: path, roots: configurationPath("trust", "roots") },
    },
  );
  const roots = files.rootsPem;
  const otherRoots =
    roots === undefined || rootsPem === undefined || sameRoots(roots, rootsPem)
      ? []
      : [
          {
            path,
            expected: `the roots of isthmus:mesh.trust.roots in ${shown}, since its istiod hands these to its workloads`,
            found: "others",
            fix: "Give both the same roots.",
          },
        ];
  const [first] = certificatesIn(files.chainPem);
  return {
    problems: [...judged, ...otherRoots],
    ...(first === undefined ? {} : { notAfter: first.validToDate.toISOString() }),
  };
}
