import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ImageEntry, ImageSpec } from "./oci";

/** Where the programs are that go into the lab's images. */
export interface ImageSources {
  /** Directories with the programs that were built. */
  readonly cluster: string;
  readonly metallb: string;
  readonly envoy: string;
  readonly bootstrapTemplate: string;
  readonly iptables: {
    readonly binary: string;
    readonly modules: string;
    /** The libraries of iptables and Envoy, and the loader. */
    readonly libraries: readonly string[];
  };
}

/** Names under which iptables' one binary is called: the plain ones, and those by which Istio looks for the nft kind. */
const iptablesNames = ["iptables", "iptables-nft", "ip6tables", "ip6tables-nft"].flatMap((name) =>
  ["", "-save", "-restore"].map((suffix) => `${name}${suffix}`),
);

/** Istio's charts run both of its images as this user and demand that it is not root. */
const istioUser = "1337:1337";

/** Every image of the lab. */
export async function labImages(sources: ImageSources): Promise<readonly ImageSpec[]> {
  const { cluster, metallb } = sources;
  const sample = join(cluster, "sample");
  return [
    program("pause", join(cluster, "pause"), "pause"),
    program("coredns", join(cluster, "coredns"), "coredns"),
    program("metallb-controller", join(metallb, "metallb-controller"), "controller"),
    program("metallb-speaker", join(metallb, "metallb-speaker"), "speaker"),
    {
      name: "lab.local/istio/pilot:lab",
      entries: [
        ...users,
        { path: "usr/local/bin/pilot-discovery", source: join(cluster, "pilot-discovery") },
        { path: "tmp", directory: true, mode: 0o1777 },
      ],
      entrypoint: ["/usr/local/bin/pilot-discovery"],
      user: istioUser,
    },
    {
      name: "lab.local/istio/proxyv2:lab",
      entries: await proxyEntries(sources),
      entrypoint: ["/usr/local/bin/pilot-agent"],
      user: istioUser,
    },
    helloworld("v1", sample),
    helloworld("v2", sample),
    {
      name: "lab.local/curl:lab",
      entries: [
        ...users,
        { path: "usr/bin/curl", source: sample },
        { path: "bin/sleep", linkTarget: "../usr/bin/curl" },
      ],
      entrypoint: [],
    },
  ];
}

/** Go programs ask for the user's home directory and name. */
const users: readonly ImageEntry[] = [
  {
    path: "etc/passwd",
    content: "root:x:0:0:root:/root:/sbin/nologin\nistio-proxy:x:1337:1337:istio-proxy:/home:/sbin/nologin\n",
  },
  { path: "etc/group", content: "root:x:0:\nistio-proxy:x:1337:\n" },
];

/** An image of one static program at its root, where MetalLB's manifest and CoreDNS' own image have theirs. */
function program(image: string, source: string, name: string): ImageSpec {
  return {
    name: `lab.local/${image}:lab`,
    entries: [{ path: name, source }],
    entrypoint: [`/${name}`],
  };
}

function helloworld(version: string, sample: string): ImageSpec {
  return {
    name: `lab.local/istio/examples-helloworld-${version}:1.0`,
    entries: [{ path: "usr/bin/helloworld", source: sample }],
    entrypoint: ["/usr/bin/helloworld"],
    environment: [`SERVICE_VERSION=${version}`],
  };
}

async function proxyEntries(sources: ImageSources): Promise<readonly ImageEntry[]> {
  const { binary, modules, libraries } = sources.iptables;
  const multicall = basename(binary);
  return [
    ...users,
    { path: "usr/local/bin/pilot-agent", source: join(sources.cluster, "pilot-agent") },
    { path: "usr/local/bin/envoy", source: sources.envoy },
    { path: "var/lib/istio/envoy/envoy_bootstrap_tmpl.json", source: sources.bootstrapTemplate },
    { path: "tmp", directory: true, mode: 0o1777 },
    { path: `usr/sbin/${multicall}`, source: binary, mode: 0o755 },
    ...iptablesNames.map((name): ImageEntry => ({ path: `usr/sbin/${name}`, linkTarget: multicall })),
    ...(await readdir(modules)).map((name): ImageEntry => ({
      path: join(modules.slice(modules.indexOf("/usr/lib") + 1), name),
      source: join(modules, name),
    })),
    ...libraryEntries(libraries),
  ];
}

/**
 * The loader goes to its own path, which is in every program, and the libraries beside libc, where the loader looks
 * without being told.
 */
export function libraryEntries(libraries: readonly string[]): readonly ImageEntry[] {
  const libc = libraries.find((path) => basename(path) === "libc.so.6");
  if (libc === undefined) throw new Error("the proxy's libraries are without libc");
  const directory = libc.slice(1, libc.lastIndexOf("/"));
  return libraries.map((source) => {
    const name = basename(source);
    const path = name.startsWith("ld-linux") ? source.slice(1) : join(directory, name);
    return { path, source, mode: 0o755 };
  });
}
