import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { appendFile, chmod, chown, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { namespaceFile } from "../../lab/network";
import { bridgeName } from "../../lab/plan";
import { run } from "../../lab/run";
import { builtTools } from "../../lab/tools";
import { imageFile } from "../../lab/tools/image-group";

/** User of Istio's agent, whose calls its rules of iptables let pass (Istio's images and its package have the same). */
const agentUser = 1337;

/** Ranges of the clusters' Services in the lab: what goes there meets the rules of iptables, and the bridge at most. */
const services = "10.192.0.0/10";

/** Where each file goes on a machine (istio.io, "Virtual Machine Installation"). */
const places = {
  "root-cert.pem": "etc/certs/root-cert.pem",
  "istio-token": "var/run/secrets/tokens/istio-token",
  "cluster.env": "var/lib/istio/envoy/cluster.env",
  "mesh.yaml": "etc/istio/config/mesh",
} as const;

/** Directories that the agent writes to. */
const written = ["etc/certs", "etc/istio/proxy", "var/lib/istio/data", "var/lib/istio/envoy", "var/run/secrets", "tmp"];

/**
 * A machine on the lab's bridge that is neither a node nor a pod: a network namespace with an address, and a file system
 * with what Istio's package installs, taken from the image of its proxy.
 */
export class OutsideMachine {
  private readonly namespace: string;
  private readonly processes: ChildProcess[] = [];
  private agent: ChildProcess | undefined;

  private constructor(
    readonly name: string,
    readonly address: string,
    private readonly root: string,
  ) {
    this.namespace = `outside-${name}`;
  }

  /** Makes it, beside the clusters of the lab that runs. */
  static async make(name: string, address: string): Promise<OutsideMachine> {
    const machine = new OutsideMachine(name, address, await mkdtemp(join(tmpdir(), "isthmus-machine-")));
    await chmod(machine.root, 0o755);
    await machine.plugIn();
    await machine.install();
    return machine;
  }

  /** File of its network namespace. */
  get network(): string {
    return namespaceFile(this.namespace);
  }

  /** Puts the files of `isthmus machine files` where they belong, sets up the rules of iptables and starts the agent. */
  async join(files: string): Promise<void> {
    for (const [file, place] of Object.entries(places)) {
      const path = join(this.root, place);
      await mkdir(dirname(path), { recursive: true });
      await copyFile(join(files, file), path);
    }
    await appendFile(join(this.root, "etc/hosts"), await readFile(join(files, "hosts"), "utf8"));
    for (const directory of written) {
      await mkdir(join(this.root, directory), { recursive: true });
      await run(["chown", "-R", `${agentUser}:${agentUser}`, join(this.root, directory)]);
    }
    await this.inside(["pilot-agent", "istio-iptables"], await this.settings());
    await this.startAgent();
  }

  /** Starts the agent, as the script of Istio's package does. */
  async startAgent(): Promise<void> {
    const settings = await this.settings();
    const { ISTIO_NAMESPACE: namespace = "", ISTIO_SERVICE: service = "", ISTIO_SVC_IP: address = "" } = settings;
    this.agent = this.spawned(["pilot-agent", "proxy", "sidecar"], "agent", {
      CA_ADDR: "istiod.istio-system.svc:15012",
      ...settings,
      INSTANCE_IP: address,
      POD_NAME: this.name,
      POD_NAMESPACE: namespace,
      PROV_CERT: "./etc/certs",
      OUTPUT_CERTS: "./etc/certs",
      PROXY_CONFIG: `serviceCluster: ${service}\ncontrolPlaneAuthPolicy: MUTUAL_TLS\n`,
    });
  }

  /** Kills the agent and its proxy. */
  async killAgent(): Promise<void> {
    await ended(this.agent);
  }

  /** Forgets the token, as a machine has whose token is past its end. */
  async forgetToken(): Promise<void> {
    await rm(join(this.root, places["istio-token"]));
  }

  /** Starts a server at a port, which answers with the machine's name and with who calls, as its proxy says. */
  serve(port: number): void {
    const server = `require("node:http").createServer(({ headers }, answer) => {
      answer.end("Hello version: ${this.name}, by " + headers["x-forwarded-client-cert"] + "\\n");
    }).listen(${port})`;
    this.processes.push(
      spawn("nsenter", [`--net=${this.network}`, "--", process.execPath, "-e", server], { stdio: "inherit" }),
    );
  }

  /** What a command on the machine says: a program of its file system. */
  async inside(command: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
    return run(["nsenter", ...this.chrooted(command, "0:0")] as [string, ...string[]], {
      environment: { ...path, ...environment },
    });
  }

  /** What the agent has said last. */
  async log(): Promise<string> {
    return (await readFile(join(this.root, "agent.log"), "utf8")).split("\n").slice(-40).join("\n");
  }

  /** Takes it away, and all that runs on it. */
  async remove(): Promise<void> {
    await Promise.all([this.agent, ...this.processes].map(ended));
    await run(["ip", "netns", "delete", this.namespace]);
    await rm(this.root, { recursive: true, force: true });
  }

  private async plugIn(): Promise<void> {
    const { address, namespace } = this;
    const plug = `m${address.replace(/^.*\./, "")}`;
    await run(["ip", "netns", "add", namespace]);
    await run([
      "ip",
      "link",
      "add",
      plug,
      "netns",
      bridgeName,
      "type",
      "veth",
      "peer",
      "name",
      "eth0",
      "netns",
      namespace,
    ]);
    await run(["ip", "-n", bridgeName, "link", "set", plug, "master", bridgeName, "up"]);
    for (const command of [
      "link set lo up",
      "link set eth0 up",
      `address add ${address}/16 dev eth0`,
      `route add ${services} dev eth0 src ${address}`,
      "route add unreachable default metric 4278198272",
    ])
      await run(["ip", "-n", namespace, ...command.split(" ")]);
  }

  /** What Istio's package brings, and a client. */
  private async install(): Promise<void> {
    const toolbox = builtTools();
    assert.ok(toolbox, "the lab's tools are built");
    for (const image of ["lab.local/istio/proxyv2:lab", "lab.local/curl:lab"]) {
      const archive = toolbox.images.find((file) => file.endsWith(`/${imageFile(image)}`));
      assert.ok(archive, `an image ${image}`);
      await unpack(archive, this.root);
    }
    for (const directory of ["dev", "proc", "etc"]) await mkdir(join(this.root, directory), { recursive: true });
    await writeFile(join(this.root, "etc/hosts"), "127.0.0.1 localhost\n");
    // Nobody answers there: what the agent does not know itself has no address.
    await writeFile(join(this.root, "etc/resolv.conf"), "nameserver 172.18.255.254\n");
    await chown(join(this.root, "tmp"), agentUser, agentUser);
  }

  /** What the file cluster.env says. */
  private async settings(): Promise<Record<string, string>> {
    const text = await readFile(join(this.root, places["cluster.env"]), "utf8");
    return Object.fromEntries([...text.matchAll(/^(\w+)='(.*)'$/gm)].map(([, name = "", value = ""]) => [name, value]));
  }

  private spawned(
    command: readonly string[],
    log: string,
    environment: Readonly<Record<string, string>>,
  ): ChildProcess {
    const child = spawn("nsenter", this.chrooted(command, `${agentUser}:${agentUser}`), {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...path, ...environment },
    });
    const file = createWriteStream(join(this.root, `${log}.log`), { flags: "a" });
    child.stdout.pipe(file, { end: false });
    child.stderr.pipe(file, { end: false });
    return child;
  }

  /** A command of its file system, in its network; what it starts ends with it: they have a PID namespace of their own. */
  private chrooted(command: readonly string[], user: string): string[] {
    const script = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$@"';
    return [
      `--net=${this.network}`,
      ...["--", "unshare", "--mount", "--pid", "--fork", "sh", "-c", script],
      ...[this.root, `--userspec=${user}`, this.root, ...command],
    ];
  }
}

const path = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };

/** Ends a process, and what it waits for: unshare's child, with whose end all in its PID namespace ends. */
async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child?.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "exit");
  const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
  for (const pid of children.trim().split(/\s+/).filter(Boolean)) process.kill(Number(pid), "SIGKILL");
  child.kill("SIGKILL");
  await closed;
}

/** Unpacks the one layer of an image of the lab. */
async function unpack(archive: string, directory: string): Promise<void> {
  const blob = ({ digest }: Descriptor): string => `blobs/${digest.replace(":", "/")}`;
  const read = async <T>(name: string): Promise<T> => JSON.parse(await run(["tar", "-xOf", archive, name])) as T;
  const { manifests } = await read<{ readonly manifests: readonly Descriptor[] }>("index.json");
  const [manifest] = manifests;
  assert.ok(manifest);
  const { layers } = await read<{ readonly layers: readonly Descriptor[] }>(blob(manifest));
  const [layer] = layers;
  assert.ok(layer);
  await run(["sh", "-c", 'tar -xOf "$0" "$1" | tar -x -C "$2"', archive, blob(layer), directory]);
}

interface Descriptor {
  readonly digest: string;
}
