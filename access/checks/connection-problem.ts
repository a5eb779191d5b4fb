import type { Problem } from "../../topology";
import type { ConnectionError } from "../connection/http";

/** The `expected`, `found` and `fix` of a connection that gave no answer. */
export function describeConnectionError(
  error: ConnectionError,
  host: string,
  timeoutMs: number,
): Pick<Problem, "expected" | "found" | "fix"> {
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
        found: `none within ${timeoutMs / 1000} s`,
        fix: "Connect to its network, a VPN for one, open the firewall, or mend the address.",
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
        expected: "an http or https proxy",
        found: `one that cannot be used for a check (${error.code})`,
        fix: `Make sure yourself that ${host} can be reached: it was not checked.`,
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
