import {
  contains,
  isOwnMachine,
  parseAddress,
  parseRange,
  unmapped,
  type Address,
  type AddressRange,
} from "../../topology";
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

/** As Go compares: an address with addresses, however they are written, and a name with names. */
function matches(url: URL, exception: string): boolean {
  if (exception === "") return false;
  if (exception === "*") return true;
  const host = bare(url.hostname);
  const address = addressOf(host);
  const range = parseRange(exception);
  if (range !== undefined) return address !== undefined && contains(unmappedRange(range), address);
  const { name, port } = splitPort(exception);
  if (port !== undefined && port !== (url.port === "" ? defaultPort(url) : url.port)) return false;
  const excepted = addressOf(name);
  if (address !== undefined || excepted !== undefined) {
    return address !== undefined && excepted?.family === address.family && excepted.value === address.value;
  }
  const suffix = bare(name).replace(/^\*?\./, "");
  return host.endsWith(`.${suffix}`) || (host === suffix && !name.startsWith("."));
}

function defaultPort(url: URL): string {
  return url.protocol === "https:" ? "443" : "80";
}

/** To Go brackets are an address's only where a port follows. */
function splitPort(exception: string): { readonly name: string; readonly port?: string } {
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*)):(\d+)$/.exec(exception) ?? [];
  const name = bracketed ?? plain;
  return name === undefined || port === undefined ? { name: exception } : { name, port };
}

/** To Go an IPv4 address that IPv6 writes is that IPv4 address. */
function addressOf(text: string): Address | undefined {
  const address = parseAddress(text);
  return address === undefined ? undefined : unmapped(address);
}

function unmappedRange(range: AddressRange): AddressRange {
  const [first, last] = [range.first, range.last].map((value) => unmapped({ family: range.family, value }));
  if (first === undefined || last?.family !== first.family) return range;
  return { family: first.family, first: first.value, last: last.value };
}
