import { below, readRemoteKubeconfig } from "../../access";
import { readJson } from "../../access/json";
import type { RemoteKubeconfigSeen } from "../../diagnosis";
import { fingerprintsInData } from "./certificates-seen";
import type { SecretTokens } from "./secret-tokens";

type Content = Omit<RemoteKubeconfigSeen, "secret" | "isLabelled" | "key">;

/** What istiod makes of a kubeconfig in a remote secret, without anything secret in it. */
export function remoteKubeconfigSeen(text: string, tokens: SecretTokens): Content {
  const { certificateAuthorityData, defect, server, token } = readRemoteKubeconfig(text);
  return {
    ...(defect === undefined ? {} : { defect }),
    ...(server === undefined ? {} : { server }),
    ...(certificateAuthorityData === undefined ? {} : { authorities: fingerprintsInData(certificateAuthorityData) }),
    ...(token === undefined ? {} : { token: tokens.of(token), ...endOf(token) }),
  };
}

/** When a token ends, as it says itself (RFC 7519, `exp`); one of a Secret has no end. */
function endOf(token: string): Pick<Content, "tokenEndsAt"> {
  const claims = readJson(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  const seconds = below(claims, "exp");
  if (typeof seconds !== "number") return {};
  const end = new Date(seconds * 1000);
  return Number.isNaN(end.getTime()) ? {} : { tokenEndsAt: end.toISOString() };
}
