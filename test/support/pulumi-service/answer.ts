/** What the service answers a request with. */
export interface Answer {
  readonly status: number;
  /** Goes out as JSON; nothing where it is undefined. */
  readonly body?: unknown;
}

/** An answer that the CLI shows as `[status] message`. */
export class ServiceError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "ServiceError";
  }

  get answer(): Answer {
    return errorAnswer(this.status, this.message);
  }
}

/** An error in the form that the CLI reads. */
export function errorAnswer(status: number, message: string): Answer {
  return { status, body: { code: status, message } };
}

export const ok = (body?: unknown): Answer => ({ status: 200, body });
export const done: Answer = { status: 204 };
