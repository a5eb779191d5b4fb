import type { ClusterClient, ExecTarget } from "../../../../access";
import { CommandFailed, KubernetesError } from "../../../../access";
import { readClusterTrust } from "../../../../preflight";
import type { ClusterTrust, ProxyTrust } from "../../../../preflight/trust/standing/cluster-trust";
import { makeCa, privateKeyPem, type TestCa } from "../../../support/authorities";
import { FakeClient } from "../../../support/cluster-client";
import { intermediateOf, pem } from "./given-files";

const system = "/api/v1/namespaces/istio-system";
const podsPath = "/api/v1/pods?fieldSelector=status.phase%3DRunning&limit=250";

/** A root with the intermediates of the clusters below it. */
export interface TestRoot {
  readonly root: TestCa;
  readonly sites: Readonly<Record<string, TestCa>>;
}

/** Makes a root, and below it an intermediate for each cluster. */
export async function makeRoot(name: string, ...sites: readonly string[]): Promise<TestRoot> {
  const root = await makeCa({ subject: `CN=${name}` });
  const made = await Promise.all(sites.map(async (site) => [site, await intermediateOf(site, root)] as const));
  return { root, sites: Object.fromEntries(made) };
}

/** A workload's certificate below an intermediate. */
export function leafOf(issuer: TestCa, days = 1): Promise<TestCa> {
  return makeCa({ subject: "CN=leaf", issuer, isCa: false, from: -0.1, until: days });
}

/** A pod with a proxy, as a cluster shows it. */
export interface ShownPod {
  readonly name: string;
  /** What it presents, the leaf first, and what it trusts; or why it does not say. */
  readonly has: { readonly chain: readonly TestCa[]; readonly roots: readonly TestCa[] } | string;
  /** Default: `sidecar`. */
  readonly kind?: "sidecar" | "init sidecar" | "none";
  /** What asking for it anew gives. Default: it still runs. */
  readonly afterwards?: "gone" | "ended";
}

/** What a cluster shows. */
export interface Shown {
  readonly pods?: readonly ShownPod[];
  /** Files of the Secret cacerts. Default: none. */
  readonly cacerts?: Readonly<Record<string, string>>;
  /** Roots in the ConfigMap of the system namespace. Default: there is none. */
  readonly published?: readonly TestCa[];
  /** Roots in those of other namespaces. */
  readonly copies?: Readonly<Record<string, readonly TestCa[]>>;
  /** When the CA ends that istiod has. Default: it does not say. */
  readonly takenUp?: Date;
}

/** The Secret of an istiod, in Istio's form. */
export function cacerts(intermediate: TestCa, ...roots: readonly TestCa[]): Record<string, string> {
  return {
    "ca-cert.pem": pem(intermediate),
    "ca-key.pem": privateKeyPem(intermediate),
    "cert-chain.pem": pem(intermediate),
    "root-cert.pem": pem(...roots),
  };
}

/** Envoy's dump of what a proxy has. */
export function dumpOf(chain: readonly TestCa[], roots: readonly TestCa[]): string {
  const inline = (cas: readonly TestCa[]) => ({ inline_bytes: Buffer.from(pem(...cas)).toString("base64") });
  return JSON.stringify({
    configs: [
      { name: "default", secret: { tls_certificate: { certificate_chain: inline(chain) } } },
      { name: "ROOTCA", secret: { validation_context: { trusted_ca: inline(roots) } } },
    ],
  });
}

const encoded = (files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text).toString("base64")]));

/** A stand-in for a cluster that shows this. */
export function showing(name: string, shown: Shown, asked: ExecTarget[] = []): ClusterClient {
  const { cacerts: files, copies = {}, pods = [], published, takenUp } = shown;
  const pod = ({ name: podName, kind = "sidecar" }: ShownPod) => {
    const proxy = { name: "istio-proxy", ...(kind === "init sidecar" ? { restartPolicy: "Always" } : {}) };
    return {
      metadata: { name: podName, namespace: "sample" },
      spec: {
        containers: kind === "sidecar" ? [{ name: "app" }, proxy] : [{ name: "app" }],
        initContainers: kind === "init sidecar" ? [proxy] : [{ name: "istio-init" }],
      },
    };
  };
  const standing = pods.filter(({ afterwards }) => afterwards !== "gone");
  return new FakeClient(name, {
    objects: {
      // In two pages, as a large cluster answers.
      [podsPath]: { metadata: { continue: "next page" }, items: pods.slice(0, 1).map(pod) },
      [`${podsPath}&continue=next%20page`]: { items: pods.slice(1).map(pod) },
      ...Object.fromEntries(
        standing.map(({ name: podName, afterwards }) => [
          `/api/v1/namespaces/sample/pods/${podName}`,
          { status: { phase: afterwards === "ended" ? "Succeeded" : "Running" } },
        ]),
      ),
      ...(files === undefined ? {} : { [`${system}/secrets/cacerts`]: { data: encoded(files) } }),
      ...(published === undefined
        ? {}
        : { [`${system}/configmaps/istio-ca-root-cert`]: { data: { "root-cert.pem": pem(...published) } } }),
      "/api/v1/configmaps": Object.entries(copies).map(([namespace, roots]) => ({
        metadata: { namespace },
        data: { "root-cert.pem": pem(...roots) },
      })),
      [`${system}/pods`]: takenUp === undefined ? [] : [{ metadata: { name: "istiod" }, status: { phase: "Running" } }],
    },
    exec: (target) => {
      asked.push(target);
      if (target.container === "discovery") {
        return `# HELP\ncitadel_server_cert_chain_expiry_timestamp ${(takenUp?.getTime() ?? 0) / 1000}\n`;
      }
      const has = pods.find((one) => one.name === target.pod)?.has ?? "no such pod";
      if (typeof has === "string") throw new CommandFailed("pilot-agent", has);
      return dumpOf(has.chain, has.roots);
    },
  });
}

/** What a cluster that shows this is read to. */
export function readShown(name: string, shown: Shown, runs: "istiod" | "workloads" = "istiod"): Promise<ClusterTrust> {
  return readClusterTrust({ client: showing(name, shown), runs });
}

/** A cluster that answers nothing. */
export const silentTrust: ClusterTrust = {
  cluster: "silent",
  copies: [],
  proxies: [],
  unread: [],
  troubles: [new KubernetesError("GET", "/api/v1/pods", undefined, "no answer").message],
};

/** A proxy by its name. */
export function proxyCalled(trust: ClusterTrust, pod: string): ProxyTrust | undefined {
  return trust.proxies.find((proxy) => proxy.pod === pod);
}
