import { below, readRemoteKubeconfig } from "../../access";
import { readJson } from "../../access/json";
import { asText } from "../../access/mapping";
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
    ...(token === undefined ? {} : { token: tokens.of(token), ...claimsOf(token) }),
  };
}

/** What a token says of itself (RFC 7519): whose it is, and when it ends; one of a Secret has no end. */
function claimsOf(token: string): Pick<Content, "accountNamespace" | "tokenEndsAt"> {
  const claims = readJson(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  const [, accountNamespace] = /^system:serviceaccount:([^:]+):/.exec(asText(below(claims, "sub")) ?? "") ?? [];
  return { ...(accountNamespace === undefined ? {} : { accountNamespace }), ...endIn(claims) };
}

function endIn(claims: unknown): Pick<Content, "tokenEndsAt"> {
  const seconds = below(claims, "exp");
  if (typeof seconds !== "number") return {};
  const end = new Date(seconds * 1000);
  return Number.isNaN(end.getTime()) ? {} : { tokenEndsAt: end.toISOString() };
}
