/** Programs that come from one package of the distribution and are used together: all installed ones or none. */
export interface SystemPackage {
  /** Debian's name of it. */
  readonly name: string;
  /** Programs that the lab calls, by their plain names. */
  readonly programs: readonly string[];
  /** The program and flag that tell the version. */
  readonly version: readonly [program: string, flag: string];
  /** A word that the program must say beside its version, when there are several kinds of it. */
  readonly kind?: string;
  /** The oldest version that the lab was seen to work with. */
  readonly least: readonly number[];
  /** The one binary, in Debian's package, that acts as whichever of the programs is its first argument. */
  readonly multicall?: string;
}

/** iptables of the nf_tables kind: the images call it by names that the older kind does not know. */
export const iptablesPackage = {
  name: "iptables",
  programs: ["iptables", "iptables-save", "iptables-restore", "ip6tables", "ip6tables-save", "ip6tables-restore"],
  version: ["iptables", "--version"],
  kind: "nf_tables",
  least: [1, 8],
  multicall: "usr/sbin/xtables-nft-multi",
} as const satisfies SystemPackage;

/** What the lab needs of the operating system's packages. */
export const systemPackages: readonly SystemPackage[] = [
  { name: "etcd-server", programs: ["etcd"], version: ["etcd", "--version"], least: [3, 4] },
  {
    name: "containerd",
    programs: ["containerd", "containerd-shim-runc-v2", "ctr"],
    version: ["containerd", "--version"],
    least: [1, 6],
  },
  { name: "runc", programs: ["runc"], version: ["runc", "--version"], least: [1, 1] },
  iptablesPackage,
];

/** Plugins that the pods' network is made of. */
export const cniPluginNames = ["host-local", "loopback", "portmap", "ptp"] as const;
export const cniPackage = "containernetworking-plugins";

/** Where distributions put the CNI plugins. */
export const cniDirectories = ["/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"] as const;
