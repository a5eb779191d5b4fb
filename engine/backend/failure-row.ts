import type { Problem } from "../../topology";
import type { PassphraseVariable } from "../passphrase";

/** What a command of Pulumi's was run on. */
export interface BackendUse {
  /** `PULUMI_BACKEND_URL`; undefined where Pulumi takes the one that somebody logged in to. */
  readonly url: string | undefined;
  /** The stack that the command names. */
  readonly stack: string | undefined;
  /** Variables that gave an empty passphrase, which counts as none. Default: none did. */
  readonly empty?: readonly PassphraseVariable[];
}

/** Words of Pulumi's CLI, and the problem that they tell of. */
export interface FailureRow {
  /** Stable name, for tests. */
  readonly id: string;
  readonly words: RegExp;
  readonly problem: (match: RegExpExecArray, use: BackendUse) => Problem;
}

/** Where AWS's own libraries look for credentials first. */
export const awsCredentials = "AWS_PROFILE, or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY";

/** A stack in a sentence. */
export function stackWords(stack: string | undefined): string {
  return stack === undefined ? "the stack" : `stack ${stack}`;
}
