import type { Resource } from "../../../policy/rule";

/** A resource of a stack, as a rule sees it. */
export function resource(type: string, properties: Record<string, unknown>, stack = "prod"): Resource {
  return { type, urn: `urn:pulumi:${stack}::isthmus::${type}::some`, properties };
}

/** A Kubernetes object. */
export function object(
  apiVersion: string,
  kind: string,
  { stack, ...rest }: { readonly stack?: string; readonly [key: string]: unknown },
): Resource {
  return resource(`kubernetes:${apiVersion}:${kind}`, { apiVersion, kind, ...rest }, stack);
}

/** A Helm release of a chart. */
export function release(chart: string, properties: Record<string, unknown> = {}, stack?: string): Resource {
  return resource("kubernetes:helm.sh/v3:Release", { chart, ...properties }, stack);
}

/** A text as a Secret's data holds it. */
export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** The Secret from which istiod takes its CA. */
export function cacerts(files: Readonly<Record<string, string>>): Resource {
  const data = Object.fromEntries(Object.entries(files).map(([name, pem]) => [name, base64(pem)]));
  return object("v1", "Secret", { metadata: { name: "cacerts", namespace: "istio-system" }, data });
}
