import { reachOf } from "../addresses";
import { apiServersIn } from "../api-servers";
import { texts, resourceRule } from "../rule";

/** Whoever holds a remote secret can reach the API server that it names, and so can everybody if its address is public. */
export const publicApiServers = resourceRule<{ readonly allowed: readonly string[] }>({
  name: "no-public-api-server",
  description: "No remote secret leads to an API server at a public IP address.",
  level: "mandatory",
  settings: {
    allowed: texts("Ranges (CIDR) of public addresses that are closed to the public by other means.", []),
  },
  check: (resource, { allowed }) =>
    apiServersIn(resource).flatMap(({ cluster, url }) => {
      const reach = url === undefined ? "unreadable" : reachOf(url, [], allowed);
      if (reach === "private" || reach === "host-name") return [];
      const found = reach === "public" ? `the public address ${hostOf(url)}` : "a kubeconfig that cannot be read";
      return [
        `${cluster}: expected an API server at a private address, found ${found}. ` +
          "Give its private address in the cluster's `apiServer.url`.",
      ];
    }),
});

/** A host name is asked for where the secret is used; whether it leads to a public address cannot be told here. */
export const namedApiServers = resourceRule<{ readonly privateDomains: readonly string[] }>({
  name: "no-named-api-server",
  description: "No remote secret leads to an API server by a host name that may have a public address.",
  level: "advisory",
  settings: {
    privateDomains: texts("Endings of host names that have no public address.", [
      ".internal",
      ".local",
      ".svc",
      ".lan",
      ".home.arpa",
    ]),
  },
  check: (resource, { privateDomains }) =>
    apiServersIn(resource).flatMap(({ cluster, url }) => {
      if (url === undefined || reachOf(url, privateDomains, []) !== "host-name") return [];
      return [
        `${cluster}: expected an API server at a private address, found the host name ${hostOf(url)}. ` +
          "Look what it resolves to, and add its ending to `privateDomains` if that is private.",
      ];
    }),
});

/** The host alone: a URL may hold credentials. */
function hostOf(url: string | undefined): string {
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname : "";
}
