import type { Problem } from "../../topology";

/** The API server refused a request, or could not be asked. The message holds no credentials. */
export class KubernetesError extends Error {
  constructor(
    readonly method: string,
    readonly path: string,
    /** HTTP status; undefined when there was no answer at all. */
    readonly status: number | undefined,
    readonly reason: string,
    /** What was expected of the API server, found instead and is to be done, in the words of the checks before an update. */
    readonly trouble?: Pick<Problem, "expected" | "found" | "fix"> & Partial<Pick<Problem, "path">>,
    /** Why there was no answer: a ConnectionError, or a CredentialError for which nothing was asked. */
    options?: ErrorOptions,
  ) {
    super(`${method} ${path}: ${reason}`, options);
    this.name = "KubernetesError";
  }

  /** What to do about it, in a sentence, where that is known. */
  get fix(): string | undefined {
    return this.trouble?.fix;
  }
}
