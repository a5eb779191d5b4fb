import { describeFound } from "../found";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import { entriesOf } from "./draft";
import { servicesOf, type GlobalServiceDraft } from "./global-drafts";
import type { MeshDraft } from "./rule";
import { called } from "./words";

const place = (service: string, ...keys: string[]): string =>
  configurationPath("globalServices", "services", service, ...keys);

/** All calls, in percent. */
const wholePercent = 100;

/** A cluster that was forgotten, or a slip of the pen, would change every share. */
export function globalWeightsWhole(mesh: MeshDraft): readonly Problem[] {
  return weightedIn(mesh).flatMap(([service, { weights }]): Problem[] => {
    const percentages = entriesOf(weights).map(([, percent]) => percent);
    const sum = percentages.reduce((all, percent) => all + percent, 0);
    if (sum === wholePercent) return [];
    return [
      {
        path: place(service, "weights"),
        expected: "percentages of all calls, 100 together",
        found: percentages.length === 0 ? describeFound(weights) : `${percentages.join(" + ")} = ${sum}`,
        fix: `${sum < wholePercent ? `Add ${wholePercent - sum} to one of them` : `Take ${sum - wholePercent} from one of them`}: a cluster that is to get no calls for now has 0.`,
      },
    ];
  });
}

/** A share goes to a name that fails over: to a cluster itself Istio would send it also when that has gone. */
export function globalWeightsNamed(mesh: MeshDraft): readonly Problem[] {
  return weightedIn(mesh).flatMap(([service, { preferring, weights }]) => {
    const named = new Set(entriesOf(preferring).map(([, cluster]) => cluster));
    return entriesOf(weights)
      .filter(([cluster]) => !named.has(cluster))
      .map(([cluster]) => ({
        path: place(service, "weights", cluster),
        expected: `a name in \`preferring\` for which ${called(cluster)} comes first, to take the share`,
        found: "none",
        fix: `Add one, for example \`preferring: { ${called(service)}-near-${called(cluster)}.mesh.internal: ${called(cluster)} }\`.`,
      }));
  });
}

/** Either the shares say who is called, or an order does. */
export function globalWeightsAlone(mesh: MeshDraft): readonly Problem[] {
  return weightedIn(mesh).flatMap(([service, { first, order }]): Problem[] => {
    const others = [
      ...(first === undefined ? [] : [{ key: "first", value: first }]),
      ...(order === undefined || order === "local-first" ? [] : [{ key: "order", value: order }]),
    ];
    return others.map(({ key, value }) => ({
      path: place(service, key),
      expected: "nothing beside `weights`, which say who is called",
      found: describeFound(value),
      fix: "Remove one of the two.",
    }));
  });
}

function weightedIn(mesh: MeshDraft): [service: string, GlobalServiceDraft][] {
  return servicesOf(mesh).filter(([, { weights }]) => weights !== undefined);
}
