import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { pollUntil } from "../lab/wait";

/** What an istiod goes by. */
export interface IstiodArgs {
  /** Directory with the program `pilot-discovery`. */
  readonly bin: string;
  /** A directory of its own. */
  readonly directory: string;
  /** The cluster that it runs in. */
  readonly cluster: string;
  /** URL of that cluster's API server. */
  readonly apiServer: string;
  /** Istio's objects. */
  readonly configuration: readonly object[];
  readonly meshConfig: object;
}

/** An istiod of this machine, with no Kubernetes around it. */
export interface RunningIstiod {
  /** Of its port without TLS. */
  readonly address: string;
  /** What it holds in memory, in MiB (PSS). */
  readonly memoryMiB: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** For reading some ten thousand pods on a machine that does other things. */
const startTimeoutMs = 300_000;

/** Without what needs a cluster that is more than a list of objects, or Istio's own Envoy. */
const settings = {
  // Informers ask for lists and watch then, as an API server without streamed lists has it.
  KUBE_FEATURE_WatchListClient: "false",
  POD_NAMESPACE: "istio-system",
  POD_NAME: "istiod",
  ENABLE_CA_SERVER: "false",
  PILOT_CERT_PROVIDER: "none",
  PILOT_ENABLE_METADATA_EXCHANGE: "false",
  PILOT_ENABLE_GATEWAY_API: "false",
  INJECTION_WEBHOOK_CONFIG_NAME: "",
  VALIDATION_WEBHOOK_CONFIG_NAME: "",
};

/** Starts a real istiod, which takes Istio's objects from a file and all else from API servers, and waits until it is ready. */
export async function startIstiod(args: IstiodArgs): Promise<RunningIstiod> {
  const { apiServer, bin, cluster, configuration, directory, meshConfig } = args;
  const configDirectory = join(directory, "configuration");
  await mkdir(configDirectory, { recursive: true });
  const files = {
    configuration: join(configDirectory, "all.yaml"),
    mesh: join(directory, "mesh"),
    networks: join(directory, "networks"),
    kubeconfig: join(directory, "kubeconfig"),
  };
  await writeFile(files.configuration, configuration.map((object) => JSON.stringify(object)).join("\n---\n"));
  await writeFile(files.mesh, JSON.stringify(meshConfig));
  await writeFile(files.networks, JSON.stringify({ networks: {} }));
  await writeFile(files.kubeconfig, JSON.stringify(kubeconfigFor(cluster, apiServer)));
  const [grpc, http, monitoring] = [await freeAddress(), await freeAddress(), await freeAddress()];
  const flags = {
    kubeconfig: files.kubeconfig,
    configDir: configDirectory,
    meshConfig: files.mesh,
    networksConfig: files.networks,
    grpcAddr: grpc,
    httpAddr: http,
    httpsAddr: "",
    secureGRPCAddr: "",
    monitoringAddr: monitoring,
    ctrlz_port: "0",
    clusterID: cluster,
    log_output_level: "default:error",
  };
  const child = spawn(
    join(bin, "pilot-discovery"),
    ["discovery", ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)],
    { env: { ...process.env, ...settings }, cwd: directory, stdio: ["ignore", "ignore", "ignore"] },
  );
  const ended = once(child, "exit");
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  try {
    await pollUntil(
      async () => {
        if (child.exitCode !== null) throw new Error(`pilot-discovery ended with ${String(child.exitCode)}`);
        return isReady(`http://${http}/ready`);
      },
      { what: "istiod to be ready", timeoutMs: startTimeoutMs },
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { address: grpc, memoryMiB: () => memoryOf(child.pid), stop };
}

/** A kubeconfig for an API server that asks nobody who he is. */
export function kubeconfigFor(name: string, server: string): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: { token: "bench" } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch (error) {
    // Nobody listens yet.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

async function memoryOf(pid: number | undefined): Promise<number> {
  const text = await readFile(`/proc/${String(pid)}/smaps_rollup`, "utf8");
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) / 1024;
}

/** An address of this machine that nobody listens on. */
async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `127.0.0.1:${String(port)}`;
}
