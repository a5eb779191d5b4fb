import { mkdir } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { stringify } from "yaml";
import { endpoint, everywhere } from "./addresses";
import { certificateFiles, type ClusterCertificates } from "./certificates";
import { podsGroup } from "./cgroup";
import { componentOf, flags, type Cluster } from "./cluster";
import { writeComponentKubeconfig } from "./control-plane";
import { writeWhole, type Component } from "./process";

/** Writes containerd's and the CNI plugins' configuration. */
export async function containerd(cluster: Cluster): Promise<Component> {
  const { paths } = cluster;
  const cni = join(paths.configuration, "cni");
  const configuration = join(paths.configuration, "containerd.toml");
  await mkdir(cni, { recursive: true });
  await writeWhole(join(cni, "10-lab.conflist"), JSON.stringify(cniConfiguration(cluster)));
  await writeWhole(configuration, containerdConfiguration(cluster, cni));
  return componentOf(cluster, "containerd", ["--config", configuration], { configuration: [configuration] });
}

function containerdConfiguration({ paths, toolbox }: Cluster, cni: string): string {
  const text = JSON.stringify; // TOML's basic strings are JSON's.
  return `version = 2
root = ${text(paths.containerd)}
state = ${text(join(paths.run, "containerd"))}
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
required_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = ${text(paths.containerdSocket)}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "lab.local/pause:lab"
  disable_apparmor = true
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${text(toolbox.cniPlugins)}
    conf_dir = ${text(cni)}
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = ${text(join(toolbox.bin, "runc"))}
        Root = ${text(join(paths.run, "runc"))}
        SystemdCgroup = false
`;
}

/**
 * Each pod hangs on a cable of its own (ptp), with the node as its router: unlike with a bridge, Services work whether
 * or not the machine lets iptables see bridged packets.
 */
function cniConfiguration({ plan, paths }: Cluster): object {
  const ipam = {
    type: "host-local",
    ranges: plan.families.map(({ pods }) => [{ subnet: pods }]),
    routes: plan.families.map(({ family }) => ({ dst: everywhere[family] })),
    dataDir: join(paths.run, "cni"),
  };
  return {
    cniVersion: "0.4.0",
    name: "lab",
    plugins: [
      { type: "ptp", ipMasq: false, ipam },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}

/** @returns whether containerd answers on its socket, which it opens when everything in it is ready. */
export function isContainerdReady({ paths }: Cluster): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(paths.containerdSocket);
    socket.on("connect", () => resolve(true));
    socket.on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

export async function kubelet(cluster: Cluster, certificates: ClusterCertificates): Promise<Component> {
  const { plan, paths } = cluster;
  const kubeconfig = await writeComponentKubeconfig(cluster, "kubelet", certificates.authority, certificates.kubelet);
  const configuration = join(paths.configuration, "kubelet.yaml");
  await writeWhole(configuration, stringify(kubeletConfiguration(cluster)));
  const labels = [`topology.kubernetes.io/region=${plan.network}`, `topology.kubernetes.io/zone=${plan.name}`];
  return componentOf(
    cluster,
    "kubelet",
    flags({
      kubeconfig,
      config: configuration,
      "hostname-override": plan.nodeName,
      "node-ip": plan.families.map(({ node }) => node).join(),
      "node-labels": labels.join(","),
    }),
    { configuration: [configuration, kubeconfig] },
  );
}

function kubeletConfiguration({ plan, paths }: Cluster): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(paths.certificates, certificateFiles.authority) },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: join(paths.certificates, certificateFiles.server),
    tlsPrivateKeyFile: join(paths.certificates, certificateFiles.serverKey),
    cgroupDriver: "cgroupfs",
    cgroupRoot: podsGroup(plan.name),
    cgroupsPerQOS: true,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    failCgroupV1: false,
    clusterDNS: [plan.dnsService],
    clusterDomain: "cluster.local",
    containerRuntimeEndpoint: `unix://${paths.containerdSocket}`,
    podLogsDir: join(paths.logs, "pods"),
    volumePluginDir: "/var/lib/kubelet/volume-plugins",
    resolvConf: "",
    readOnlyPort: 0,
    // What failed because something else was not up yet gets its next try soon, not after minutes.
    crashLoopBackOff: { maxContainerRestartPeriod: "2s" },
    // Images cannot be had again: there is no registry.
    imageGCHighThresholdPercent: 100,
    evictionHard: {
      "memory.available": "50Mi",
      "nodefs.available": "0%",
      "nodefs.inodesFree": "0%",
      "imagefs.available": "0%",
    },
  };
}

export async function kubeProxy(cluster: Cluster, certificates: ClusterCertificates): Promise<Component> {
  const { plan } = cluster;
  const kubeconfig = await writeComponentKubeconfig(
    cluster,
    "kube-proxy",
    certificates.authority,
    certificates.kubeProxy,
  );
  return componentOf(
    cluster,
    "kube-proxy",
    flags({
      kubeconfig,
      "proxy-mode": "iptables",
      "cluster-cidr": plan.podRange,
      "hostname-override": plan.nodeName,
      "healthz-bind-address": endpoint(plan.nodeAddress, kubeProxyHealthPort),
      // A new Service works after a tenth of a second instead of a whole one.
      "iptables-min-sync-period": "100ms",
      "iptables-localhost-nodeports": false,
      // These three belong to the machine; a network namespace may not change them.
      "conntrack-max-per-core": 0,
      "conntrack-tcp-timeout-established": 0,
      "conntrack-tcp-timeout-close-wait": 0,
    }),
    { configuration: [kubeconfig] },
  );
}

/** kube-proxy's own default. */
export const kubeProxyHealthPort = 10256;
