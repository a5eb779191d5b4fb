/** What is asked of the paper provider, what it answers, and what a cluster has of it. Pure but for the time. */

import { createHash } from "node:crypto";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import type { PaperObject } from "./world";

/** What marks a secret in a property (sdk/go/common/resource, SigKey and SecretSig). */
const secretKey = "4dabf18193072939515e22adb298388d";
const secretMark = { [secretKey]: "1b47061264138c4ac30d75fd1eb44270" };

const releaseType = "kubernetes:helm.sh/v3:Release";

/** Helm's clock is so far ahead of ours that what was killed counts as ended some seconds later. */
const helmIsAheadMs = 355_000;

export type Properties = Record<string, JavaScriptValue>;

function secret(value: JavaScriptValue): JavaScriptValue {
  return { ...secretMark, value };
}

/** The value without its mark. */
export function plain(value: JavaScriptValue | undefined): JavaScriptValue | undefined {
  const isMarked = typeof value === "object" && value !== null && secretKey in value;
  return isMarked ? (value as Properties)["value"] : value;
}

/** The state of what was asked for, as if a cluster had it. */
export function stateOf(urn: string, asked: Properties, planned: Properties): { id: string; state: Properties } {
  const [, , types = "", called = ""] = urn.split("::");
  if (types.endsWith(releaseType)) {
    const { name = "", namespace = "", version = "", chart = "" } = asked as Record<string, string>;
    const status = { appVersion: version, chart, name, namespace, revision: 1, status: "deployed", version };
    return { id: `${namespace}/${name}`, state: { ...planned, resourceNames: {}, status } };
  }
  const metadata = plain(asked["metadata"]) as { readonly name: string; readonly namespace?: string };
  const isToken = asked["type"] === "kubernetes.io/service-account-token";
  const paper = (words: string): string => Buffer.from(`${words} of ${called}`).toString("base64");
  return {
    id: metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`,
    state: {
      ...asked,
      ...(isToken ? { data: secret({ token: paper("token"), "ca.crt": paper("authority") }) } : {}),
      __inputs: asked,
      __initialApiVersion: asked["apiVersion"] ?? "",
      __fieldManager: `pulumi-kubernetes-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`,
    },
  };
}

export function isRelease(type: string): boolean {
  return type === releaseType;
}

/** What a cluster has of what was asked for; of a release Helm's record, which says how far it is. */
export function objectOf(type: string, asked: Properties, status = "deployed"): PaperObject {
  const { name = "", namespace = "", ...others } = plainly(asked) as Record<string, string>;
  if (!isRelease(type)) return plainly(asked) as unknown as PaperObject;
  const modifiedAt = String(Math.floor((Date.now() - helmIsAheadMs) / 1000));
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: `sh.helm.release.v1.${name}.v1`,
      namespace,
      labels: { owner: "helm", name, status, modifiedAt },
    },
    ...{ release: others },
  };
}

/** A value without the marks of its secrets. */
function plainly(value: JavaScriptValue): JavaScriptValue {
  if (Array.isArray(value)) return value.map(plainly);
  if (typeof value !== "object" || value === null) return value;
  if (secretKey in value) return plainly((value as Properties)["value"] ?? null);
  const entries = Object.entries(value as Properties).map(([key, inner]) => [key, plainly(inner)] as const);
  return Object.fromEntries(entries);
}

export function metadataIn(state: Properties): Properties {
  const metadata = plain(state["metadata"]);
  return typeof metadata === "object" && metadata !== null && !Array.isArray(metadata) ? (metadata as Properties) : {};
}

/** As an API server gives one to every object; a Helm release has none. */
export function withUid(state: Properties, uid: JavaScriptValue): Properties {
  return "metadata" in state ? { ...state, metadata: { ...metadataIn(state), uid } } : state;
}
