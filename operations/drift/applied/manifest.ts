import { parseAllDocuments, type Tags } from "yaml";
import { isMap } from "../../../topology";
import type { KubernetesObject } from "../compare/object-kind";
import { UnreadableRecord } from "./release-record";

/** Istio's definitions take half a second to read and are alike in all clusters; more than these are not kept in memory. */
const mostKept = 8;

/** Objects of manifests. What several clusters were given alike is read once. */
export class Manifests {
  /** The one that was last asked for is the last. */
  private readonly kept = new Map<string, readonly KubernetesObject[]>();

  /**
   * The objects of a manifest: documents of YAML, of which some may be empty, and some lists.
   * @throws UnreadableRecord
   */
  objectsOf(manifest: string): readonly KubernetesObject[] {
    const objects = this.kept.get(manifest) ?? parseManifest(manifest);
    this.kept.delete(manifest);
    this.kept.set(manifest, objects);
    const [oldest] = this.kept.keys();
    if (this.kept.size > mostKept && oldest !== undefined) this.kept.delete(oldest);
    return objects;
  }
}

function parseManifest(manifest: string): KubernetesObject[] {
  const documents = parseAllDocuments(manifest, { version: "1.1", customTags: asHelmReads, logLevel: "silent" });
  return [...documents].flatMap((document) => {
    if (document.errors.length > 0) throw new UnreadableRecord("its manifest is no YAML");
    return objectsIn(document.toJS({ maxAliasCount: -1 }));
  });
}

/** Helm's reader knows octal numbers and `yes`, as YAML 1.1 has them, but neither its dates nor its numbers with colons. */
function asHelmReads(tags: Tags): Tags {
  return tags.filter(
    (tag) => typeof tag === "string" || (tag.format !== "TIME" && tag.tag !== "tag:yaml.org,2002:timestamp"),
  );
}

function objectsIn(value: unknown): KubernetesObject[] {
  if (!isMap(value)) return [];
  if (typeof value["kind"] === "string" && value["kind"].endsWith("List") && Array.isArray(value["items"])) {
    return value["items"].flatMap(objectsIn);
  }
  return typeof value["apiVersion"] === "string" && typeof value["kind"] === "string"
    ? [value as KubernetesObject]
    : [];
}
