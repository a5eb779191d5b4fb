import { BlockList, isIP } from "node:net";
import { isOwnMachine } from "../../topology";
import type { Environment } from "../kubeconfig/kubeconfig-file";

/**
 * The proxy through which Go programs, the Kubernetes provider among them, reach a URL: `HTTPS_PROXY` or `HTTP_PROXY`
 * unless `NO_PROXY` or the loopback range says otherwise (golang.org/x/net/http/httpproxy). Undefined for none.
 */
export function proxyFor(url: URL, environment: Environment): string | undefined {
  const proxy = variable(environment, url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
  if (proxy === "" || isOwnMachine(url.hostname)) return undefined;
  const exceptions = variable(environment, "NO_PROXY")
    .split(",")
    .map((item) => item.trim().toLowerCase());
  if (exceptions.some((exception) => matches(url, exception))) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

/** A variable in upper case, else in lower case. For Go an empty one is none. */
function variable(environment: Environment, name: string): string {
  return [name, name.toLowerCase()].map((spelling) => environment[spelling] ?? "").find((value) => value !== "") ?? "";
}

/** A host as URLs have it, without the brackets of IPv6 and the dot at the end of a full name. */
function bare(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
}

function matches(url: URL, exception: string): boolean {
  if (exception === "") return false;
  if (exception === "*") return true;
  const host = bare(url.hostname);
  const family = isIP(host);
  const [network = "", bits] = exception.split("/");
  if (bits !== undefined)
    return family !== 0 && isIP(network) === family && inNetwork(host, network, Number(bits), family);
  const { name, port } = splitPort(exception);
  if (port !== undefined && port !== (url.port === "" ? defaultPort(url) : url.port)) return false;
  if (family !== 0) return name === host;
  const suffix = name.replace(/^\*?\./, "");
  return host.endsWith(`.${suffix}`) || (host === suffix && !name.startsWith("."));
}

function defaultPort(url: URL): string {
  return url.protocol === "https:" ? "443" : "80";
}

function splitPort(exception: string): { name: string; port?: string } {
  if (isIP(exception) === 6) return { name: exception };
  const match = /^(.*):(\d+)$/.exec(exception);
  return match === null ? { name: bare(exception) } : { name: bare(match[1] ?? ""), port: match[2] ?? "" };
}

function inNetwork(host: string, network: string, bits: number, family: number): boolean {
  const longest = family === 4 ? 32 : 128;
  if (!Number.isInteger(bits) || bits < 0 || bits > longest) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family === 4 ? "ipv4" : "ipv6");
  return list.check(host, family === 4 ? "ipv4" : "ipv6");
}
