/**
 * What Pulumi's CLI says when it cannot decrypt, and the problem that this is. Pure.
 */

import { shortQuote, withoutUserInfo } from "../../topology";
import { awsCredentials, stackWords, type FailureRow } from "./failure-row";
import { unreachableReason } from "./unreachable-reason";

const passphrase = "PULUMI_CONFIG_PASSPHRASE";
const passphraseFile = "PULUMI_CONFIG_PASSPHRASE_FILE";

/** Passphrases, and the services that keep keys. The first row that fits counts. */
export const keyProblems: readonly FailureRow[] = [
  {
    id: "no-passphrase",
    words: /passphrase must be set with PULUMI_CONFIG_PASSPHRASE/,
    problem: (_match, { stack, empty = [] }) => ({
      path: empty[0] ?? passphrase,
      expected: `the passphrase of ${stackWords(stack)}`,
      found: empty.length === 0 ? "none" : "an empty one",
      fix: `Set ${passphrase}, or ${passphraseFile} to a file that holds it.${empty.length === 0 ? "" : ` ${otherThanEmpty(stack)}`}`,
    }),
  },
  {
    id: "passphrase-file",
    words: /unable to read PULUMI_CONFIG_PASSPHRASE_FILE: open (.+): (.+)/,
    problem: ([, file = "", reason = ""]) => ({
      path: passphraseFile,
      expected: "a file that holds the passphrase",
      found: `${file}: ${reason}`,
      fix: `Mend the path, or set ${passphrase} instead.`,
    }),
  },
  {
    id: "wrong-passphrase",
    words: /incorrect passphrase/,
    problem: (_match, { stack }) => ({
      path: passphrase,
      expected: `the passphrase of ${stackWords(stack)}`,
      found: "another",
      fix: `Set ${passphrase}, or the file of ${passphraseFile}, to the one that the stack was made with: what it encrypts cannot be had without.`,
    }),
  },
  {
    id: "key-service-credentials",
    words: /operation error KMS: .*get credentials|missing google credentials/,
    problem: ([text], { stack }) => ({
      path: secretsProvider(stack),
      expected: "credentials for the service that keeps the key",
      found: "none",
      fix: text.includes("google")
        ? "Log in: `gcloud auth application-default login`, or set GOOGLE_CREDENTIALS."
        : `Log in to AWS, or set ${awsCredentials}.`,
    }),
  },
  {
    id: "key-refused",
    words: /operation error KMS: (\w+), .*?StatusCode: 4\d\d.*?(?:api error )?(\w+Exception):/,
    problem: ([, operation = "", code = ""], { stack }) => ({
      path: secretsProvider(stack),
      expected: `a key that this user may use to ${operation.toLowerCase()}`,
      found: `a refusal (${code})`,
      fix: code.startsWith("NotFound")
        ? "Mend the key's name, or its region and account."
        : `Give this user kms:Decrypt and kms:Encrypt on the key, or other credentials (${awsCredentials}).`,
    }),
  },
  {
    id: "key-unreachable",
    words: /(?:operation error KMS: |secrets \(code=\w+\): ).*?((?:Get|Put|Post) "(https?:\/\/[^/"]+).*)/,
    problem: ([, request = "", server = ""], { stack }) => ({
      path: secretsProvider(stack),
      expected: `an answer from ${withoutUserInfo(server)}, which keeps the key`,
      found: unreachableReason(request),
      fix: "Connect to its network, or mend the key's URL: nothing can be decrypted without it.",
    }),
  },
  {
    id: "key-other",
    words: /(?:get stack secrets manager|could not create secrets manager for new stack): (.+)/,
    problem: ([, reason = ""], { stack }) => ({
      path: secretsProvider(stack),
      expected: "a key by which the stack's secrets are encrypted",
      found: `none that can be used: ${shortQuote(reason)}`,
      fix: "Mend it, or log in to the service that keeps the key.",
    }),
  },
];

/** What to do with a stack that Pulumi alone has made under an empty passphrase. */
function otherThanEmpty(stack: string | undefined): string {
  const named = stack === undefined ? "" : ` --stack ${stack}`;
  return `A stack that was made under the empty one gets another by \`${passphrase}= pulumi stack change-secrets-provider passphrase${named}\`.`;
}

/** Where a stack says by what it is encrypted. */
function secretsProvider(stack: string | undefined): string {
  return stack === undefined ? "secretsprovider" : `Pulumi.${stack.split("/").at(-1) ?? stack}.yaml: secretsprovider`;
}
