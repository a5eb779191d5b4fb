import { readVersion } from "../../../topology";
import { type ClusterRule, type ClusterView, type Finding } from "../comparison";
import { differing } from "../differing";
import type { Difference } from "../model";
import { at, notKnown, textAt } from "../properties";
import type { Step } from "../read-preview";
import { counted } from "../words";
import { notUnderstood } from "./not-understood";
import { understood } from "./values";
import { because } from "./verb";

/** Where a chart comes from, beside its version. */
const source = /^(chart$|repositoryOpts)/;

/** The Helm releases of a cluster, by what the field calls them. */
const releases = ["istio-base", "istiod", "east-west gateway"] as const;

/** What changes in the releases of a cluster that stands. */
export const releasesChange: ClusterRule = (view) =>
  releases.flatMap((release) => {
    const step = view.step(release);
    if (!step?.type.endsWith(":Release")) return [];
    if (step.op === "replace") return [replaced(release, step)];
    // With its Service the gateway itself goes, which another rule tells.
    const isWithService = release === "east-west gateway" && view.step(release, "Service")?.op === "delete";
    if (step.op === "delete" && !isWithService) return [removed(release, step)];
    return step.op === "update" ? updated(view, release, step) : [];
  });

/** The version of Istio in a cluster: that of the images, which a chart's own need not be. */
export const istioVersion: ClusterRule = (view) => {
  const step = view.step("istiod");
  if (step?.op !== "update") return [];
  const former = textAt(step.before, "values", "global", "tag");
  const fresh = tagOf(step.after, view);
  const hubs = [textAt(step.before, "values", "global", "hub"), textAt(step.after, "values", "global", "hub")];
  const findings: Finding[] = [];
  if (former !== undefined && fresh !== undefined && former !== fresh) {
    const what = view.cluster?.role === "remote" ? "the webhook for istiod" : "istiod";
    findings.push({
      change: { id: "istio", words: `${what} ${former} to ${fresh}` },
      ...riskOf(former, fresh),
      explains: [],
    });
  }
  if (hubs[0] !== undefined && hubs[1] !== undefined && hubs[0] !== hubs[1]) {
    findings.push({ change: { id: "istio", words: `images from ${hubs[1]} instead of ${hubs[0]}` }, explains: [] });
  }
  return findings;
};

/** The version that is asked for: where the values are not known yet, what the mesh's configuration says. */
function tagOf(properties: Step["after"], { mesh }: ClusterView): string | undefined {
  if (at(properties, "values") === undefined) return mesh.plan.istio.tag;
  return textAt(properties, "values", "global", "tag");
}

function riskOf(former: string, fresh: string): Pick<Finding, "risk"> {
  const [was, is] = [readVersion(former), readVersion(fresh)];
  if (was === undefined || is === undefined) return {};
  const minors = is[0] === was[0] ? is[1] - was[1] : 0;
  const goesBack = is[0] < was[0] || (is[0] === was[0] && (minors < 0 || (minors === 0 && is[2] < was[2])));
  if (goesBack) {
    return {
      risk: {
        id: "istio-goes-back",
        severity: "medium",
        traffic: "not-interrupted",
        words: `goes back from Istio ${former} to ${fresh}: what the newer one wrote, the older need not understand.`,
        advice: "Read the release notes of both.",
      },
    };
  }
  if (minors <= 1) return {};
  return {
    risk: {
      id: "istio-skips-versions",
      severity: "medium",
      traffic: "not-interrupted",
      words: `goes from Istio ${former} to ${fresh} over ${counted(minors - 1, "minor version", "minor versions")}: Istio is tested from one to the next.`,
      advice: "Upgrade one minor version after the other.",
    },
  };
}

function replaced(release: string, step: Step): Finding {
  return {
    change: { id: "charts", words: `${release} is uninstalled and installed anew` },
    risk: {
      id: "istio-replaced",
      severity: "high",
      traffic: release === "east-west gateway" ? "interrupted" : "not-known",
      words: `${release} is uninstalled and installed anew${because(step)}: ${lostBy(release)}`,
      advice: "See whether the change can do without it.",
    },
    explains: [step],
  };
}

function removed(release: string, step: Step): Finding {
  return {
    change: { id: "charts", words: `${release} is uninstalled` },
    risk: {
      id: "istio-removed",
      severity: "high",
      traffic: "interrupted",
      words: `${release} is uninstalled from a cluster that stays in the mesh: ${release === "east-west gateway" ? "other networks call nothing in it any more." : "its workloads get no configuration and no certificates any more, and calls fail once those that they have end."}`,
      advice: "Do not merge it; find out what makes it change.",
    },
    explains: [step],
  };
}

function lostBy(release: string): string {
  if (release === "east-west gateway") return "calls from other networks fail until its pods are back.";
  if (release === "istiod") {
    return "until it is back, no pod gets a sidecar, no proxy new configuration, and calls to pods that move meanwhile fail.";
  }
  return "the permissions by which others read the cluster are gone for the time being.";
}

