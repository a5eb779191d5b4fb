import { getIfThere, type ClusterClient } from "../../access";
import { readRecord, recordName, type ReleaseRecord } from "./applied/release-record";
import type { AppliedRelease } from "./applied/state";

/** A Secret of Helm's. */
interface RecordSecret {
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Helm's record of a release's last revision. The revisions after the one that was applied are asked for one by one,
 * for a record is large; where that one is gone, all are read.
 * @returns undefined when Helm knows no such release.
 * @throws UnreadableRecord
 */
export async function latestRecord(
  client: ClusterClient,
  { name, namespace, revision }: AppliedRelease,
): Promise<ReleaseRecord | undefined> {
  const collection = `/api/v1/namespaces/${namespace}/secrets`;
  let latest: ReleaseRecord | undefined;
  for (let next = revision; ; next++) {
    const record = await recordAt(client, `${collection}/${recordName(name, next)}`);
    if (record === undefined) break;
    latest = record;
  }
  return latest ?? (await history(client, { name, namespace }))[0];
}

/**
 * All revisions of a release that Helm still knows, the last one first.
 * @throws UnreadableRecord
 */
export async function history(
  client: ClusterClient,
  { name, namespace }: Pick<AppliedRelease, "name" | "namespace">,
): Promise<ReleaseRecord[]> {
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  const all = await client.list<RecordSecret>(path, { labelSelector: `owner=helm,name=${name}` });
  return all.map(recordIn).sort((left, right) => right.revision - left.revision);
}

async function recordAt(client: ClusterClient, path: string): Promise<ReleaseRecord | undefined> {
  const secret = await getIfThere<RecordSecret>(client, path);
  return secret && recordIn(secret);
}

function recordIn({ data }: RecordSecret): ReleaseRecord {
  return readRecord(data?.["release"] ?? "");
}
