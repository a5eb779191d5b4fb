import { listed, looksSecret } from "../../topology";
import { asMapping } from "../mapping";

/** An intermediate CA as it was found. */
export interface IntermediateFiles {
  /** Its certificate, and after it what was found of the chain above, PEM. */
  readonly chainPem: string;
  /** Its key, PEM. **Secret**. */
  readonly privateKeyPem?: string;
  /** The roots that came with it, PEM; undefined where none did. */
  readonly rootsPem?: string;
}

/** What an intermediate CA lacks. */
export interface IncompleteIntermediate {
  readonly found: string;
}

/** Names of the files in Istio's form (istio.io, "Plug in CA Certificates"). */
const istioFileNames = ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"] as const;

/** Names of the files in the form of kubernetes.io/tls, with cert-manager's name for the root. */
const tlsFileNames = ["tls.crt", "tls.key", "ca.crt"] as const;

/** All names under which a part of an intermediate CA may be found. */
export const fileNames: readonly string[] = [...istioFileNames, ...tlsFileNames];

/** Those under which keys are. */
const keyNames: readonly string[] = ["ca-key.pem", "tls.key"];

/**
 * Takes an intermediate CA out of a Secret of a cluster. Pure.
 * @param data The Secret's data, in base64.
 * @param keys `leave`: keys are not even decoded.
 */
export function intermediateInSecret(
  data: Readonly<Record<string, string>> | undefined,
  keys: "take" | "leave",
): IntermediateFiles | IncompleteIntermediate {
  const wanted = Object.entries(data ?? {}).filter(([name]) => keys === "take" || !keyNames.includes(name));
  return intermediateFiles(
    Object.fromEntries(wanted.map(([name, text]) => [name, Buffer.from(text, "base64").toString()])),
  );
}

/**
 * Takes an intermediate CA out of what a directory, a secret or an output has: a mapping in Istio's form or in that of
 * kubernetes.io/tls, or one PEM text with certificates and key. Whether they belong together is judged elsewhere. Pure.
 */
export function intermediateFiles(value: unknown): IntermediateFiles | IncompleteIntermediate {
  if (typeof value === "string") return fromText(value);
  const mapping = asMapping(value);
  if (mapping === undefined) return { found: "neither text nor a mapping" };
  const text = (name: string): string | undefined => {
    const found = mapping[name];
    return typeof found === "string" && found.trim() !== "" ? found : undefined;
  };
  if (text("ca-cert.pem") !== undefined) {
    return complete(text("ca-cert.pem"), text("ca-key.pem"), text("root-cert.pem"), text("cert-chain.pem"));
  }
  if (text("tls.crt") !== undefined) return complete(text("tls.crt"), text("tls.key"), text("ca.crt"));
  const others = Object.keys(mapping).filter((name) => !looksSecret(name));
  return { found: others.length === 0 ? "nothing" : `only ${listed(others.sort())}` };
}

function complete(certificate = "", key: string | undefined, roots: string | undefined, chain = ""): IntermediateFiles {
  return {
    chainPem: joined(certificate, chain),
    ...(key === undefined ? {} : { privateKeyPem: key }),
    ...(roots === undefined ? {} : { rootsPem: roots }),
  };
}

function fromText(text: string): IntermediateFiles | IncompleteIntermediate {
  const certificates = blocksIn(text).filter((block) => block.startsWith("-----BEGIN CERTIFICATE-----"));
  const key = blocksIn(text).find((block) => block.includes("PRIVATE KEY-----"));
  if (certificates.length === 0) return { found: "a text without a certificate" };
  return { chainPem: joined(...certificates), ...(key === undefined ? {} : { privateKeyPem: `${key}\n` }) };
}

const pemBlock = /-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g;

function blocksIn(text: string): string[] {
  return text.match(pemBlock) ?? [];
}

/** PEM texts one after the other, each block once: Istio's chain begins with the certificate itself. */
function joined(...texts: readonly string[]): string {
  const seen = new Set<string>();
  return texts
    .map((text) => {
      const blocks = blocksIn(text);
      // What is no PEM is left for the judge to say so.
      if (blocks.length === 0) return text;
      return blocks
        .filter((block) => {
          const bare = block.replaceAll(/\s/g, "");
          return !seen.has(bare) && seen.add(bare);
        })
        .map((block) => `${block.replaceAll("\r\n", "\n")}\n`)
        .join("");
    })
    .join("");
}