function updated(view: ClusterView, release: string, step: Step): Finding[] {
  const found = differing(step);
  const findings: Finding[] = [{ explains: [step] }];
  const tags = [textAt(step.before, "values", "global", "tag"), tagOf(step.after, view)];
  const versions = [textAt(step.before, "version"), textAt(step.after, "version")];
  const isTold = release === "istiod" && tags[0] !== tags[1];
  // Of a chart whose values are not known yet, the version is not either.
  if (!isTold && versions[0] && versions[1] && versions[0] !== versions[1]) {
    findings.push({
      change: { id: "charts", words: `chart of ${release} ${versions[0]} to ${versions[1]}` },
      ...riskOf(versions[0], versions[1]),
      explains: [],
    });
  }
  const sources = found.filter(({ path }) => source.test(path));
  if (sources.length > 0) {
    const words = sourceWords(release, step);
    findings.push({ change: { id: "charts", words }, risk: notUnderstood(words, step), explains: [] });
  }
  findings.push(...addressOfIstiod(release, found, view, step), ...gatewaysOfOthers(release, found, view, step));
  findings.push(...ofValues(release, found, view, step));
  const others = found.filter(
    ({ path }) => !path.startsWith("values.") && !source.test(path) && path !== "version" && path !== "values",
  );
  if (others.length > 0) {
    const words = `settings of the release ${release}: ${pathList(others)}`;
    const isHarmless = others.every(
      // The provider writes since 4.33 that Helm takes nothing over, as it never did.
      ({ path }) => howHelmWorks.test(path) || (path === "takeOwnership" && step.after?.["takeOwnership"] === false),
    );
    findings.push({
      change: { id: "other", words },
      ...(isHarmless ? {} : { risk: notUnderstood(words, step) }),
      explains: [],
    });
  }
  if (found.length > 0) return findings;
  // The state had no difference to show and the provider saw one, after an installation that failed for one.
  const paths = step.paths.length === 0 ? "" : ` (${step.paths.join(", ")})`;
  const words = `${release} is installed anew in place${paths}`;
  return [
    {
      change: { id: "values", words },
      ...(step.paths.every((path) => ofLastInstallation.test(path)) ? {} : { risk: notUnderstood(words, step) }),
      explains: [step],
    },
  ];
}

/** How Helm goes about an installation, and not what it installs. */
const howHelmWorks =
  /^(timeout|atomic|cleanupOnFail|maxHistory|skipAwait|waitForJobs|description|lint|verify|keyring|dependencyUpdate)$/;

/** What the state keeps of the last installation. */
const ofLastInstallation = /^(status|checksum|resourceNames|manifest)\b/;

/** Values by name, and whether it is known what follows from them. */
function ofValues(release: string, found: readonly Difference[], view: ClusterView, step: Step): Finding[] {
  const kinds = Map.groupBy(
    found.filter(({ path }) => /^values\b/.test(path)),
    (one) => understood(one, view),
  );
  const harmless = kinds.get("harmless") ?? [];
  const unclear = kinds.get("not understood") ?? [];
  const all = [...harmless, ...unclear].sort((left, right) => (left.path < right.path ? -1 : 1));
  const named = all.filter(({ path }) => path !== "values");
  const isHidden = named.length < all.length;
  if (isHidden) {
    const words = `values of ${release} that are not known before the update`;
    return [{ change: { id: "values", words }, risk: notUnderstood(`${words} change`, step), explains: [] }];
  }
  if (named.length === 0) return [];
  const words = `values of ${release}: ${pathList(named)}`;
  if (unclear.length === 0) return [{ change: { id: "values", words }, explains: [] }];
  return [
    {
      change: { id: "values", words },
      risk: notUnderstood(`values of ${release} change: ${pathList(unclear)}`, step),
      explains: [],
    },
  ];
}

function sourceWords(release: string, { before, after }: Step): string {
  const from = (properties: Step["before"]): string => {
    const repository = textAt(properties, "repositoryOpts", "repo");
    const chart = textAt(properties, "chart") ?? notKnown;
    return repository === undefined || repository === "" ? chart : `${chart} of ${repository}`;
  };
  return `chart of ${release} from ${from(after)} instead of ${from(before)}`;
}

function addressOfIstiod(release: string, found: readonly Difference[], view: ClusterView, step: Step): Finding[] {
  const address = found.find(({ path }) => path === "values.global.remotePilotAddress");
  if (release !== "istiod" || typeof address?.after !== "string") return [];
  const former = typeof address.before === "string" ? `, and no longer at ${address.before}` : "";
  const where = address.after === notKnown ? "an address that is not known yet" : address.after;
  const words = `reaches its istiod at ${where}${former}`;
  const change = { id: "exposed-istiod", words } as const;
  if (view.told.has("control-plane")) return [{ change, explains: [] }];
  return [
    {
      change,
      risk: {
        id: "istiod-address-changes",
        severity: "medium",
        traffic: step.op === "update" ? "not-known" : "not-interrupted",
        words: `${words}: proxies there get no configuration and no certificates where it does not answer at once.`,
        advice: "Make sure that it is reached there, and run `isthmus verify` after the update.",
      },
      explains: [],
    },
  ];
}

function gatewaysOfOthers(release: string, found: readonly Difference[], view: ClusterView, step: Step): Finding[] {
  if (release !== "istiod" || !found.some(({ path }) => path.startsWith("values.global.meshNetworks"))) return [];
  const words = "its istiod is told other addresses of gateways";
  const { joining, leaving, preview } = view.mesh;
  const isTold =
    joining.length + leaving.length > 0 ||
    preview.steps.some(({ op, subject }) => op !== "same" && subject.component === "east-west gateway");
  const risk = isTold ? {} : { risk: notUnderstood(words, step) };
  return [{ change: { id: "gateway", words }, ...risk, explains: [] }];
}

/** Paths of values, the first few by name. */
function pathList(found: readonly Difference[]): string {
  const shown = 3;
  const names = found.map(({ path }) => path.replace(/^values\./, ""));
  return names.length <= shown + 1
    ? names.join(", ")
    : `${names.slice(0, shown).join(", ")} and ${String(names.length - shown)} more`;
}
