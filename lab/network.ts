import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { everywhere, hostAddresses, labSubnets, type AddressFamily } from "./addresses";
import { bridgeName, type ClusterPlan, type FamilyPlan } from "./plan";
import { run } from "./run";

/** Where `ip netns` pins network namespaces. */
export const namespaceDirectory = "/run/netns";

/**
 * The bridge has a namespace of its own, in which nobody has firewall rules: on a machine with Docker, whose rules drop
 * what they do not know, a bridge beside Docker's would pass nothing. The machine has one end of a cable into it.
 */
const bridgeNamespace = bridgeName;

export const namespaceFile = (namespace: string): string => join(namespaceDirectory, namespace);

/** `ip`'s flag for a family. */
const flagOf: Readonly<Record<AddressFamily, string>> = { IPv4: "-4", IPv6: "-6" };

/** Makes the bridge and the machine's interface into the lab, or mends them. @param families that its clusters have. */
export async function ensureBridge(families: ReadonlySet<AddressFamily>): Promise<void> {
  await ensureNamespace(bridgeNamespace);
  if (!(await hasInterface(bridgeNamespace, bridgeName))) {
    await ipBatch(bridgeNamespace, [`link add ${bridgeName} type bridge`]);
  }
  if (!(await hasInterface(bridgeNamespace, "host"))) {
    await removeHostInterface();
    await run(["ip", "link", "add", bridgeName, "type", "veth", "peer", "name", "host", "netns", bridgeNamespace]);
  }
  await ipBatch(bridgeNamespace, [
    "link set lo up",
    `link set ${bridgeName} up`,
    `link set host master ${bridgeName}`,
    "link set host up",
  ]);
  for (const family of families) await run(["ip", "address", "replace", ...hostAddress(family), "dev", bridgeName]);
  await run(["ip", "link", "set", bridgeName, "up"]);
}

/** An address of the lab is nobody else's: the kernel need not wait a second to see whether another machine has it. */
const atOnce: Readonly<Record<AddressFamily, readonly string[]>> = { IPv4: [], IPv6: ["nodad"] };

const hostAddress = (family: AddressFamily): readonly string[] => [hostAddresses[family], ...atOnce[family]];

/**
 * Settings of a cluster's network namespace. Without a limit on its refusals, a pod that asks for what is not there learns
 * it at once, every time. MetalLB's speaker answers for IPv6 addresses from the interface's own, which is to be there at once.
 */
const kernelSettings: Readonly<Record<AddressFamily, readonly string[]>> = {
  IPv4: ["net.ipv4.ip_forward=1", "net.ipv4.icmp_ratelimit=0"],
  IPv6: [
    "net.ipv6.conf.all.forwarding=1",
    "net.ipv6.icmp.ratelimit=0",
    "net.ipv6.conf.all.accept_dad=0",
    "net.ipv6.conf.default.accept_dad=0",
  ],
};

/** Makes a cluster's network namespace, its cable to the bridge, its routes and its source NAT, or mends them. */
export async function ensureClusterNetwork(cluster: ClusterPlan, bin: string): Promise<void> {
  const { namespace, port } = cluster;
  await ensureNamespace(namespace);
  if (!(await hasInterface(namespace, "eth0")) || !(await hasInterface(bridgeNamespace, port))) {
    await deleteInterface(bridgeNamespace, port);
    await run([
      ...["ip", "link", "add", port, "netns", bridgeNamespace, "type", "veth"],
      ...["peer", "name", "eth0", "netns", namespace],
    ] as [string, ...string[]]);
    await ipBatch(namespace, [`link set eth0 address ${cluster.hardwareAddress}`]);
  }
  await run(inNetwork(namespace, "sysctl", "-qw", ...cluster.families.flatMap(({ family }) => kernelSettings[family])));
  await ipBatch(bridgeNamespace, [`link set ${port} master ${bridgeName}`, `link set ${port} up`]);
  await ipBatch(namespace, ["link set lo up", "link set eth0 up"]);
  for (const family of cluster.families) await ensureFamily(namespace, family, bin);
}

/** Makes the addresses, routes and source NAT of one family. */
async function ensureFamily(namespace: string, plan: FamilyPlan, bin: string): Promise<void> {
  const { family, node, nodeInSubnet, services, routes: wanted } = plan;
  const strayRoutes = await findStrayRoutes(namespace, plan);
  await ipBatch(namespace, [
    ["address replace", nodeInSubnet, ...atOnce[family], "dev eth0"].join(" "),
    // Nothing leaves the lab: whatever is not in its subnet is refused at once.
    `route replace unreachable ${everywhere[family]} metric 4278198272`,
    // Programs on the node itself reach Services only if there is a route to look up before kube-proxy's rules apply.
    `route replace ${services} dev eth0 src ${node}`,
    ...wanted.map(({ range, via }) => `route replace ${range} via ${via} proto static`),
    ...strayRoutes.map((range) => `route delete ${range} proto static`),
  ]);
  await replaceNat(namespace, plan, bin);
}

/** Routes to clusters that have left, or have moved to another network. */
async function findStrayRoutes(namespace: string, { family, routes: wanted }: FamilyPlan): Promise<string[]> {
  const ranges = new Set(wanted.map(({ range }) => range));
  const output = await run(["ip", flagOf[family], "-n", namespace, "-j", "route", "show", "proto", "static"]);
  const found = JSON.parse(output || "[]") as Route[];
  return found.map(({ dst }) => dst).filter((dst) => !ranges.has(dst));
}

