import { describeConnectionError } from "../../access/connection/connection-problem";
import type { ConnectionError } from "../../access/connection/connection-error";
import { ChartFault } from "./chart-fault";

/** A source of charts that gives no answer. A proxy that only Helm can use is no problem, but nothing could be checked. */
export function unreachable(
  error: ConnectionError,
  path: string,
  host: string,
  source: "repository" | "registry",
): ChartFault {
  const described = { path, ...describeConnectionError(error, host) };
  if (error.proxy !== undefined) return new ChartFault(described);
  if (error.kind === "proxy") return new ChartFault(described, "warning");
  const fix =
    error.kind === "untrusted"
      ? "Add the authority that signed it to those that this machine trusts, or name its file in SSL_CERT_FILE."
      : `Name a ${source} that this machine reaches, or put the charts into a folder and name it as \`directory\`.`;
  return new ChartFault({ ...described, fix });
}
