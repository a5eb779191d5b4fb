import type { X509Certificate } from "node:crypto";
import type { ClusterClient } from "../../../access/connection/cluster-client";
import { jsonIn } from "../../../access/connection/command-output";
import type { ExecTarget } from "../../../access/connection/container-command";
import { certificatesIn } from "../../../trust";

/** What a proxy presents and what it trusts, as Envoy itself has it. */
export interface ProxySecrets {
  /** The workload's certificate; undefined where it has none yet. */
  readonly leaf?: X509Certificate;
  /** What it presents with it: the intermediate that signed it first. */
  readonly issuers: readonly X509Certificate[];
  /** Empty where it has none yet. */
  readonly roots: readonly X509Certificate[];
  /** The revocation lists that it looks at, PEM, empty where there are none yet; undefined where it looks at none. */
  readonly listsPem?: string;
}

/** What of Envoy's dump of its secrets concerns certificates. */
interface SecretsDump {
  readonly configs?: readonly {
    readonly name?: string;
    readonly secret?: {
      readonly tls_certificate?: { readonly certificate_chain?: InlineBytes };
      readonly validation_context?: { readonly trusted_ca?: InlineBytes; readonly crl?: InlineBytes };
    };
  }[];
}

interface InlineBytes {
  readonly inline_bytes?: string;
}

/** Texts of certificates that many proxies have in common, and what they were read to: a mesh has few roots. */
export type ReadCertificates = Map<string, X509Certificate[]>;

/** Names that Istio's agent gives a workload's own certificate and its roots (istio security/pkg/nodeagent/cache). */
const [ownName, rootsName] = ["default", "ROOTCA"];

/**
 * What a proxy presents and trusts, from Envoy's own dump of its active secrets. Envoy leaves the key out of it.
 * @param dump Answer of the administration port to `config_dump?resource=dynamic_active_secrets`.
 * @throws SyntaxError where it is none.
 */
export function proxySecrets(dump: string, read: ReadCertificates = new Map()): ProxySecrets {
  const { configs } = jsonIn(dump) as SecretsDump;
  const secret = (name: string | undefined) => configs?.find((config) => config.name === name)?.secret;
  const own = textOf(secret(ownName)?.tls_certificate?.certificate_chain);
  // The leaf is of this proxy alone; what follows is the same for all of one istiod.
  const end = own.indexOf(endOfBlock) + endOfBlock.length;
  const [leaf] = certificatesIn(own.slice(0, end));
  const validation = secret(rootsName)?.validation_context;
  return {
    ...(leaf === undefined ? {} : { leaf }),
    issuers: remembered(own.slice(end), read),
    roots: remembered(textOf(validation?.trusted_ca), read),
    ...(validation?.crl === undefined ? {} : { listsPem: textOf(validation.crl) }),
  };
}

/** Asks a proxy for them. @throws CommandFailed, KubernetesError or SyntaxError where it does not say. */
export async function readProxySecrets(
  client: Pick<ClusterClient, "exec">,
  target: ExecTarget,
  timeoutMs: number,
  read?: ReadCertificates,
): Promise<ProxySecrets> {
  const command = ["pilot-agent", "request", "GET", "config_dump?resource=dynamic_active_secrets"];
  return proxySecrets(await client.exec(target, command, timeoutMs), read);
}

const endOfBlock = "-----END CERTIFICATE-----";

function textOf(bytes: InlineBytes | undefined): string {
  return bytes?.inline_bytes === undefined ? "" : Buffer.from(bytes.inline_bytes, "base64").toString("utf8");
}

function remembered(pem: string, read: ReadCertificates): X509Certificate[] {
  const text = pem.trim();
  const known = read.get(text) ?? certificatesIn(text);
  read.set(text, known);
  return known;
}
