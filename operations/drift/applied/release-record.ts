/** Helm's own record of a release, which it keeps in a Secret of the cluster. Pure. */

import { gunzipSync } from "node:zlib";
import { z } from "zod";

/** What Helm recorded of one revision of a release (helm.sh/helm, pkg/release). */
export interface ReleaseRecord {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  /** `deployed`, `superseded`, `failed`, `pending-upgrade` … */
  readonly status: string;
  readonly chart: string;
  readonly chartVersion: string;
  /** Values that it was given. May hold secrets. */
  readonly values: Readonly<Record<string, unknown>>;
  /** What was applied, hooks aside, as YAML. May hold secrets. */
  readonly manifest: string;
}

/** Name of the Secret that holds a revision (helm.sh/helm, pkg/storage). */
export function recordName(release: string, revision: number): string {
  return `sh.helm.release.v1.${release}.v${revision}`;
}

const recordSchema = z.object({
  name: z.string(),
  namespace: z.string(),
  version: z.number(),
  info: z.object({ status: z.string() }),
  chart: z.object({ metadata: z.object({ name: z.string(), version: z.string() }) }),
  config: z.record(z.string(), z.unknown()).nullish(),
  manifest: z.string().optional(),
});

/** A record that is none: cut off, edited, or of a Helm of another age. The message holds nothing of it. */
export class UnreadableRecord extends Error {
  constructor(readonly reason: string) {
    super(`Helm's record cannot be read: ${reason}`);
    this.name = "UnreadableRecord";
  }
}

/**
 * Reads a record.
 * @param encoded The key `release` of the Secret's data: gzip, in base64, which the Secret has in base64 again.
 * @throws UnreadableRecord
 */
export function readRecord(encoded: string): ReleaseRecord {
  const { name, namespace, version, info, chart, config, manifest } = parseRecord(encoded);
  return {
    name,
    namespace,
    revision: version,
    status: info.status,
    chart: chart.metadata.name,
    chartVersion: chart.metadata.version,
    values: config ?? {},
    manifest: manifest ?? "",
  };
}

function parseRecord(encoded: string): z.output<typeof recordSchema> {
  try {
    const packed = Buffer.from(Buffer.from(encoded, "base64").toString("latin1"), "base64");
    // Helm left small records unpacked once; gzip begins with these bytes.
    const isPacked = packed[0] === 0x1f && packed[1] === 0x8b;
    return recordSchema.parse(JSON.parse((isPacked ? gunzipSync(packed) : packed).toString()));
  } catch (error) {
    // Parsers quote what they read.
    throw new UnreadableRecord(error instanceof z.ZodError ? "it lacks what Helm writes" : "it is damaged");
  }
}
