import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { ConfigurationError, shortQuote, type Problem } from "../topology";
import { fingerprintOf } from "./certificate";
import { pemBlocks, pemProblems, pemText, type PemBlock, type Reading } from "./pem";

const certificateLabel = "CERTIFICATE";

/** Blocks beside which a key may stand: `openssl ecparam -genkey` writes the curve before it. */
const besideKeys: readonly string[] = ["EC PARAMETERS"];

/** PKCS#8, PKCS#1 and SEC1: what istiod reads. */
const keyLabels: readonly string[] = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];

/** A private key that was read. */
export interface PrivateKey {
  readonly key: KeyObject;
  /** The key's own block alone, in its form, with line feeds. Secret. */
  readonly pem: string;
}

/**
 * Every certificate in a PEM text, in its order. What is none is passed over: for texts of others, where there is nobody
 * to tell. A user's own are read by {@link readCertificates}.
 */
export function certificatesIn(pem: string): X509Certificate[] {
  return pemBlocks(pem)
    .filter(({ label }) => label === certificateLabel)
    .flatMap((block) => certificateOf(block) ?? []);
}

/** SHA-256 fingerprints of the certificates in a PEM text, each once, in its order. What is none is passed over. */
export function fingerprintsIn(pem: string): string[] {
  return [...new Set(certificatesIn(pem).map(fingerprintOf))];
}

/** The certificates of a PEM text as they stand there, each with a line feed: for what must keep its bytes. */
export function certificateTexts(pem: string): string[] {
  return pemBlocks(pem)
    .filter(({ label }) => label === certificateLabel)
    .map(({ text }) => `${text}\n`);
}

/**
 * The first certificate of a PEM text.
 * @throws ConfigurationError without one.
 */
export function firstCertificateIn(pem: string, path = "certificate"): X509Certificate {
  const { value, problems } = readCertificates(pem, path);
  const [first] = value;
  if (first === undefined) throw new ConfigurationError(problems);
  return first;
}

/** Certificates one after the other, as {@link pemText} writes them. */
export function pemOf(...certificates: readonly X509Certificate[]): string {
  return certificates.map(({ raw }) => pemText(certificateLabel, raw)).join("");
}

/**
 * Reads the certificates of a PEM text that a user gave, one or more, and tells all that is wrong with it.
 * @param path Where it stands in the configuration.
 */
export function readCertificates(pem: string, path: string): Reading<readonly X509Certificate[]> {
  const expected = "one or more certificates in PEM";
  const blocks = pemBlocks(pem);
  const torn = pemProblems(pem, path, expected);
  if (torn.length > 0) return { value: certificatesIn(pem), problems: torn };
  const certificates: X509Certificate[] = [];
  const problems: Problem[] = [];
  for (const [index, block] of blocks.entries()) {
    const certificate = block.label === certificateLabel ? certificateOf(block) : undefined;
    if (certificate === undefined) problems.push(noCertificate(block, index + 1, path, expected));
    else certificates.push(certificate);
  }
  if (blocks.length === 0) {
    problems.push({
      path,
      expected,
      found: pem.trim() === "" ? "nothing" : "a text without one",
      fix: "Give the text that begins with -----BEGIN CERTIFICATE-----.",
    });
  }
  return { value: certificates, problems };
}

/**
 * Reads the private key of a PEM text that a user gave. No problem repeats anything of it.
 * @param path Where it stands in the configuration.
 */
export function readPrivateKey(pem: string, path: string): Reading<PrivateKey | undefined> {
  const expected = "one private key in PEM (PKCS#8, PKCS#1 or SEC1)";
  const refused = (found: string, fix: string): Reading<undefined> => ({
    value: undefined,
    problems: [{ path, expected, found, fix }],
  });
  const torn = pemProblems(pem, path, expected);
  if (torn.length > 0) return { value: undefined, problems: torn };
  const blocks = pemBlocks(pem).filter(({ label }) => !besideKeys.includes(label));
  const [block] = blocks;
  if (block === undefined) {
    return refused(pem.trim() === "" ? "nothing" : "a text without one", "Give the text that begins with -----BEGIN.");
  }
  if (blocks.length > 1) return refused(`${blocks.length} blocks`, "Give the intermediate's key alone.");
  if (isEncrypted(block)) {
    return refused(
      "an encrypted key",
      "Take its passphrase off (`openssl pkey`) and let Pulumi encrypt it: istiod cannot ask for one.",
    );
  }
  if (!keyLabels.includes(block.label)) {
    return refused(`a block called ${shortQuote(block.label)}`, "Give the key in the form that `openssl pkey` prints.");
  }
  const text = block.der === undefined ? undefined : pemText(block.label, block.der);
  const key = text === undefined ? undefined : keyOf(text);
  if (text === undefined || key === undefined) {
    return refused("a key that cannot be read", "Give it as it was made, with all its lines.");
  }
  return { value: { key, pem: text }, problems: [] };
}

function certificateOf({ der }: PemBlock): X509Certificate | undefined {
  if (der === undefined) return undefined;
  try {
    const certificate = new X509Certificate(der);
    // OpenSSL takes times that are none, such as a 13th month.
    const times = [certificate.validFromDate, certificate.validToDate];
    return times.some((time) => Number.isNaN(time.getTime())) ? undefined : certificate;
  } catch {
    // OpenSSL's words help nobody: that it is none is what there is to say.
    return undefined;
  }
}

function keyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // OpenSSL's words help nobody, and might repeat what they are about.
    return undefined;
  }
}

function noCertificate({ label }: PemBlock, number: number, path: string, expected: string): Problem {
  if (label.endsWith("PRIVATE KEY")) {
    return {
      path,
      expected,
      found: "a private key among them",
      fix: "Take the key out at once, and consider whether others have read it: certificates are public.",
    };
  }
  if (label !== certificateLabel) {
    return {
      path,
      expected,
      found: `a block called ${shortQuote(label)}`,
      fix: label.endsWith("REQUEST") ? "Give the certificate that was signed for the request." : "Take it out.",
    };
  }
  return {
    path,
    expected,
    found: `a block, number ${number}, that is no certificate`,
    fix: "Give it as it was signed, with all its lines.",
  };
}

function isEncrypted({ label, headers }: PemBlock): boolean {
  return label.startsWith("ENCRYPTED") || headers.some((header) => header.includes("ENCRYPTED"));
}
