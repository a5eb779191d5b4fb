import { applyAll } from "./lab-stack";

/** Every call of {@link Calls} is a handshake of its own, and none is tried again by the client's proxy. */
export function withoutPoolsAndRetries(sites: readonly string[]): Promise<void> {
  return withoutPools(sites, { attempts: 0 });
}

/** Every call of {@link Calls} is a handshake of its own, and is tried again as Istio does by default: twice. */
export function withoutPoolsWithRetries(sites: readonly string[]): Promise<void> {
  return withoutPools(sites, undefined);
}

async function withoutPools(sites: readonly string[], retries: object | undefined): Promise<void> {
  const items = sites.flatMap((site) => {
    const [host, metadata] = [`helloworld-${site}`, { namespace: "calls", name: `helloworld-${site}` }];
    const connectionPool = { http: { maxRequestsPerConnection: 1 } };
    const http = [{ route: [{ destination: { host } }], ...(retries === undefined ? {} : { retries }) }];
    const apiVersion = "networking.istio.io/v1";
    return [
      { apiVersion, kind: "DestinationRule", metadata, spec: { host, trafficPolicy: { connectionPool } } },
      { apiVersion, kind: "VirtualService", metadata, spec: { hosts: [host], http } },
    ];
  });
  for (const site of sites) await applyAll(site, items);
}
