import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { ApiServerPlan, Problem } from "../../topology";
import type { ApiServerAccess } from "../cluster-access";
import { describeFileError } from "../file-problem";
import type { OwnAccess } from "./self-contained";

/**
 * How the other clusters reach an API server: as this program does, but for what the configuration says otherwise. The
 * kubeconfig's name for the certificate is for the kubeconfig's URL alone.
 */
export async function resolveForOthers(
  own: OwnAccess,
  plan: ApiServerPlan,
  projectDirectory: string,
  path: string,
): Promise<ApiServerAccess | Problem> {
  const tlsServerName = plan.tlsServerName ?? (plan.url === undefined ? own.tlsServerName : undefined);
  let certificateAuthorityData = own.certificateAuthorityData;
  if (plan.certificateAuthority !== undefined) {
    const read = await readPem(resolve(projectDirectory, plan.certificateAuthority));
    if ("found" in read) {
      return {
        path: `${path}.apiServer.certificateAuthority`,
        expected: "a PEM file with a certificate",
        found: `${read.found} at ${plan.certificateAuthority}`,
        fix: "Create the file, or name another.",
      };
    }
    certificateAuthorityData = Buffer.from(read.pem).toString("base64");
  }
  return {
    server: plan.url ?? own.server,
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
    ...(certificateAuthorityData === undefined ? {} : { certificateAuthorityData }),
  };
}

async function readPem(file: string): Promise<{ readonly pem: string } | { readonly found: string }> {
  try {
    const pem = await readFile(file, "utf8");
    return pem.includes("-----BEGIN CERTIFICATE-----") ? { pem } : { found: "a file without a certificate" };
  } catch (error) {
    return { found: describeFileError(error) };
  }
}
