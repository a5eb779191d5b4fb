import { dnsCaptureName, isOwned, sidecarName, type Problem } from "../../../../topology";
import type { Policy, StandingFacts } from "../facts";
import { kubectl } from "../kubectl";
import type { StandingRule } from "./rule";

/** A kind of object that says something to the proxies of a namespace, and of which only one for all workloads may count. */
interface ProxyKind {
  readonly kind: string;
  /** Its full name in a command. */
  readonly collection: string;
  /** Setting of a namespace that has the mesh make one. */
  readonly setting: string;
  readonly ownName: string;
  readonly isForAll: (spec: Policy["spec"]) => boolean;
}

/** Of several Sidecars for all workloads it is not defined which counts (istio.io, Sidecar). */
const sidecar: ProxyKind = {
  kind: "sidecar",
  collection: "sidecars.networking.istio.io",
  setting: "calls",
  ownName: sidecarName,
  isForAll: ({ workloadSelector }) => {
    const { labels } = (workloadSelector ?? {}) as { readonly labels?: object };
    return labels === undefined || Object.keys(labels).length === 0;
  },
};

/** Of several ProxyConfigs without a selector the oldest counts alone, whatever it says (istio, pilot/pkg/model/proxy_config.go). */
const proxyConfig: ProxyKind = {
  kind: "proxyconfig",
  collection: "proxyconfigs.networking.istio.io",
  setting: "dnsCapture",
  ownName: dnsCaptureName,
  isForAll: ({ selector }) => selector === undefined,
};

/**
 * Sidecars and ProxyConfigs of others where the mesh has its own. One of the same name is not overwritten, and of several for
 * all workloads the mesh's may not count. One for some of them counts for those, as whoever wrote it meant it.
 */
export const proxies: StandingRule = ({
  namespaceProxyConfigs,
  namespaceSidecars,
  site,
  wantedDnsCaptures,
  wantedSidecarScopes,
}) => ({
  problems: [
    ...inTheWay(site, sidecar, wantedSidecarScopes, namespaceSidecars),
    ...inTheWay(site, proxyConfig, wantedDnsCaptures, namespaceProxyConfigs),
  ],
});

function inTheWay(
  site: StandingFacts["site"],
  { collection, isForAll, kind, ownName, setting }: ProxyKind,
  wanted: readonly { readonly namespace: string }[],
  found: readonly Policy[],
): Problem[] {
  return wanted.flatMap(({ namespace }) =>
    found
      .filter((object) => object.namespace === namespace && !isOwned(object.labels))
      .filter(({ name, spec }) => name === ownName || isForAll(spec))
      .map(({ name }): Problem => ({
        path: site.path,
        expected: `no ${kind}/${name} in ${namespace} but the mesh's own, which says what \`${setting}\` of the namespace does`,
        found: "one that Isthmus did not make",
        fix: `Take \`${setting}\` out of the namespace ${namespace} to keep it; to let the mesh have its own, remove this one: ${kubectl(site, "--namespace", namespace, "delete", collection, name)}.`,
      })),
  );
}
