import type { ClusterRule, ClusterView, Finding } from "../comparison";
import { differing } from "../differing";
import type { Change, Risk } from "../model";
import { at, type Properties } from "../properties";
import type { Step } from "../read-preview";
import { hostsIn, orderIn, sharesIn } from "./global-order";
import { notUnderstood } from "./not-understood";

type FoundRisk = Omit<Risk, "clusters">;

/** A kind of object of a global name: what finds servers, who is called, and how requests are sent again. */
const kinds = ["entry", "elsewhere", "rule", "route"] as const;

/** An object of a global name that changes. */
interface NamedStep {
  readonly host: string;
  readonly kind: (typeof kinds)[number] | undefined;
  readonly step: Step;
}

/** Services that have one name everywhere. Their objects stand where an istiod's configuration does. */
export const globalServices: ClusterRule = (view) => {
  const steps = view.steps.filter(({ op, subject }) => subject.component === "global service" && op !== "same");
  const named = steps.flatMap((step) => namedStep(step) ?? []);
  const hosts = [...new Set(named.map(({ host }) => host))];
  return hosts.flatMap((host) =>
    ofName(
      view,
      host,
      named.filter((one) => one.host === host),
    ),
  );
};

/** What gateways let in follows from the names, which are told by themselves. */
export const globalGateway: ClusterRule = (view) => {
  const step = view.step("cross-network gateway", "for global services");
  if (step === undefined || !["create", "update", "delete"].includes(step.op)) return [];
  const toldPaths = /^spec\.servers\[0\]\.hosts\b/;
  if (step.op === "update" && !differing(step).every(({ path }) => toldPaths.test(path))) return [];
  return [{ explains: [step] }];
};

function namedStep(step: Step): NamedStep | undefined {
  // `shop.mesh.internal entry in west`; of the component there is the service's own name alone.
  const [host, part] = (step.subject.part ?? "").split(" ");
  if (host === undefined || part === undefined) return undefined;
  return { host, step, kind: kinds.find((kind) => part === kind) };
}

function ofName(view: ClusterView, host: string, named: readonly NamedStep[]): readonly Finding[] {
  const ops = new Set(named.map(({ step }) => step.op));
  const explains = named.map(({ step }) => step);
  const finds = named.filter(({ kind }) => kind === "entry" || kind === "elsewhere");
  const change = (words: string): Change => ({ id: "global-service", words: `${host} ${words}` });
  if (named.some(({ kind, step }) => kind === undefined || !["create", "update", "delete"].includes(step.op)))
    return [];
  if (ops.size === 1 && ops.has("create") && named.some(({ kind }) => kind === "rule"))
    return [{ change: change(`is made known: ${calledIn(view, named, "after")}`), explains }];
  if (ops.size === 1 && ops.has("delete") && named.some(({ kind }) => kind === "rule")) {
    const isElsewhere = isTold(view, host);
    return [
      {
        change: change(isElsewhere ? "is told of in another cluster" : "is taken away"),
        ...(isElsewhere ? {} : { risk: removed(host) }),
        explains,
      },
    ];
  }
  const shared = sharesChange(view, host, named);
  const untold = named.filter(({ step }) => shared?.explains.includes(step) !== true);
  const removedServers = finds.filter(({ step }) => step.op === "delete");
  const addedServers = finds.filter(({ step }) => step.op === "create");
  return [
    ...(shared === undefined ? [] : [shared]),
    ...(addedServers.length === 0
      ? []
      : [{ change: change("is served from more clusters"), explains: addedServers.map(({ step }) => step) }]),
    ...(removedServers.length === 0
      ? []
      : [
          {
            change: change("is served from fewer clusters"),
            risk: fewerServers(host),
            explains: removedServers.map(({ step }) => step),
          },
        ]),
    ...untold.filter(({ step }) => step.op === "update").map((one) => updated(one)),
    ...untold
      .filter(({ kind, step }) => (kind === "rule" || kind === "route") && step.op !== "update")
      .map(({ step }) => ({ change: change("sends requests again otherwise"), explains: [step] })),
  ];
}

function ruleOf(named: readonly NamedStep[]): Step | undefined {
  return named.find(({ kind }) => kind === "rule")?.step;
}

function otherOrder(words: string): FoundRisk {
  return {
    id: "global-order-changes",
    severity: "medium",
    traffic: "not-interrupted",
    words: `${words}: calls go there within seconds.`,
    advice: "See first that there are pods enough where they will go.",
  };
}

/** Other shares, or shares that come or go, by the route and by the rule as far as it says who is called without them. */
function sharesChange(
  view: ClusterView,
  host: string,
  named: readonly NamedStep[],
): (Finding & { readonly explains: readonly Step[] }) | undefined {
  const route = named.find(({ kind }) => kind === "route")?.step;
  if (route === undefined) return undefined;
  const [was, is] = [sharesIn(view, route.before), sharesIn(view, route.after)];
  if (was === is) return undefined;
  const isOnly = (step: Step, pattern: RegExp): boolean => differing(step).every(({ path }) => pattern.test(path));
  if (route.op === "update" && !isOnly(route, /^spec\.(http\[0\]\.(route|retries)|tcp)\b/)) return undefined;
  const rule = ruleOf(named);
  const isTogether = rule?.op === "update" && isOnly(rule, /loadBalancer|outlierDetection|connectionPool/);
  const words = `${host} moves from ${calledIn(view, named, "before")} to ${calledIn(view, named, "after")}`;
  const news = hostsIn(route.after).filter((one) =>
    view.steps.some(({ op, subject }) => op === "create" && subject.part === `${one} rule`),
  );
  const risk = news.length === 0 ? otherOrder(words) : callsToNewNames(words, news);
  return { change: { id: "global-service", words }, risk, explains: isTogether ? [route, rule] : [route] };
}

