import { request as httpRequest } from "node:http";
import { Agent, request as httpsRequest, type AgentOptions, type RequestOptions } from "node:https";
import { connect as connectPlainly, isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectSecurely, type ConnectionOptions, type SecureContextOptions } from "node:tls";
import { SocksClient } from "socks";
import { ConnectionError, connectionErrorOf } from "./connection-error";

/** Schemes of proxies that lead to an API server. With both of SOCKS's, names are resolved at the far end, as in Go. */
const tunnelSchemes = ["http:", "https:", "socks5:", "socks5h:"];

/** A proxy that does not take us further within so long gives up: Go's own limit for it is one minute. */
const longestTunnelMs = 30_000;

/**
 * An agent whose connections to https servers go through a proxy.
 *
 * Why not what there is: Node's own `proxyEnv` trusts an https proxy by Node's authorities alone, where Go goes by the
 * kubeconfig's, and knows no SOCKS; https-proxy-agent gives a proxy's refusal out as the server's own answer, and
 * socks-proxy-agent turns what TLS found into a hang-up; neither lets go of a proxy that keeps silent.
 */
export class TunnelAgent extends Agent {
  readonly #opening = new Set<Duplex>();
  readonly #proxy: URL;

  /** @throws ConnectionError of the kind `proxy` when it is none that leads further. */
  constructor(
    proxy: string,
    private readonly settings: AgentOptions,
  ) {
    super(settings);
    if (!URL.canParse(proxy)) throw new ConnectionError("proxy", "no URL");
    this.#proxy = new URL(proxy);
    if (!tunnelSchemes.includes(this.#proxy.protocol)) {
      throw new ConnectionError("proxy", this.#proxy.protocol, this.#proxy.host);
    }
  }

  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const host = bare(options.host ?? "");
    this.#open(host, Number(options.port)).then(
      (socket) => {
        this.#opening.delete(socket);
        const servername = options.servername ?? (isIP(host) === 0 ? host : "");
        // The peer is the server at the far end: its certificate counts.
        callback?.(null, connectSecurely({ ...(options as ConnectionOptions), host, socket, servername }));
      },
      (error: unknown) =>
        (callback as ((error: Error) => void) | undefined)?.(connectionErrorOf(error, this.#proxy.host)),
    );
    return undefined;
  }

  override destroy(): void {
    super.destroy();
    for (const socket of this.#opening) socket.destroy();
    this.#opening.clear();
  }

  #open(host: string, port: number): Promise<Duplex> {
    return this.#proxy.protocol.startsWith("socks") ? this.#throughSocks(host, port) : this.#throughHttp(host, port);
  }

  async #throughSocks(host: string, port: number): Promise<Duplex> {
    const { hostname, username, password } = this.#proxy;
    const at = { host: bare(hostname), port: Number(this.#proxy.port || 1080) };
    const socket = connectPlainly(at);
    this.#opening.add(socket);
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    try {
      await SocksClient.createConnection({
        command: "connect",
        existing_socket: socket,
        timeout: longestTunnelMs,
        destination: { host, port },
        proxy: {
          ...at,
          type: 5,
          ...(username === "" ? {} : { userId: decodeURIComponent(username), password: decodeURIComponent(password) }),
        },
      });
    } catch (error) {
      socket.destroy();
      // Its words end in what the proxy answered: `HostUnreachable`.
      const said = error instanceof Error ? (/ - (\w+)$/.exec(error.message)?.[1] ?? "no answer of SOCKS5") : "unknown";
      throw new ConnectionError("proxy", said, this.#proxy.host);
    }
    return socket;
  }

  #throughHttp(host: string, port: number): Promise<Duplex> {
    const { protocol, hostname, username, password } = this.#proxy;
    const path = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const { ca, secureContext }: SecureContextOptions & Pick<ConnectionOptions, "secureContext"> = this.settings;
    const request = (protocol === "https:" ? httpsRequest : httpRequest)({
      method: "CONNECT",
      host: bare(hostname),
      port: this.#proxy.port || (protocol === "https:" ? 443 : 80),
      path,
      agent: false,
      timeout: longestTunnelMs,
      headers: {
        host: path,
        ...(username === "" ? {} : { "proxy-authorization": `Basic ${Buffer.from(credentials).toString("base64")}` }),
      },
      // As Go has it, who vouches for the server vouches for the proxy; our own certificate is not shown to it.
      ...(ca === undefined ? {} : { ca }),
      ...(secureContext === undefined ? {} : { secureContext }),
      // Node would take the name from the header `Host`, which is the server's.
      servername: isIP(bare(hostname)) === 0 ? hostname : "",
    });
    return new Promise((resolve, reject) => {
      request.on("socket", (socket) => this.#opening.add(socket));
      request.on("timeout", () =>
        request.destroy(new ConnectionError("timeout", "ETIMEDOUT", this.#proxy.host, longestTunnelMs)),
      );
      request.on("error", reject);
      request.on("response", (response) => {
        response.destroy();
        reject(new ConnectionError("proxy", String(response.statusCode), this.#proxy.host));
      });
      request.on("connect", ({ statusCode }, socket) => {
        if (statusCode === 200) return resolve(socket);
        socket.destroy();
        reject(new ConnectionError("proxy", String(statusCode), this.#proxy.host));
      });
      request.end();
    });
  }
}

/** A host without the brackets of IPv6. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}
