import { setTimeout as delay } from "node:timers/promises";
import { issuedIntermediateName, systemNamespace } from "../../topology";
import type { ClusterAccess } from "../cluster-access";
import { apiServer, type ApiServer } from "../connection/api-server";
import { ConnectionError } from "../connection/connection-error";
import { CredentialError } from "../connection/exec-credential";
import { readJson } from "../json";
import type { Environment } from "../kubeconfig/kubeconfig-file";
import { intermediateInSecret } from "../trust/intermediate-files";
import { asMapping } from "../mapping";
import { issuingOf, type Issuing } from "./issuing";
import { certificatePath, certManagerObject, certManagerObjects, issuedSecretPath, requestsPath } from "./objects";

/** cert-manager did not issue an intermediate CA. The message says what may be the reason, and what to do. */
export class NotIssuedError extends Error {
  constructor(cluster: string, words: string) {
    super(
      `cluster ${cluster}: cert-manager has not issued Certificate ${systemNamespace}/${issuedIntermediateName}. ${words} ` +
        "Then run the update again: it goes on from here.",
    );
    this.name = "NotIssuedError";
  }
}

/** An intermediate CA that was issued. */
export interface IssuedChain {
  /** Its certificate, and after it those between it and the root, PEM. */
  readonly chainPem: string;
  /** End of its validity, RFC 3339. */
  readonly notAfter?: string;
}

/** Between two questions. A CA issuer answers within a second, one of a cloud within some. */
const pollMs = 500;

/** What is there in less time is told to nobody. */
const toldAfterMs = 5_000;

/**
 * Waits until cert-manager has issued the intermediate CA of a cluster's istiod. A question that gets no answer is asked
 * again as long as there is time. The Secret has the key as well, which is not even decoded.
 * @param timeoutSeconds With 0 it is asked once.
 * @param onWait Told in words, after some seconds, what it waits for, and again when that is something else.
 * @throws NotIssuedError when it is not issued in time, and at once where it was refused; ConnectionError or
 *   CredentialError where the last question had no answer.
 */
export async function awaitIssued(
  access: ClusterAccess,
  timeoutSeconds: number,
  environment: Environment = process.env,
  onWait: (words: string) => void = () => undefined,
): Promise<IssuedChain> {
  const beganAtMs = performance.now();
  const api = await apiServer(access, environment);
  let told: string | undefined;
  try {
    for (;;) {
      const found = await orTrouble(look(api));
      const passedMs = performance.now() - beganAtMs;
      const isOver = passedMs >= timeoutSeconds * 1_000;
      if (!(found instanceof Error)) {
        if (found.kind === "issued") return found;
        if (found.kind === "refused" && timeoutSeconds > 0) {
          throw new NotIssuedError(access.name, `${found.cause}. ${found.fix}`);
        }
        if (isOver) throw new NotIssuedError(access.name, `${found.cause}, after ${timeoutSeconds} s. ${found.fix}`);
        if (passedMs >= toldAfterMs && found.cause !== told) {
          onWait(`Certificate ${issuedIntermediateName} waits: ${found.cause}`);
          told = found.cause;
        }
      } else if (isOver) throw found;
      await delay(pollMs);
    }
  } finally {
    api.close();
  }
}

type Looked = Exclude<Issuing, { readonly kind: "issued" }> | ({ readonly kind: "issued" } & IssuedChain);

async function look(api: ApiServer): Promise<Looked> {
  const { body, status } = await api.ask(certificatePath);
  const certificate = status === 200 ? certManagerObject(body) : undefined;
  const alone = issuingOf(certificate);
  if (alone.kind !== "issued") {
    const requests = await api.ask(requestsPath);
    return issuingOf(certificate, requests.status === 200 ? certManagerObjects(requests.body) : []) as Looked;
  }
  const secret = await api.ask(issuedSecretPath);
  const data = asMapping(asMapping(readJson(secret.body))?.["data"]);
  const files = intermediateInSecret(data as Readonly<Record<string, string>> | undefined, "leave");
  if ("found" in files) {
    const cause = `Secret ${issuedIntermediateName} has ${files.found}`;
    return { kind: "waits", cause, fix: "Look who changes it." };
  }
  return { ...alone, chainPem: files.chainPem };
}

async function orTrouble<T>(asked: Promise<T>): Promise<T | ConnectionError | CredentialError> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ConnectionError || error instanceof CredentialError) return error;
    throw error;
  }
}
