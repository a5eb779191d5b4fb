/** How paths of the Kubernetes API name objects on paper. Pure. */

/** What an object says of itself, as far as a path names it. */
interface NamedObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A path of the API, taken apart. */
export interface ApiPath {
  readonly apiVersion: string;
  readonly namespace?: string;
  /** Plural of the kind, in lower case. */
  readonly collection: string;
  /** Undefined for the whole collection. */
  readonly name?: string;
  /** Labels that are asked for. */
  readonly labels: Readonly<Record<string, string>>;
}

/** @returns undefined for a path that names no object and no collection. */
export function parseApiPath(path: string): ApiPath | undefined {
  const { pathname, searchParams } = new URL(path, "https://localhost");
  const [, apiVersion, rest = ""] = /^\/(?:api\/(?=v1\/)|apis\/)(v1|[^/]+\/[^/]+)\/(.+)$/.exec(pathname) ?? [];
  if (apiVersion === undefined) return undefined;
  const segments = rest.split("/");
  const isInside = segments[0] === "namespaces" && segments.length > 2;
  const [collection = "", name] = isInside ? segments.slice(2) : segments;
  const selector = searchParams.get("labelSelector") ?? "";
  return {
    apiVersion,
    collection,
    ...(isInside ? { namespace: segments[1] ?? "" } : {}),
    ...(name === undefined ? {} : { name }),
    labels: Object.fromEntries(
      selector
        .split(",")
        .filter(Boolean)
        .map((term) => term.split("=", 2) as [string, string]),
    ),
  };
}

/** Whether an object is at a path, or in the collection there. */
export function isReachedBy({ apiVersion, kind = "", metadata }: NamedObject, path: string): boolean {
  const asked = parseApiPath(path);
  if (asked === undefined || asked.apiVersion !== apiVersion || asked.collection !== pluralOf(kind)) return false;
  const labels = (metadata["labels"] ?? {}) as Readonly<Record<string, string>>;
  return (
    (asked.namespace === undefined || asked.namespace === metadata["namespace"]) &&
    (asked.name === undefined || asked.name === metadata["name"]) &&
    Object.entries(asked.labels).every(([label, value]) => labels[label] === value)
  );
}

function pluralOf(kind: string): string {
  const word = kind.toLowerCase();
  return /(s|x|ch)$/.test(word) ? `${word}es` : `${word.replace(/([^aeiou])y$/, "$1ie")}s`;
}
