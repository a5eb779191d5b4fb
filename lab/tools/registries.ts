/** A package registry that tools come from, and how its clients tell that they could not reach it. */
interface Registry {
  readonly name: string;
  /** The clients' programs. */
  readonly clients: readonly string[];
  /** Where it can be set to another address. */
  readonly settings: string;
}

const registries: readonly Registry[] = [
  { name: "The Go module proxy", clients: ["go"], settings: "GOPROXY" },
  { name: "The Python package index", clients: ["python3"], settings: "PIP_INDEX_URL" },
  { name: "The Debian package archive", clients: ["apt-get", "apt-cache"], settings: "/etc/apt" },
];

/** What Go, pip and apt write when there is no way to their registry. */
const unreachable =
  /dial tcp|no such host|i\/o timeout|TLS handshake|connection refused|connection reset|network is unreachable|Temporary failure (?:in name )?resol|Could not (?:resolve|connect)|Failed to fetch|NewConnectionError|Max retries exceeded|No matching distribution found|proxyconnect|lookup disabled by GOPROXY|Proxy Authentication Required/i;

/**
 * @returns what to do when a client's lines say that its registry was not reached; undefined when they say something else.
 */
export function describeFailure(program: string, lines: readonly string[]): string | undefined {
  const registry = registries.find((candidate) => candidate.clients.includes(program));
  if (registry === undefined || !lines.some((line) => unreachable.test(line))) return undefined;
  return (
    `${registry.name} was not reached. Check the network, and behind a proxy set HTTPS_PROXY, HTTP_PROXY and NO_PROXY; ` +
    `another address of the registry is set with ${registry.settings}.`
  );
}
