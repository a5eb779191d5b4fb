import { isMeshNamespace, networkLabel, systemNamespace, type Problem } from "../../../../topology";
import type { KubernetesObject } from "../../object";
import type { StandingFacts } from "../facts";
import { kubectl } from "../kubectl";
import type { Labels } from "../selector";
import { systemOwner, type StandingRule } from "./rule";

/** Field managers by which Pulumi's provider writes, and what people did once by hand, which comes back by nobody. */
const ownManagers = "pulumi";
const byHand = "kubectl";

/**
 * Labels that we set and another keeps. Server-side apply refuses to change what another manager holds to another value,
 * and a controller puts back what it holds.
 */
export const foreignLabels: StandingRule = (facts) => {
  const { cluster, namespaces, system } = facts;
  const wanted: Labels = cluster === undefined ? {} : { [networkLabel]: cluster.network };
  return {
    warnings: [
      ...(typeof system === "object" && systemOwner(facts) === "ours"
        ? contested(facts, systemNamespace, system, wanted)
        : []),
      ...namespaces.flatMap(({ name, object, labels }) =>
        isMeshNamespace(object.metadata.labels) ? [] : contested(facts, name, object, labels),
      ),
    ],
  };
};

function contested(facts: StandingFacts, namespace: string, object: KubernetesObject, wanted: Labels): Problem[] {
  return Object.entries(wanted).flatMap(([label, value]): Problem[] => {
    const present = object.metadata.labels?.[label];
    const managers = managersOf(object, label).filter(
      (manager) => !manager.startsWith(ownManagers) && !(present === value && manager.startsWith(byHand)),
    );
    const [manager] = managers;
    if (manager === undefined || present === undefined) return [];
    return [
      {
        path: facts.site.path,
        expected: `the label ${label} of the namespace ${namespace} to be this mesh's to set`,
        found: `${managers.join(", ")} keeps it, as ${JSON.stringify(present)}${present === value ? "" : `, and it is to be ${JSON.stringify(value)}`}`,
        fix: manager.startsWith(byHand)
          ? `Give it up: ${kubectl(facts.site, "label", "namespace", namespace, `${label}-`)}.`
          : `Take the label out of what ${manager} applies, or have the configuration set the same value: whoever comes last would undo the other, and an update may end with a conflict there.`,
      },
    ];
  });
}

function managersOf({ metadata: { managedFields = [] } }: KubernetesObject, label: string): string[] {
  const managers = managedFields
    .filter(({ fieldsV1 }) => at(at(at(fieldsV1, "f:metadata"), "f:labels"), `f:${label}`) !== undefined)
    .map(({ manager }) => manager);
  return [...new Set(managers)];
}

function at(fields: unknown, key: string): unknown {
  return typeof fields === "object" && fields !== null ? (fields as Readonly<Record<string, unknown>>)[key] : undefined;
}
