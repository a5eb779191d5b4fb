import type { Problem } from "../../topology";
import type { ConnectionError } from "./connection-error";
import { requestTimeoutVariable } from "./request-timeout";

/** What was expected, what was found, and what to do. */
export type Words = Pick<Problem, "expected" | "found" | "fix">;

/** The `expected`, `found` and `fix` of a connection that gave no answer. */
export function describeConnectionError(error: ConnectionError, host: string): Words {
  const words = withoutProxy(error, host);
  if (error.proxy === undefined) return words;
  const found = `${words.found} through the proxy ${error.proxy}`;
  // Most often it is the proxy that cannot be reached, and not what is behind it.
  const isOnTheWay = ["name", "refused", "unreachable", "timeout"].includes(error.kind);
  return { ...words, found, ...(isOnTheWay ? { fix: mendProxy } : {}) };
}

const mendProxy =
  "Mend the proxy (proxy-url in the kubeconfig, else HTTPS_PROXY), or name what is reached without it in NO_PROXY.";

function withoutProxy(error: ConnectionError, host: string): Words {
  const expected = `an answer from ${host}`;
  switch (error.kind) {
    case "name":
      return {
        expected,
        found: `a name that DNS does not know (${error.code})`,
        fix: "Mend the name, or connect to the network whose DNS knows it.",
      };
    case "refused":
      return {
        expected,
        found: `a refused connection (${error.code})`,
        fix: "Start the server, or mend the address and port.",
      };
    case "unreachable":
      return {
        expected,
        found: `no route (${error.code})`,
        fix: "Connect to its network, a VPN for one, or mend the address.",
      };
    case "timeout":
      return {
        expected,
        found: error.silentMs === undefined ? `none (${error.code})` : `none within ${error.silentMs / 1000} s`,
        fix: `Connect to its network, a VPN for one, open the firewall, or mend the address; where the way is only slow, set ${requestTimeoutVariable} to more seconds.`,
      };
    case "untrusted":
      return {
        expected: `a certificate of ${host} that its authority signed`,
        found: `another (${error.code})`,
        fix: "Renew the kubeconfig: the certificate authority in it is another cluster's or an old one.",
      };
    case "expired":
      return {
        expected: `a certificate of ${host} that is valid now`,
        found: `one that is not (${error.code})`,
        fix: "Renew the certificate, or set this machine's clock.",
      };
    case "wrong-name":
      return {
        expected: `a certificate for ${host}`,
        found: `one for other names (${error.code})`,
        fix: "Use an address that the certificate names, or set tls-server-name in the kubeconfig.",
      };
    case "not-tls":
      return {
        expected: `TLS from ${host}`,
        found: `something else (${error.code})`,
        fix: "Mend the address and port, or the client certificate and key.",
      };
    case "closed":
      return {
        expected,
        found: `a closed connection (${error.code})`,
        fix: "Look whether a proxy or a load balancer without servers stands in between.",
      };
    case "proxy":
      return {
        expected,
        found: `a proxy that does not lead there (${error.code})`,
        fix:
          /^\d+$/.test(error.code) && error.code !== "407"
            ? `Let the proxy connect to ${host}. ${mendProxy}`
            : mendProxy,
      };
    case "too-large":
      return { expected, found: "one too long to be right", fix: "Mend the address." };
    case "other":
      return {
        expected,
        found: `a failed connection (${error.code})`,
        fix: "Mend the address or the credentials in the kubeconfig.",
      };
  }
}

/** The same for an API server that answers, and not with what it was asked for: by its status. */
export function describeRefusal(status: number, host: string): Words {
  if (status === 401) {
    return {
      expected: `credentials that ${host} accepts`,
      found: "others (401 Unauthorized)",
      fix: "Log in again, or renew the credentials of the context's user.",
    };
  }
  if (status === 403) {
    return {
      expected: "a user who may ask for their own rights",
      found: "one who may not (403 Forbidden)",
      fix: "Name a context of a user who may install Istio, with cluster-admin for one.",
    };
  }
  if (status >= 500 || status === 429) {
    return {
      expected: `an API server at ${host} that is ready`,
      found: `one that answers ${status}`,
      fix: "Wait until it is ready, then run again.",
    };
  }
  return {
    expected: `a Kubernetes API server at ${host}`,
    found: `something else${status === 0 ? "" : ` (${status})`}`,
    fix: "Mend the server in the kubeconfig.",
  };
}
