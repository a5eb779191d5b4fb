import { issuedIntermediateName, systemNamespace } from "../../topology";
import { certificateNameAnnotation, conditionOf, type CertManagerObject } from "./objects";

/** How far cert-manager has come with a Certificate. */
export type Issuing =
  | { readonly kind: "issued"; readonly notAfter?: string }
  | {
      /** `waits`: it may come by itself. `refused`: cert-manager does not ask again before an hour has passed. */
      readonly kind: "waits" | "refused";
      /** The first cause, in words. */
      readonly cause: string;
      /** What to do about it, as sentences. */
      readonly fix: string;
    };

const kubectl = `kubectl --namespace ${systemNamespace}`;

/** What is done with a request that failed, so that cert-manager makes another one at once. */
const again = `Mend it, then delete the request (\`${kubectl} delete certificaterequests --all\`), so that cert-manager asks again before an hour has passed.`;

/**
 * How far it has come, and by the first thing that went wrong what it waits for: of a request that was denied or failed
 * the Certificate itself says less. Pure.
 * @param certificate Undefined where there is none.
 * @param requests What cert-manager has asked issuers for, of any Certificate.
 */
export function issuingOf(
  certificate: CertManagerObject | undefined,
  requests: readonly CertManagerObject[] = [],
): Issuing {
  if (certificate === undefined) {
    return { kind: "waits", cause: "The Certificate is not there", fix: "Look who deletes it." };
  }
  const ready = conditionOf(certificate, "Ready");
  const { notAfter } = certificate.status ?? {};
  const generation = certificate.metadata.generation ?? 0;
  const isSeen = (ready?.observedGeneration ?? generation) >= generation;
  if (ready?.status === "True" && isSeen) return { kind: "issued", ...(notAfter === undefined ? {} : { notAfter }) };
  const request = newestOf(requests);
  const failure = request && failureOf(request);
  if (failure !== undefined) return failure;
  const issuing = conditionOf(certificate, "Issuing");
  if (issuing?.status === "False" && (issuing.observedGeneration ?? generation) >= generation) {
    return { kind: "refused", cause: `cert-manager says: ${said(issuing)}`, fix: again };
  }
  const pending = request && conditionOf(request, "Ready");
  if (pending !== undefined) {
    return { kind: "waits", cause: `Its issuer says: ${said(pending)}`, fix: "Mend the issuer, or name another one." };
  }
  if (request !== undefined) {
    return {
      kind: "waits",
      cause:
        conditionOf(request, "Approved") === undefined
          ? "Nobody has approved its request"
          : "No issuer has taken its request",
      fix: "Look whether the controller of the issuer runs, and that of approvals where there is one.",
    };
  }
  if (ready === undefined) {
    return {
      kind: "waits",
      cause: "cert-manager has not looked at the Certificate",
      fix: "Look whether its controller runs (`kubectl --namespace cert-manager get pods`).",
    };
  }
  return {
    kind: "waits",
    cause: `cert-manager says: ${said(ready)}`,
    fix: `\`${kubectl} describe certificate ${issuedIntermediateName}\` says more.`,
  };
}

function failureOf(request: CertManagerObject): Issuing | undefined {
  const denied = conditionOf(request, "Denied");
  if (denied?.status === "True") {
    return { kind: "refused", cause: `Its request was denied: ${said(denied)}`, fix: again };
  }
  const invalid = conditionOf(request, "InvalidRequest");
  if (invalid?.status === "True") {
    return { kind: "refused", cause: `Its request is invalid: ${said(invalid)}`, fix: again };
  }
  const ready = conditionOf(request, "Ready");
  if (ready?.status === "False" && ready.reason === "Failed") {
    return { kind: "refused", cause: `Its issuer failed: ${said(ready)}`, fix: again };
  }
  return undefined;
}

function newestOf(requests: readonly CertManagerObject[]): CertManagerObject | undefined {
  return requests
    .filter(({ metadata }) => metadata.annotations?.[certificateNameAnnotation] === issuedIntermediateName)
    .sort((left, right) => createdAt(right) - createdAt(left))[0];
}

function createdAt({ metadata: { creationTimestamp } }: CertManagerObject): number {
  return Date.parse(creationTimestamp ?? "") || 0;
}

function said({
  message,
  reason,
}: {
  readonly message?: string | undefined;
  readonly reason?: string | undefined;
}): string {
  return (message ?? reason ?? "nothing").replace(/\.$/, "");
}
