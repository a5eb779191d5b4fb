import { request, type Agent } from "node:http";

/** Whom a call of helloworld is for. */
export interface HelloTarget {
  /** A Service's address and port, or those of another name. */
  readonly address: string;
  readonly port: number;
  /** The name, by which the sidecar finds it. */
  readonly host: string;
  /** An answer that has not come by then is lost. Default: {@link usualAnswerWithinMs}. */
  readonly answerWithinMs?: number;
}

export const usualAnswerWithinMs = 10_000;

/**
 * One call of helloworld.
 * @param read What an answer says; undefined where it is none.
 * @param opened Told of the call's socket.
 * @throws Error with the status and the beginning of what came instead.
 */
export function callHello<Said>(
  { address, answerWithinMs = usualAnswerWithinMs, host, port }: HelloTarget,
  agent: Agent | false,
  read: (body: string) => Said | undefined,
  opened: (socket: object) => void = () => undefined,
): Promise<Said> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(answerWithinMs);
    const fail = (error: Error): void => reject(signal.aborted ? tooLate(answerWithinMs) : error);
    const sent = request(
      { agent, host: address, port, path: "/hello", headers: { Host: host }, signal },
      (response) => {
        let body = "";
        response.on("data", (data: Buffer) => (body += data.toString()));
        response.once("error", fail);
        response.once("end", () => {
          const said = response.statusCode === 200 ? read(body) : undefined;
          if (said === undefined) reject(notAnAnswer(response.statusCode, body));
          else resolve(said);
        });
      },
    );
    sent.once("socket", opened);
    sent.once("error", fail);
    sent.end();
  });
}

/** What came was no answer: its status and its beginning. */
export function notAnAnswer(status: number | undefined, body: string): Error {
  return new Error(`${status ?? 0} ${body.slice(0, 120).trim()}`);
}

/** No answer came in time. */
export function tooLate(answerWithinMs: number): Error {
  return new Error(`no answer within ${answerWithinMs} ms`);
}