const natChain = "ISTHMUS-POSTROUTING";

/**
 * Other clusters know no way back to a pod, so its packets leave under the node's address; between clusters on one
 * network pods keep their own. One iptables-restore, so that there is no moment without rules.
 */
async function replaceNat(namespace: string, plan: FamilyPlan, bin: string): Promise<void> {
  const iptables = plan.family === "IPv4" ? "iptables" : "ip6tables";
  const rules = [
    "*nat",
    `:${natChain} - [0:0]`,
    ...plan.withoutNat.map((range) => `-A ${natChain} -d ${range} -j RETURN`),
    `-A ${natChain} -j MASQUERADE`,
    "COMMIT",
    "",
  ];
  const environment = { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
  await run(inNetwork(namespace, `${iptables}-restore`, "--noflush"), { input: rules.join("\n"), environment });
  const existing = await run(inNetwork(namespace, `${iptables}-save`, "-t", "nat"), { environment });
  const jump = `POSTROUTING -s ${plan.pods} -j ${natChain}`;
  if (existing.includes(`-A ${jump}\n`)) return;
  await run(inNetwork(namespace, iptables, "-t", "nat", "-I", ...jump.split(" ")), { environment });
}

/** Removes one cluster's namespace and cable. Nothing happens where there is none. */
export async function removeClusterNetwork(namespace: string, port?: string): Promise<void> {
  if (port !== undefined) await deleteInterface(bridgeNamespace, port);
  await removeNamespace(namespace);
}

/** Removes the bridge, its namespace and the machine's interface. */
export async function removeBridge(): Promise<void> {
  await removeNamespace(bridgeNamespace);
  await removeHostInterface();
}

/** Names of the lab's network namespaces that exist for the given clusters or for the bridge. */
export async function existingNamespaces(names: readonly string[]): Promise<string[]> {
  const existing = existsSync(namespaceDirectory) ? await readdir(namespaceDirectory) : [];
  return existing.filter((name) => names.includes(name) || name === bridgeNamespace);
}

/** A command that runs inside a network namespace. Not `ip netns exec`: that mounts another /sys, without the cgroups. */
function inNetwork(namespace: string, ...command: readonly string[]): [string, ...string[]] {
  return ["nsenter", `--net=${namespaceFile(namespace)}`, "--", ...command];
}

async function ensureNamespace(name: string): Promise<void> {
  if (existsSync(namespaceFile(name))) {
    if (await isNamespace(name)) return;
    // The empty file that a namespace's mount leaves behind when /run outlives a reboot.
    await run(["ip", "netns", "delete", name]);
  }
  await run(["ip", "netns", "add", name]);
}

async function removeNamespace(name: string): Promise<void> {
  if (existsSync(namespaceFile(name))) await run(["ip", "netns", "delete", name]);
}

const isNamespace = (name: string): Promise<boolean> =>
  run(["ip", "-n", name, "link", "show", "lo"]).then(
    () => true,
    () => false,
  );

async function hasInterface(namespace: string, name: string): Promise<boolean> {
  const links = JSON.parse(await run(["ip", "-n", namespace, "-j", "link", "show"])) as { ifname: string }[];
  return links.some(({ ifname }) => ifname === name);
}

async function deleteInterface(namespace: string, name: string): Promise<void> {
  if (!existsSync(namespaceFile(namespace)) || !(await isNamespace(namespace))) return;
  if (await hasInterface(namespace, name)) await ipBatch(namespace, [`link delete ${name}`]);
}

async function removeHostInterface(): Promise<void> {
  const isThere = () => existsSync(`/sys/class/net/${bridgeName}`);
  if (!isThere()) return;
  try {
    await run(["ip", "link", "delete", bridgeName]);
  } catch (error) {
    // The kernel removes it by itself, some time after the namespace with its other end.
    if (isThere()) throw error;
  }
}

async function ipBatch(namespace: string, lines: readonly string[]): Promise<void> {
  await run(["ip", "-n", namespace, "-batch", "-"], { input: `${lines.join("\n")}\n` });
}

/** The machine's routes that overlap the lab's subnet and are not the lab's own, for the check beforehand. */
export async function foreignRoutes(family: AddressFamily): Promise<{ range: string; device: string }[]> {
  const subnet = labSubnets[family];
  const within = await routes(family, "table", "all", "root", subnet);
  // A wider range, such as a VPN's: part of it would be cut off.
  const around = (await routes(family, "match", subnet)).filter(({ dst }) => dst !== "default");
  const found = [...within, ...around].filter(({ dev }) => dev !== bridgeName);
  const ranges = new Map(found.map(({ dst, dev }) => [dst, { range: dst, device: dev ?? "no device" }]));
  return [...ranges.values()];
}

interface Route {
  readonly dst: string;
  readonly dev?: string;
}

async function routes(family: AddressFamily, ...selector: readonly string[]): Promise<readonly Route[]> {
  return JSON.parse((await run(["ip", "-j", flagOf[family], "route", "show", ...selector])) || "[]") as Route[];
}
