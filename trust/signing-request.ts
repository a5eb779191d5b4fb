import { createPublicKey, type KeyObject } from "node:crypto";
import { shortQuote, type Problem } from "../topology";
import { signatureNameOf } from "./algorithms";
import { childrenOf, onlyElement } from "./der";
import { readName, type NamePart } from "./distinguished-name";
import { pemBlocks, pemProblems, type Reading } from "./pem";
import { hashOf, isSignatureOf, isWhole } from "./signature";

/** A certificate signing request (PKCS#10, RFC 2986) whose signature is right. */
export interface SigningRequest {
  readonly subject: readonly NamePart[];
  /** The subject in DER, to be taken over as it stands. */
  readonly subjectName: Buffer;
  readonly publicKey: KeyObject;
}

const labels: readonly string[] = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"];

const expected = "one certificate signing request in PEM";

/**
 * Reads a signing request and checks that who made it holds the key.
 * @param path Where it stands: a file, or a place in a configuration.
 */
export function readSigningRequest(pem: string, path: string): Reading<SigningRequest | undefined> {
  const torn = pemProblems(pem, path, expected);
  if (torn.length > 0) return { value: undefined, problems: torn };
  const blocks = pemBlocks(pem);
  const [block] = blocks;
  if (block === undefined) return refused(path, pem.trim() === "" ? "nothing" : "a text without one");
  if (blocks.length > 1) return refused(path, `${blocks.length} blocks`, "Give one request a file.");
  if (!labels.includes(block.label)) return refused(path, `a block called ${shortQuote(block.label)}`);

  const [info, algorithm, signature] = childrenOf(block.der === undefined ? undefined : onlyElement(block.der));
  const [, name, key] = childrenOf(info);
  const publicKey = key === undefined ? undefined : publicKeyOf(key.encoded);
  if (
    info === undefined ||
    algorithm === undefined ||
    name === undefined ||
    publicKey === undefined ||
    !isWhole(signature)
  ) {
    return refused(path, "a request that cannot be read", "Make it anew with an RSA or elliptic curve key.");
  }
  if (hashOf(algorithm) === undefined) {
    return refused(
      path,
      `a request signed with ${signatureNameOf(algorithm)}`,
      "Make it with SHA-256, as `openssl req -sha256` does.",
    );
  }
  if (!isSignatureOf({ signed: info, algorithm, signature }, publicKey)) {
    return refused(
      path,
      "a request whose signature is wrong",
      "Make it anew with the key that it is for: as it is, nobody can tell who holds that key.",
    );
  }
  return { value: { subject: readName(name), subjectName: name.encoded, publicKey }, problems: [] };
}

function refused(
  path: string,
  found: string,
  fix = "Give the text that begins with -----BEGIN CERTIFICATE REQUEST-----.",
): Reading<undefined> {
  const problem: Problem = { path, expected, found, fix };
  return { value: undefined, problems: [problem] };
}

function publicKeyOf(der: Buffer): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    return key.asymmetricKeyType === "rsa" || key.asymmetricKeyType === "ec" ? key : undefined;
  } catch {
    // A key that Node.js cannot read is told as a request that cannot be read.
    return undefined;
  }
}
