import { isMeshNamespace, networkLabel, systemNamespace, type Labels, type Problem } from "../../../../topology";
import type { KubernetesObject } from "../../object";
import type { StandingFacts } from "../facts";
import { kubectl } from "../kubectl";
import { systemOwner, type StandingRule } from "./rule";

/** Field managers by which Pulumi's provider writes, and what people did once by hand, which comes back by nobody. */
const ownManagers = "pulumi";
const byHand = "kubectl";

/**
 * Labels that we set and another keeps. Server-side apply refuses to change what another manager holds to another value, so
 * that the adoption of a namespace would fail in the middle of an update; one that we have adopted is only contested.
 */
export const foreignLabels: StandingRule = (facts) => {
  const { cluster, namespaces, system } = facts;
  const isOurs = typeof system === "object" && systemOwner(facts) === "ours";
  const ofSystem = isOurs && cluster !== undefined ? contested(system, { [networkLabel]: cluster.network }) : [];
  const ofOthers = namespaces
    .filter(({ object }) => !isMeshNamespace(object.metadata.labels))
    .map(({ name, object, labels }) => ({ name, isNew: !isAdopted(object), labels: contested(object, labels) }));
  const found = ofOthers.flatMap(({ name, isNew, labels }) =>
    labels.map((label) => ({ fails: isNew && label.differs, problem: problem(facts, name, label) })),
  );
  return {
    problems: found.filter(({ fails }) => fails).map((one) => one.problem),
    warnings: [
      ...ofSystem.map((label) => problem(facts, systemNamespace, label)),
      ...found.filter(({ fails }) => !fails).map((one) => one.problem),
    ],
  };
};

/** A label with who keeps it, and the values. */
interface Contested {
  readonly label: string;
  readonly managers: readonly [string, ...string[]];
  readonly present: string;
  readonly wanted: string;
  readonly differs: boolean;
}

function contested(object: KubernetesObject, wanted: Labels): Contested[] {
  return Object.entries(wanted).flatMap(([label, value]): Contested[] => {
    const present = object.metadata.labels?.[label];
    const [manager, ...others] = managersOf(object, label).filter(
      (name) => !name.startsWith(ownManagers) && !(present === value && name.startsWith(byHand)),
    );
    if (manager === undefined || present === undefined) return [];
    return [{ label, managers: [manager, ...others], present, wanted: value, differs: present !== value }];
  });
}

/** Whether Pulumi has written something of it. */
function isAdopted({ metadata: { managedFields = [] } }: KubernetesObject): boolean {
  return managedFields.some(({ manager }) => manager.startsWith(ownManagers));
}

function problem({ site }: StandingFacts, namespace: string, contest: Contested): Problem {
  const { differs, label, managers, present, wanted } = contest;
  const [manager] = managers;
  return {
    path: site.path,
    expected: `the label ${label} of the namespace ${namespace} to be this mesh's to set`,
    found: `${managers.join(", ")} keeps it, as ${JSON.stringify(present)}${differs ? `, and it is to be ${JSON.stringify(wanted)}` : ""}`,
    fix: manager.startsWith(byHand)
      ? `Give it up: ${kubectl(site, "label", "namespace", namespace, `${label}-`)}.`
      : `Take the label out of what ${manager} applies, or have the configuration set the same value: whoever comes last would undo the other, and an update may end with a conflict there.`,
  };
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
