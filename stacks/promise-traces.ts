/** How errors write down their traces: V8's hook, which Node.js and the SDK's source-map-support have functions for. */
interface TracePreparation {
  prepareStackTrace: (error: Error, sites: NodeJS.CallSite[]) => unknown;
}

/**
 * Runs something in which promises of Pulumi's SDK are made, without the stack trace that the SDK writes down for each of
 * them, some two hundred a resource and mapped to the source line by line, to tell about leaked promises: at 160 clusters
 * those were half of the program's processor time and a third of its memory. Traces of errors, and where a resource was
 * made, are as ever; and who looks for leaked promises (PULUMI_DEBUG_PROMISE_LEAKS) gets their traces too.
 */
export function withoutPromiseTraces<T>(action: () => T): T {
  if (process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) return action();
  const errors: TracePreparation = Error;
  const { prepareStackTrace: usual } = errors;
  errors.prepareStackTrace = (error, sites) => (isPromiseTrace(error) ? "" : usual(error, sites));
  try {
    return action();
  } finally {
    errors.prepareStackTrace = usual;
  }
}

/** An error without a message is made for its trace alone; where a resource was made, the SDK asks for all of the stack. */
function isPromiseTrace({ message }: Error): boolean {
  return message === "" && Number.isFinite(Error.stackTraceLimit);
}
