/** The line that an error comes from. */
const frames = 1;

/**
 * Runs something with short stack traces. Pulumi's SDK writes one down for each of the some two hundred promises of a
 * resource, mapped to the source line by line, to tell about leaked promises: at 160 clusters that was half of the
 * program's processor time and a third of its memory. Where a resource was made is still recorded, since the SDK asks
 * for the whole trace there. Who looks for leaked promises (PULUMI_DEBUG_PROMISE_LEAKS) gets whole traces everywhere.
 */
export function withShortTraces<T>(action: () => T): T {
  if (process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) return action();
  const usual = Error.stackTraceLimit;
  Error.stackTraceLimit = Math.min(frames, usual);
  try {
    return action();
  } finally {
    Error.stackTraceLimit = usual;
  }
}
