import { asText, type Mapping } from "../mapping";
import type { KubeconfigFailure } from "./kubeconfig";

/** Proxies that client-go goes through, the Kubernetes provider too. */
const proxySchemes = ["http:", "https:", "socks5:"];

/** Why keys cannot be sent to a kubeconfig cluster, where its entry alone shows that. Pure. */
export function clusterProblem(cluster: Mapping, name: string): KubeconfigFailure | undefined {
  const mend = `Mend the kubeconfig cluster ${JSON.stringify(name)}.`;
  const server = asText(cluster["server"]);
  if (server === undefined) {
    return { expected: "a kubeconfig cluster with a server", found: "one without", fix: mend };
  }
  if (!/^https:\/\//i.test(server) || !URL.canParse(server)) {
    return {
      expected: "an API server with an https URL",
      found: "another URL",
      fix: `${mend} Keys and tokens go over this connection, so it must be encrypted.`,
    };
  }
  if (new URL(server).username !== "" || new URL(server).password !== "") {
    return {
      expected: "an API server's URL without credentials",
      found: "a URL with a user or password",
      fix: `${mend} Credentials belong to the kubeconfig user.`,
    };
  }
  if (cluster["insecure-skip-tls-verify"] === true) {
    return {
      expected: "an API server whose certificate is verified",
      found: "insecure-skip-tls-verify: true",
      fix: `Give the kubeconfig cluster ${JSON.stringify(name)} its certificate-authority-data instead: keys and tokens go over this connection.`,
    };
  }
  return proxyProblem(asText(cluster["proxy-url"]), mend);
}

function proxyProblem(proxy: string | undefined, mend: string): KubeconfigFailure | undefined {
  const scheme = proxy === undefined ? undefined : /^([a-z][a-z\d+.-]*:)\/\/./i.exec(proxy)?.[1]?.toLowerCase();
  if (proxy === undefined || (URL.canParse(proxy) && proxySchemes.includes(scheme ?? ""))) return undefined;
  return {
    expected: "a proxy-url with http://, https:// or socks5://",
    found: scheme === undefined ? "one without" : `${scheme}//`,
    fix:
      scheme === "socks5h:"
        ? `${mend} Write socks5://: names are resolved at the far end with it as well.`
        : `${mend} Other proxies Kubernetes does not know.`,
  };
}
