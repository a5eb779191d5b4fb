import { asMapping, asText, below, type Mapping } from "../mapping";
import type { KubeconfigFailure } from "./kubeconfig";

/** Versions of the protocol of credential plugins that client-go speaks, the Kubernetes provider too. */
const [firm, beta] = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"] as const;

/** What came in the place of auth providers that client-go has no more: gone with Kubernetes 1.26, OpenStack's with 1.25. */
const successors: ReadonlyMap<string, string> = new Map([
  [
    "gcp",
    "Install gke-gcloud-auth-plugin and run `gcloud container clusters get-credentials`, which writes the user anew.",
  ],
  ["azure", "Install kubelogin and run `kubelogin convert-kubeconfig`, which writes the user anew."],
  ["openstack", "Take the credential plugin client-keystone-auth of cloud-provider-openstack."],
]);

/** How the tools of well-known plugins write a user of today. */
const renewals: ReadonlyMap<string, string> = new Map([
  ["aws", "Update the AWS CLI and run `aws eks update-kubeconfig`, which writes the user anew."],
  [
    "aws-iam-authenticator",
    "Run `aws eks update-kubeconfig`, which writes the user anew; or update aws-iam-authenticator and write client.authentication.k8s.io/v1beta1.",
  ],
  ["gke-gcloud-auth-plugin", "Run `gcloud container clusters get-credentials`, which writes the user anew."],
  ["kubelogin", "Update kubelogin and run `kubelogin convert-kubeconfig`, which writes the user anew."],
  ["doctl", "Update doctl and run `doctl kubernetes cluster kubeconfig save`, which writes the user anew."],
]);

/**
 * Why nobody can log in as a kubeconfig user, where its entry alone shows that: what kubectl of today and the Kubernetes
 * provider refuse, and what would be anonymous. Quotes nothing secret. Pure.
 */
export function userProblem(user: Mapping, name: string): KubeconfigFailure | undefined {
  const exec = asMapping(user["exec"]);
  const provider = asMapping(user["auth-provider"]);
  const mend = `Mend the kubeconfig user ${JSON.stringify(name)}`;
  if (exec !== undefined && provider !== undefined) {
    return {
      expected: "a kubeconfig user with one way to log in",
      found: "a credential plugin and an auth provider",
      fix: `${mend}: remove the auth provider.`,
    };
  }
  if (hasToken(user) && asText(user["username"]) !== undefined) {
    return {
      expected: "a kubeconfig user with one way to log in",
      found: "a token and a password",
      fix: `${mend}: remove the password.`,
    };
  }
  return (
    (exec === undefined ? undefined : pluginProblem(exec, mend)) ??
    (provider === undefined ? undefined : providerProblem(provider)) ??
    certificateProblem(user, mend) ??
    (isAnonymous(user)
      ? {
          expected: "a kubeconfig user with credentials",
          found: `${JSON.stringify(name)}, who has none`,
          fix: "Log in again with the tool that made the kubeconfig, or name another context.",
        }
      : undefined)
  );
}

function pluginProblem(exec: Mapping, mend: string): KubeconfigFailure | undefined {
  const command = asText(exec["command"]);
  if (command === undefined) {
    return { expected: "a credential plugin with a command", found: "one without", fix: `${mend}.` };
  }
  const version = asText(exec["apiVersion"]);
  if (version !== firm && version !== beta) {
    const tool = command.split(/[/\\]/).at(-1) ?? command;
    const isRemoved = version === "client.authentication.k8s.io/v1alpha1";
    return {
      expected: `a credential plugin of ${firm} or v1beta1`,
      found:
        version === undefined
          ? `${tool} without an apiVersion`
          : `${tool} of ${version}${isRemoved ? ", which Kubernetes has no more since 1.24" : ""}`,
      fix: renewals.get(tool) ?? `Update ${tool}, and write its user anew with apiVersion ${beta}.`,
    };
  }
  const mode = exec["interactiveMode"];
  if (mode === "Always") {
    return {
      expected: "credentials that need no terminal",
      found: `the credential plugin ${command}, which asks at a terminal`,
      fix: "Name a context whose credentials need no terminal.",
    };
  }
  const isLeftOut = mode === undefined || mode === null || mode === "";
  if (isLeftOut ? version === beta : mode === "Never" || mode === "IfAvailable") return undefined;
  return {
    expected: `an interactiveMode of the credential plugin ${command}, which ${firm} demands`,
    found: isLeftOut ? "none" : "an unknown one",
    fix: `${mend}: set interactiveMode to Never or IfAvailable.`,
  };
}

function providerProblem(provider: Mapping): KubeconfigFailure | undefined {
  const name = asText(provider["name"]) ?? "";
  if (name === "oidc") {
    if (asText(below(provider, "config", "id-token")) !== undefined) return undefined;
    return {
      expected: "an OIDC login with an id-token",
      found: "one without",
      fix: "Log in again, or take the credential plugin kubelogin (`kubectl oidc-login`), which renews its tokens.",
    };
  }
  const successor = successors.get(name);
  return {
    expected: "a kubeconfig user that kubectl of today can log in as",
    found: `the auth provider ${JSON.stringify(name)}, which Kubernetes ${successor === undefined ? "does not know" : "has no more"}`,
    fix: successor ?? "Log in again with the tool that made the kubeconfig, or name another context.",
  };
}

function certificateProblem(user: Mapping, mend: string): KubeconfigFailure | undefined {
  const [certificate, key] = ["client-certificate", "client-key"].map(
    (part) => asText(user[part]) !== undefined || asText(user[`${part}-data`]) !== undefined,
  );
  if (certificate === key) return undefined;
  return {
    expected: "a client certificate with its key",
    found: certificate === true ? "a certificate without a key" : "a key without a certificate",
    fix: `${mend}.`,
  };
}

function hasToken(user: Mapping): boolean {
  return asText(user["token"]) !== undefined || asText(user["tokenFile"]) !== undefined;
}

function isAnonymous(user: Mapping): boolean {
  const ways = ["exec", "auth-provider"].some((way) => asMapping(user[way]) !== undefined);
  const texts = ["username", "client-certificate", "client-certificate-data"];
  return !ways && !hasToken(user) && !texts.some((key) => asText(user[key]) !== undefined);
}