/** Clusters are told one after the other: a caller may know a name before a gateway lets it in. */
function callsToNewNames(words: string, hosts: readonly string[]): FoundRisk {
  return {
    ...otherOrder(words),
    traffic: "not-known",
    words: `${words}, by names that are made known only now (${hosts.join(", ")}): until every gateway lets them in, calls may fail.`,
    advice: "Make the names in `preferring` known by one update, and change `weights` by the next.",
  };
}

/** Who is called, in words: by the route where calls are shared out, else by the rule. */
function calledIn(view: ClusterView, named: readonly NamedStep[], side: "before" | "after"): string {
  const route = named.find(({ kind }) => kind === "route")?.step[side];
  const rule = ruleOf(named);
  // Beside shares a rule is as by default, and a rule that no step tells of is the same before and after them.
  return sharesIn(view, route) ?? (rule === undefined ? "the caller's cluster first" : orderIn(rule[side]));
}

/** Whether a name is known in the mesh by another cluster's objects, as where an istiod's configuration moves. */
function isTold({ mesh, name }: ClusterView, host: string): boolean {
  const { controlPlanes, globalServices: plan } = mesh.plan;
  if (controlPlanes.some(({ configCluster }) => configCluster === name)) return false;
  return plan.services.some(({ names }) => names.some((one) => one.host === host));
}

function removed(host: string): FoundRisk {
  return {
    id: "global-name-removed",
    severity: "high",
    traffic: "interrupted",
    words: `${host} is taken away: whoever calls it finds nobody by that name.`,
    advice: "See first that nobody calls it any more (Istio's metrics: destination_service).",
  };
}

function fewerServers(host: string): FoundRisk {
  return {
    id: "global-servers-removed",
    severity: "medium",
    traffic: "not-known",
    words: `${host} is served from fewer clusters: calls go to those that are left, if they can take them.`,
    advice: "See first that the others have pods enough.",
  };
}

/** What differs in an object of a name, and what follows from it. */
function updated({ host, kind, step }: NamedStep): Finding {
  const paths = differing(step).map(({ path }) => path);
  const all = (pattern: RegExp): boolean => paths.length > 0 && paths.every((path) => pattern.test(path));
  const change = (words: string): Change => ({ id: "global-service", words: `${host} ${words}` });
  const explains = [step];
  if (
    kind === "rule" &&
    paths.some((path) => path.includes("localityLbSetting")) &&
    all(/loadBalancer|outlierDetection|connectionPool/)
  ) {
    const words = `moves from ${orderIn(step.before)} to ${orderIn(step.after)}`;
    return { change: change(words), risk: otherOrder(`${host} ${words}`), explains };
  }
  if (kind === "rule" && all(/outlierDetection|connectionPool/))
    return { change: change("fails over otherwise"), explains };
  if (kind === "route" && all(/\.retries\b/)) return { change: change("sends requests again otherwise"), explains };
  if (kind === "rule" && all(/subjectAltNames/) && isMore(step, "spec", "trafficPolicy", "tls", "subjectAltNames"))
    return { change: change("is served by more identities"), explains };
  if (kind === "elsewhere" && all(/^spec\.endpoints\b/) && isMore(step, "spec", "endpoints"))
    return { change: change("is served from more networks"), explains };
  if (kind === "elsewhere" && all(/^spec\.endpoints\b/))
    return { change: change("is served from other networks"), risk: fewerServers(host), explains };
  if (all(/^spec\.ports\b/) && isMore(step, "spec", "ports"))
    return { change: change("is called at more ports"), explains };
  if (all(/^spec\.exportTo\b/)) return visibility({ host, step });
  const words = `${host} changes (${paths.slice(0, 3).join(", ")}${paths.length > 3 ? " and more" : ""})`;
  return { change: { id: "global-service", words }, risk: notUnderstood(words, step), explains };
}

/** Which namespaces know a name. Without a list all do. */
function visibility({ host, step }: Pick<NamedStep, "host" | "step">): Finding {
  const path = ["spec", "exportTo"];
  const isWider = textsAt(step.after, path).length === 0 || isMore(step, ...path);
  const words = `${host} is known in ${isWider ? "more" : "other"} namespaces`;
  const risk: FoundRisk = {
    id: "global-name-hidden",
    severity: "high",
    traffic: "interrupted",
    words: `${host} is known in fewer namespaces or others: whoever calls it from one that is left out finds nobody by that name.`,
    advice: "See first that nobody calls it from there any more (Istio's metrics: destination_service).",
  };
  return { change: { id: "global-service", words }, ...(isWider ? {} : { risk }), explains: [step] };
}

/** Whether a list has all that it had, and more. */
function isMore({ after, before }: Step, ...path: string[]): boolean {
  const [was, is] = [textsAt(before, path), textsAt(after, path)];
  return was.length > 0 && was.every((item) => is.includes(item));
}

function textsAt(properties: Properties | undefined, path: readonly string[]): string[] {
  const found = at(properties, ...path);
  return Array.isArray(found) ? found.map((item) => JSON.stringify(item)) : [];
}
