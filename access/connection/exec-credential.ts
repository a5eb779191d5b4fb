import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { z } from "zod";
import { errorCode } from "../file-problem";
import type { Environment } from "../kubeconfig/kubeconfig-file";
import { asMapping, asText, below, type Mapping } from "../mapping";
import { execExtensionName } from "../kubeconfig/self-contained";
import { turnstile } from "./turnstile";

/** What a credential plugin hands out. **Secret**. */
export interface ExecCredential {
  readonly token?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** When it ends, in milliseconds since 1970. */
  readonly until?: number;
}

/** A credential plugin, or an expired login, that gave no credentials; says why without its output, which may hold some. */
export class CredentialError extends Error {
  constructor(
    readonly found: string,
    readonly fix: string,
  ) {
    super(found);
    this.name = "CredentialError";
  }
}

/** How long a credential plugin may take from its start: 20 s, since it may ask a cloud's service twice. */
const credentialTimeoutMs = 20_000;

/** A cloud's plugin takes a processor for a second or so; of many at once each would take longer than it may. */
export const credentialPluginsAtOnce = Math.max(4, availableParallelism());

/** The turn of a credential plugin, whoever in this process runs it. */
const credentialTurn = turnstile(credentialPluginsAtOnce);

const answerSchema = z.object({
  apiVersion: z.string().optional(),
  status: z.object({
    expirationTimestamp: z.string().optional(),
    token: z.string().min(1).optional(),
    clientCertificateData: z.string().min(1).optional(),
    clientKeyData: z.string().min(1).optional(),
  }),
});

/**
 * Runs the credential plugin of a kubeconfig user (Kubernetes, client authentication v1), never with a terminal.
 * @param timeoutMs How long it may take from its start. Default: {@link credentialTimeoutMs}.
 * @throws CredentialError
 */
export async function execCredential(
  exec: Mapping,
  cluster: Mapping,
  environment: Environment,
  timeoutMs: number = credentialTimeoutMs,
): Promise<ExecCredential> {
  const command = asText(exec["command"]);
  if (command === undefined)
    throw new CredentialError("a credential plugin without a command", "Mend the kubeconfig user.");
  if (exec["interactiveMode"] === "Always") {
    throw new CredentialError(
      `the credential plugin ${command}, which asks at a terminal`,
      "Name a context whose credentials need no terminal.",
    );
  }
  const output = await credentialTurn(() =>
    run(command, exec, pluginEnvironment(exec, cluster, environment), timeoutMs),
  );
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch {
    // The parser's words would quote the output.
    answer = undefined;
  }
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success)
    throw new CredentialError(`no ExecCredential from ${command}`, "Run it by hand to see what it prints.");
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = parsed.data.status;
  const [asked, answered] = [asText(exec["apiVersion"]), parsed.data.apiVersion];
  if (asked !== undefined && answered !== undefined && asked !== answered) {
    throw new CredentialError(
      `an ExecCredential of another version than ${asked} from ${command}`,
      "Update the plugin, and let its tool write the kubeconfig user anew.",
    );
  }
  if (token === undefined && clientCertificateData === undefined) {
    throw new CredentialError(`an ExecCredential without credentials from ${command}`, "Run it by hand, and log in.");
  }
  const until = expirationTimestamp === undefined ? NaN : Date.parse(expirationTimestamp);
  return {
    ...(token === undefined ? {} : { token }),
    ...(clientCertificateData === undefined ? {} : { certificate: clientCertificateData }),
    ...(clientKeyData === undefined ? {} : { key: clientKeyData }),
    ...(Number.isNaN(until) ? {} : { until }),
  };
}

function pluginEnvironment(exec: Mapping, cluster: Mapping, environment: Environment): NodeJS.ProcessEnv {
  const entries = Array.isArray(exec["env"]) ? exec["env"] : [];
  const extra = entries.flatMap((entry): [string, string][] => {
    const name = asText(below(entry, "name"));
    const value = below(entry, "value");
    return name === undefined || typeof value !== "string" ? [] : [[name, value]];
  });
  const info = {
    apiVersion: asText(exec["apiVersion"]) ?? "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    spec: {
      interactive: false,
      ...(exec["provideClusterInfo"] === true ? { cluster: clusterInfo(cluster) } : {}),
    },
  };
  return { ...environment, ...Object.fromEntries(extra), KUBERNETES_EXEC_INFO: JSON.stringify(info) };
}

function clusterInfo(cluster: Mapping): Mapping {
  const extensions: readonly unknown[] = Array.isArray(cluster["extensions"]) ? cluster["extensions"] : [];
  const config = below(
    extensions.find((extension) => below(extension, "name") === execExtensionName),
    "extension",
  );
  return {
    server: cluster["server"],
    ...(cluster["tls-server-name"] === undefined ? {} : { "tls-server-name": cluster["tls-server-name"] }),
    ...(cluster["certificate-authority-data"] === undefined
      ? {}
      : { "certificate-authority-data": cluster["certificate-authority-data"] }),
    ...(cluster["proxy-url"] === undefined ? {} : { "proxy-url": cluster["proxy-url"] }),
    ...(asMapping(config) === undefined ? {} : { config }),
  };
}

async function run(command: string, exec: Mapping, environment: NodeJS.ProcessEnv, timeoutMs: number): Promise<string> {
  const args = Array.isArray(exec["args"]) ? exec["args"].map(String) : [];
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      { env: environment, timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: 1024 * 1024 },
      (error, stdout) => {
        if (error === null) resolve(stdout);
        else reject(explain(error, command, exec, timeoutMs));
      },
    );
    child.stdin?.end();
  });
}

function explain(
  error: Error & { killed?: boolean; code?: unknown },
  command: string,
  exec: Mapping,
  timeoutMs: number,
): CredentialError {
  if (errorCode(error) === "ENOENT") {
    const hint = asText(exec["installHint"])?.split("\n")[0];
    return new CredentialError(
      `the credential plugin ${command}, which is not installed`,
      hint === undefined ? "Install it." : `Install it: ${hint}`,
    );
  }
  if (error.killed === true) {
    return new CredentialError(
      `the credential plugin ${command}, which gave no answer within ${timeoutMs / 1000} s`,
      "Run it by hand: it may be waiting for a login.",
    );
  }
  return new CredentialError(
    `the credential plugin ${command}, which failed (${typeof error.code === "number" ? `exit ${error.code}` : (errorCode(error) ?? "unknown reason")})`,
    "Run it by hand to see why; logging in again often helps.",
  );
}
