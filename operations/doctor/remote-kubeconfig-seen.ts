import { asMapping, below, readYaml } from "../../access";
import { asText } from "../../access/mapping";
import { readJson } from "../../access/json";
import type { RemoteKubeconfigSeen } from "../../diagnosis";
import { fingerprintsInData } from "./certificates-seen";
import type { SecretTokens } from "./secret-tokens";

type Content = Omit<RemoteKubeconfigSeen, "secret" | "isLabelled" | "key">;

/** What istiod makes of a kubeconfig in a remote secret, without anything secret in it. */
export function remoteKubeconfigSeen(text: string, tokens: SecretTokens): Content {
  if (text.trim() === "") return { defect: "nothing" };
  const read = readYaml(text);
  const content = "content" in read ? asMapping(read.content) : undefined;
  if (content === undefined) return { defect: "something that is no kubeconfig" };
  const current = asText(content["current-context"]);
  const context = entryCalled(content, "contexts", "context", current);
  if (context === undefined) return { defect: "a kubeconfig without a context that counts" };
  const cluster = entryCalled(content, "clusters", "cluster", asText(below(context, "cluster")));
  const server = asText(below(cluster, "server"));
  if (server === undefined) return { defect: "a kubeconfig without the address of a server" };
  const user = entryCalled(content, "users", "user", asText(below(context, "user")));
  const token = asText(below(user, "token"));
  const authorityData = asText(below(cluster, "certificate-authority-data"));
  const hasOthers = ["client-certificate-data", "exec", "auth-provider", "tokenFile"].some(
    (key) => below(user, key) !== undefined,
  );
  return {
    ...(token === undefined && !hasOthers ? { defect: "a kubeconfig without credentials" } : {}),
    server,
    ...(authorityData === undefined ? {} : { authorities: fingerprintsInData(authorityData) }),
    ...(token === undefined ? {} : { token: tokens.of(token), ...endOf(token) }),
  };
}

/** An entry of one of a kubeconfig's lists, by its name. */
function entryCalled(content: object, list: string, kind: string, name: string | undefined): unknown {
  const entries = below(content, list);
  if (!Array.isArray(entries) || name === undefined) return undefined;
  return below(
    entries.find((entry) => below(entry, "name") === name),
    kind,
  );
}

/** When a token ends, as it says itself (RFC 7519, `exp`); one of a Secret has no end. */
function endOf(token: string): Pick<Content, "tokenEndsAt"> {
  const claims = readJson(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  const seconds = below(claims, "exp");
  if (typeof seconds !== "number") return {};
  const end = new Date(seconds * 1000);
  return Number.isNaN(end.getTime()) ? {} : { tokenEndsAt: end.toISOString() };
}
