import { createPrivateKey, type KeyObject, type X509Certificate } from "node:crypto";
import type { V1Secret } from "@kubernetes/client-node";
import { intermediateInSecret } from "../../access/trust/intermediate-files";
import type { AccountTokenSeen, AuthoritySeen, ClusterSnapshot, PendingReleaseSeen } from "../../diagnosis";
import {
  intermediateCaSecret,
  issuedIntermediateName,
  remoteSecretLabel,
  tokenSecretType,
  trustedRootsSecret,
} from "../../topology";
import { certificatesIn } from "../../trust";
import { fingerprintsInData, seen, textOf } from "./certificates-seen";
import { remoteKubeconfigSeen } from "./remote-kubeconfig-seen";
import type { SecretTokens } from "./secret-tokens";

/** Names of Secrets with kubeconfigs of other clusters: ours, and those of `istioctl create-remote-secret`. */
const remoteSecretName = /^istio-remote-(?:clusters$|secret-)/;

/** What istiod needs of a CA, by the form that it stands in (istio.io, "Plug in CA Certificates"; kubernetes.io/tls). */
const neededFiles = {
  istio: ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"],
  tls: ["tls.crt", "tls.key"],
} as const;

/** What the Secrets of `istio-system` are judged by, without anything secret in them. */
export function secretsSeen(
  secrets: readonly V1Secret[],
  tokens: SecretTokens,
): Required<Pick<ClusterSnapshot, "authority" | "remoteKubeconfigs" | "accountTokens" | "pendingReleases">> {
  return {
    authority: authorityIn(secrets),
    remoteKubeconfigs: secrets
      .map((secret) => ({ secret, isLabelled: secret.metadata?.labels?.[remoteSecretLabel] === "true" }))
      .filter(({ isLabelled, secret }) => isLabelled || remoteSecretName.test(secret.metadata?.name ?? ""))
      .flatMap(({ isLabelled, secret: { data, metadata } }) =>
        Object.entries(data ?? {}).map(([key, value]) => ({
          secret: metadata?.name ?? "",
          isLabelled,
          key,
          ...remoteKubeconfigSeen(textOf(value), tokens),
        })),
      ),
    pendingReleases: pendingReleasesIn(secrets),
    accountTokens: secrets
      .filter(({ type }) => type === tokenSecretType)
      .map(({ data, metadata }): AccountTokenSeen => {
        const token = textOf(data?.["token"]);
        return {
          secret: metadata?.name ?? "",
          account: metadata?.annotations?.["kubernetes.io/service-account.name"] ?? "",
          ...(token === "" ? {} : { token: tokens.of(token) }),
          authorities: fingerprintsInData(data?.["ca.crt"]),
        };
      }),
  };
}

/** By the labels of Helm's own Secrets, of which nothing else is looked at (helm, pkg/storage/driver/secrets.go). */
function pendingReleasesIn(secrets: readonly V1Secret[]): PendingReleaseSeen[] {
  return secrets.flatMap(({ metadata, type }) => {
    const { modifiedAt, name = "", status = "" } = metadata?.labels ?? {};
    if (type !== "helm.sh/release.v1" || !status.startsWith("pending-")) return [];
    const changed = modifiedAt === undefined ? metadata?.creationTimestamp : new Date(Number(modifiedAt) * 1000);
    return changed === undefined ? [] : [{ name, since: new Date(changed).toISOString() }];
  });
}

/** That of cert-manager where the mesh's roots are there beside, else `cacerts`: as the program has istiod take it. */
function authorityIn(secrets: readonly V1Secret[]): AuthoritySeen | "none" {
  const called = (wanted: string): V1Secret | undefined => secrets.find(({ metadata }) => metadata?.name === wanted);
  const trusted = called(trustedRootsSecret.name);
  const issued = trusted === undefined ? undefined : called(issuedIntermediateName);
  const data = (issued ?? called(intermediateCaSecret))?.data;
  if (data === undefined) return "none";
  // Of a key nothing is kept but whether it fits.
  const files = intermediateInSecret(data, "leave");
  const { chainPem, rootsPem = "" } = "found" in files ? { chainPem: "" } : files;
  const roots = certificatesIn(issued === undefined ? rootsPem : textOf(trusted?.data?.[trustedRootsSecret.key]));
  const chain = certificatesIn(chainPem);
  const form = issued !== undefined || data["tls.crt"] !== undefined ? "tls" : "istio";
  const isUnreadable = (file: string): boolean => {
    if ((data[file] ?? "") === "") return true;
    return !file.endsWith("key.pem") && file !== "tls.key" && fingerprintsInData(data[file]).length === 0;
  };
  return {
    secret: issued === undefined ? intermediateCaSecret : issuedIntermediateName,
    missing: neededFiles[form].filter(isUnreadable),
    ...keyFit(chain[0], textOf(data[form === "tls" ? "tls.key" : "ca-key.pem"])),
    chain: seen(chain, roots),
    roots: seen(roots),
  };
}

/** Nothing where there is no certificate, or nothing that can be read as a key. */
function keyFit(intermediate: X509Certificate | undefined, keyPem: string): Pick<AuthoritySeen, "keyFits"> {
  const key = readableKey(keyPem);
  return intermediate === undefined || key === undefined ? {} : { keyFits: intermediate.checkPrivateKey(key) };
}

function readableKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // What it is instead is not to be told: it may be a key in a form that only istiod reads.
    return undefined;
  }
}
