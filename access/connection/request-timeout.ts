import { ConfigurationError } from "../../topology";
import type { Environment } from "../kubeconfig/kubeconfig-file";

/** Variable by which a user gives servers more time, or less: seconds. */
export const requestTimeoutVariable = "ISTHMUS_REQUEST_TIMEOUT";

/** An API server that is well answers within tens of milliseconds; through a slow VPN TLS alone takes seconds. */
const defaultSeconds = 10;

/** Longer than this nobody waits for one answer, and a number in milliseconds shows. */
const longestSeconds = 600;

/**
 * How long a server may be silent while one request is under way, in milliseconds: `ISTHMUS_REQUEST_TIMEOUT` in seconds.
 * Default: 10 s. It is each request's own, and begins anew with each piece of an answer: on a slow way many questions and
 * long answers take as long as they take.
 * @throws ConfigurationError when the variable says no such time.
 */
export function requestTimeoutMs(environment: Environment): number {
  const text = environment[requestTimeoutVariable] ?? "";
  if (text === "") return defaultSeconds * 1000;
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (seconds > 0 && seconds <= longestSeconds) return seconds * 1000;
  throw new ConfigurationError([
    {
      path: requestTimeoutVariable,
      expected: `seconds that a server may be silent, more than 0 and at most ${longestSeconds}`,
      found: JSON.stringify(text.slice(0, 20)),
      fix: `Set it to a number such as 30, or unset it: ${defaultSeconds} s count then.`,
    },
  ]);
}
