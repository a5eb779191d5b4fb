import { below } from "../../../access";
import type { Sameness, SamenessPlan } from "../../../topology";
import type { FoundSettings } from "./settings";

/**
 * Which Services of one name are one, by `serviceSettings` of the mesh's configuration: of hosts that name all Services, those
 * of a namespace, or one. Others, by wildcards within a name, are passed over. Pure.
 */
export function samenessIn(settings: readonly FoundSettings[]): SamenessPlan {
  const hosts = settings.flatMap(({ clusterDomain = "cluster.local", meshConfig }) =>
    hostsIn(meshConfig["serviceSettings"]).map(({ host, sameness }) => ({
      sameness,
      name: nameOf(host, `.svc.${clusterDomain}`),
    })),
  );
  const all = hosts.findLast(({ name }) => name === "*");
  const exceptions = new Map(
    hosts.flatMap(({ name, sameness }) => (name === undefined || name === "*" ? [] : [[name, sameness]])),
  );
  return {
    plainServices: all?.sameness ?? "shared",
    exceptions: [...exceptions].map(([name, sameness]) => ({ name, sameness })),
  };
}

function hostsIn(serviceSettings: unknown): { readonly host: string; readonly sameness: Sameness }[] {
  if (!Array.isArray(serviceSettings)) return [];
  return serviceSettings.flatMap((one: unknown) => {
    const hosts = below(one, "hosts");
    const sameness = below(one, "settings", "clusterLocal") === true ? "cluster-local" : "shared";
    return Array.isArray(hosts) ? hosts.flatMap((host) => (typeof host === "string" ? [{ host, sameness }] : [])) : [];
  });
}

/** `*`, the namespace, or the Service and its namespace, `redis.shop`; undefined for what is none of these. */
function nameOf(host: string, suffix: string): string | undefined {
  if (!host.endsWith(suffix)) return undefined;
  const name = host.slice(0, -suffix.length);
  if (name === "*") return name;
  const [service = "", namespace = "", ...more] = name.split(".");
  if (more.length > 0 || namespace === "" || namespace.includes("*")) return undefined;
  if (service === "*") return namespace;
  return service.includes("*") ? undefined : name;
}
