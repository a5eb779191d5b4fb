import type { Finding, VerifyContext } from "./check";

/** The sample's pods run, each with a sidecar. */
export async function sampleReady(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  await context.sample.deploy(cluster);
  const troubles = await context.sample.troubles(cluster);
  if (troubles.length > 0) return { ok: false, message: troubles.join("; ") };
  return { ok: true, message: `helloworld ${context.sample.versionOf(cluster)} and a client, each with a sidecar` };
}

/** A client in one cluster is answered by the version of another. */
export async function helloworldReached(
  context: VerifyContext,
  [from = "", to = ""]: readonly string[],
): Promise<Finding> {
  const wanted = context.sample.versionOf(to);
  const { versions, trouble } = await context.calls.from(from, wanted);
  if (versions.has(wanted)) return { ok: true, message: `answered by ${wanted}` };
  const heard = versions.size === 0 ? "nobody answered" : `only ${[...versions].sort().join(", ")} answered`;
  return {
    ok: false,
    message: `no answer from ${wanted}: ${heard}${trouble === undefined ? "" : `; ${oneLine(trouble)}`}`,
  };
}

/** A proxy's error page or curl's complaint, fit for a line. */
function oneLine(words: string): string {
  return words.replace(/\s+/g, " ").trim().slice(0, 200);
}
