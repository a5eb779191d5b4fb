import { listed } from "../../../topology";
import type { ClusterRule, Finding } from "../comparison";
import type { Risk } from "../model";
import { at, isTree, type Properties } from "../properties";

/** Which Services of one name are one in all clusters. Where several clusters' istiods are told, each is about its callers. */
export const sameness: ClusterRule = (view) => {
  const step = view.step("istiod");
  if (step?.op !== "update") return [];
  // A cluster that another one's istiod serves has none; of values that are not known yet nothing can be told.
  if (![step.before, step.after].every((one) => isTree(at(one, "values", "meshConfig")))) return [];
  const [before, after] = [step.before, step.after].map(settingsIn);
  if (before === undefined || after === undefined) return [];
  const hosts = [...new Set([...before.keys(), ...after.keys()])].sort();
  const become = (now: boolean): string[] => {
    const others = [...after].filter(([, local]) => local !== now).map(([host]) => inWords(host));
    return hosts
      .filter((host) => isLocal(after, host) === now && isLocal(before, host) !== now)
      .map(inWords)
      .map((words) => (words === allServices && others.length > 0 ? `${words} but for ${listed(others)}` : words));
  };
  const found = (names: readonly string[], way: keyof typeof ways): Finding[] =>
    names.length === 0
      ? []
      : [
          {
            change: { id: "sameness", words: `${listed(names)}: ${ways[way]}` },
            risk: { ...risks[way], words: `${listed(names)}: ${risks[way].words}` },
            explains: [],
          },
        ];
  const findings = [...found(become(true), "local"), ...found(become(false), "shared")];
  const isSame = JSON.stringify([...before]) === JSON.stringify([...after]);
  if (findings.length > 0 || isSame) return findings;
  return [
    {
      change: { id: "sameness", words: "which Services cross clusters is said otherwise, to the same end" },
      explains: [],
    },
  ];
};

const ways = {
  local: "answered in the caller's own cluster alone from now on",
  shared: "one service in all clusters from now on",
} as const;

const risks: Readonly<Record<keyof typeof ways, Omit<Risk, "clusters">>> = {
  local: {
    id: "services-become-cluster-local",
    severity: "high",
    traffic: "interrupted",
    words:
      "calls that cross clusters today are answered in the caller's own cluster alone from now on, and by nobody where that has no pod.",
    advice:
      "See first who calls them across clusters (Istio's metrics: source_cluster other than destination_cluster); give those a global name, or list them in `sameness.shared`.",
  },
  shared: {
    id: "services-become-shared",
    severity: "medium",
    traffic: "not-known",
    words: "calls go to the pods of all clusters from now on, whatever runs there under the same name and namespace.",
    advice: "See first that Services of one name are the same thing everywhere (`isthmus verify`, services-alike).",
  },
};

const allServices = "plain Services";

/** Whether the Services of each host are cluster-local, as an istiod is told. */
type Settings = ReadonlyMap<string, boolean>;

/** @returns Undefined where the list is none that we wrote. */
function settingsIn(properties: Properties | undefined): Settings | undefined {
  const list = at(properties, "values", "meshConfig", "serviceSettings") ?? [];
  if (!Array.isArray(list)) return undefined;
  const settings = new Map<string, boolean>();
  for (const entry of list as unknown[]) {
    const hosts = isTree(entry) ? entry["hosts"] : undefined;
    if (!isTree(entry) || !Array.isArray(hosts)) return undefined;
    for (const host of hosts as unknown[]) settings.set(String(host), at(entry, "settings", "clusterLocal") === true);
  }
  return settings;
}

/** Of several hosts that fit the most specific one counts. */
function isLocal(settings: Settings, host: string): boolean {
  const own = settings.get(host);
  if (own !== undefined) return own;
  const labels = host.replace(/^\*\./, "").split(".");
  const wider = labels.map((_, index) => `*.${labels.slice(index).join(".")}`);
  const [nearest] = wider.filter((one) => one !== host && settings.has(one));
  return nearest !== undefined && settings.get(nearest) === true;
}

/** A host as the configuration names it. */
function inWords(host: string): string {
  const [, name, isWhole] = /^(?:\*\.)?(.*?)\.?(svc)\..*$/.exec(host) ?? [];
  if (isWhole === undefined) return host;
  if (name === "") return allServices;
  return host.startsWith("*.") ? `Services of ${name ?? ""}` : (name ?? host);
}
