import { isMeshNamespace, networkLabel, systemNamespace, type Labels, type Problem } from "../../../../topology";
import type { KubernetesObject } from "../../object";
import type { StandingFacts } from "../facts";
import { kubectl } from "../kubectl";
import { systemOwner, type StandingRule } from "./rule";

/** Field managers by which Pulumi's provider writes, and what people did once by hand, which comes back by nobody. */
const ownManagers = "pulumi";
const byHand = "kubectl";

/**
 * Labels and annotations that we set and another keeps. Server-side apply refuses to change what another manager holds to
 * another value, so that the adoption of a namespace would fail in the middle of an update; one that we have adopted is only
 * contested.
 */
export const foreignLabels: StandingRule = (facts) => {
  const { namespaces } = facts;
  const ofOthers = namespaces
    .filter(({ object }) => !isMeshNamespace(object.metadata.labels))
    .map(({ name, object, labels, annotations = {} }) => ({
      name,
      isNew: !isAdopted(object),
      contests: [...contested(object, "label", labels), ...contested(object, "annotation", annotations)],
    }));
  const found = [...ofSystem(facts), ...ofOthers].flatMap(({ name, isNew, contests }) =>
    contests.map((contest) => ({ fails: isNew && contest.differs, problem: problem(facts, name, contest) })),
  );
  return {
    problems: found.filter(({ fails }) => fails).map((one) => one.problem),
    warnings: found.filter(({ fails }) => !fails).map((one) => one.problem),
  };
};

/** A namespace in which others keep something of what we set. */
interface ContestedNamespace {
  readonly name: string;
  readonly isNew: boolean;
  readonly contests: readonly Contested[];
}

function ofSystem(facts: StandingFacts): ContestedNamespace[] {
  const { cluster, system, wantedOfSystem } = facts;
  const owner = systemOwner(facts);
  if (typeof system !== "object" || !["ours", "prepared"].includes(owner)) return [];
  const labels = { ...wantedOfSystem.labels, ...(cluster === undefined ? {} : { [networkLabel]: cluster.network }) };
  return [
    {
      name: systemNamespace,
      isNew: owner === "prepared",
      contests: [...contested(system, "label", labels), ...contested(system, "annotation", wantedOfSystem.annotations)],
    },
  ];
}

/** A label or an annotation with who keeps it, and the values. */
interface Contested {
  readonly noun: "label" | "annotation";
  readonly key: string;
  readonly managers: readonly [string, ...string[]];
  readonly present: string;
  readonly wanted: string;
  readonly differs: boolean;
}

function contested(object: KubernetesObject, noun: Contested["noun"], wanted: Labels): Contested[] {
  const { annotations, labels } = object.metadata;
  const all = noun === "label" ? labels : annotations;
  return Object.entries(wanted).flatMap(([key, value]): Contested[] => {
    const present = all?.[key];
    const [manager, ...others] = managersOf(object, noun, key).filter(
      (name) => !name.startsWith(ownManagers) && !(present === value && name.startsWith(byHand)),
    );
    if (manager === undefined || present === undefined) return [];
    return [{ noun, key, managers: [manager, ...others], present, wanted: value, differs: present !== value }];
  });
}

/** Whether Pulumi has written something of it. */
function isAdopted({ metadata: { managedFields = [] } }: KubernetesObject): boolean {
  return managedFields.some(({ manager }) => manager.startsWith(ownManagers));
}

function problem({ site }: StandingFacts, namespace: string, contest: Contested): Problem {
  const { differs, key, managers, noun, present, wanted } = contest;
  const [manager] = managers;
  const verb = noun === "label" ? "label" : "annotate";
  return {
    path: site.path,
    expected: `the ${noun} ${key} of the namespace ${namespace} to be this mesh's to set`,
    found: `${managers.join(", ")} keeps it, as ${JSON.stringify(present)}${differs ? `, and it is to be ${JSON.stringify(wanted)}` : ""}`,
    fix: manager.startsWith(byHand)
      ? `Give it up: ${kubectl(site, verb, "namespace", namespace, `${key}-`)}.`
      : `Take the ${noun} out of what ${manager} applies, or have the configuration set the same value: whoever comes last would undo the other, and an update may end with a conflict there.`,
  };
}

function managersOf(
  { metadata: { managedFields = [] } }: KubernetesObject,
  noun: Contested["noun"],
  key: string,
): string[] {
  const managers = managedFields
    .filter(({ fieldsV1 }) => at(at(at(fieldsV1, "f:metadata"), `f:${noun}s`), `f:${key}`) !== undefined)
    .map(({ manager }) => manager);
  return [...new Set(managers)];
}

function at(fields: unknown, key: string): unknown {
  return typeof fields === "object" && fields !== null ? (fields as Readonly<Record<string, unknown>>)[key] : undefined;
}
