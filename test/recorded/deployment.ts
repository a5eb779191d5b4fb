/** A stack's state, as `pulumi stack export` writes it, as far as it is looked at here. */
export interface StackExport {
  readonly version: number;
  readonly deployment: Deployment;
}

/** The part of a {@link StackExport} that an engine reads. */
export interface Deployment {
  readonly manifest?: unknown;
  readonly resources?: readonly RecordedResource[];
}

/** A resource in a state. */
export interface RecordedResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** A port of any machine that nobody listens on: it refuses at once. */
export const refusingServer = "https://127.0.0.1:1";

/** Stands where an account's token stood. */
const noToken = "token-of-no-cluster";

/** How the engine marks a value as a secret (Pulumi's resource.SigKey and resource.SecretSig). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** What of a state takes room or tells of the machine that it was made on, and is not read: traces, what Helm rendered, who wrote which field. */
const unread: readonly string[] = ["sourcePosition", "stackTrace", "created", "modified", "manifest", "managedFields"];

/** Certificates in recordings do not expire, or each would ask to be renewed one day. */
const neverExpires = { validityEndTime: "9999-12-31T00:00:00Z" } as const;

/**
 * A state without anything by which a cluster could be reached: servers refuse, accounts have no token, and a provider's
 * kubeconfig has no key. What is left as a secret are the keys of the mesh's own CAs, which were made for the recording.
 * Also without what nobody reads, and without an end of the certificates. Pure.
 * @param state Its secrets must be in plain text (`pulumi stack export --show-secrets`).
 */
export function asRecording(state: StackExport): StackExport {
  const resources = (state.deployment.resources ?? []).map((resource) => {
    const cleaned = withoutUnread(mapStrings(resource, withoutAccess)) as RecordedResource;
    const expires = cleaned.outputs?.["validityEndTime"] !== undefined;
    return expires ? { ...cleaned, outputs: { ...cleaned.outputs, ...neverExpires } } : cleaned;
  });
  return { ...state, deployment: { ...state.deployment, resources } };
}

/** A text with no server that answers, and no token or key by which one would let anybody in. */
export function withoutAccess(text: string): string {
  return text
    .replace(/https:\/\/[^\s"',:]+:6443/g, refusingServer)
    .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, noToken)
    .replace(/^ *client-certificate-data: .*\n/gm, "")
    .replace(/client-key-data: .*/g, `token: ${noToken}`);
}

function withoutUnread(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUnread);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (unread.includes(key) ? [] : [[key, withoutUnread(item)]])),
  );
}

/** Every string of a value, those inside of secrets and of base64 among them, put through a function. */
function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return mapEncoded(value, map);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, map));
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (fields[signatureKey] === secretSignature && typeof fields["plaintext"] === "string") {
    const secret: unknown = JSON.parse(fields["plaintext"]);
    return { ...fields, plaintext: JSON.stringify(mapStrings(secret, map)) };
  }
  return Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, mapStrings(item, map)]));
}

/** Kubernetes keeps the values of Secrets in base64. */
function mapEncoded(text: string, map: (text: string) => string): string {
  const mapped = map(text);
  if (mapped !== text || !/^[A-Za-z0-9+/]{40,}={0,2}$/.test(text)) return mapped;
  const decoded = Buffer.from(text, "base64").toString();
  const changed = map(decoded);
  return changed === decoded ? text : Buffer.from(changed).toString("base64");
}
