import { systemNamespace, type Problem } from "../../../../topology";
import type { PullSecret, StandingFacts } from "../facts";
import { kubectl } from "../kubectl";
import type { StandingRule } from "./rule";

/** The type that `kubectl` and registries write; the older `kubernetes.io/dockercfg` serves as well. */
const pullSecretType = "kubernetes.io/dockerconfigjson";

/**
 * Secrets by which Istio's images are pulled and that are not there, or by which nothing can be pulled: pods would wait for
 * them until the update gives up. A namespace that Isthmus would make comes too late for them, so it is the user's to make.
 */
export const pullSecrets: StandingRule = (facts) => {
  const missing = facts.pullSecrets.filter(({ state }) => state === "absent");
  const unfit = facts.pullSecrets.filter(({ state }) => state === "unfit");
  return {
    problems: [
      ...(facts.system === "absent" ? withNamespace(facts, missing) : missing.map((secret) => absent(facts, secret))),
      ...unfit.map((secret) => ofAnotherType(facts, secret)),
    ],
  };
};

function withNamespace(facts: StandingFacts, missing: readonly PullSecret[]): Problem[] {
  if (missing.length === 0) return [];
  const { site } = facts;
  const commands = [
    kubectl(site, "create", "namespace", systemNamespace),
    ...missing.map(({ name }) => creation(facts, name)),
  ];
  return [
    {
      path: site.path,
      expected: wanted(missing.map(({ name }) => name)),
      found: `no namespace ${systemNamespace} yet`,
      fix: `Make both first, and Isthmus takes the namespace as it is: ${commands.join(", then ")}, ${fileWords}.`,
    },
  ];
}

function absent(facts: StandingFacts, { name }: PullSecret): Problem {
  return {
    path: facts.site.path,
    expected: wanted([name]),
    found: "none of the name",
    fix: `Make it: ${creation(facts, name)}, ${fileWords}.`,
  };
}

function ofAnotherType(facts: StandingFacts, { name }: PullSecret): Problem {
  const remove = kubectl(facts.site, "--namespace", systemNamespace, "delete", "secret", name);
  return {
    path: facts.site.path,
    expected: wanted([name]),
    found: `one of another type than ${pullSecretType} or kubernetes.io/dockercfg`,
    fix: `A Secret keeps its type. Name another, or make it anew if nothing else needs it: ${remove}, then ${creation(facts, name)}, ${fileWords}.`,
  };
}

function wanted(names: readonly string[]): string {
  return `the Secret${names.length === 1 ? "" : "s"} ${names.join(", ")} in ${systemNamespace}, by which Istio's images are pulled`;
}

/** By a file and not by a password, which would stand in the shell's history. */
function creation({ site }: StandingFacts, name: string): string {
  const from = ["--type", pullSecretType, "--from-file=.dockerconfigjson=config.json"];
  return kubectl(site, "--namespace", systemNamespace, "create", "secret", "generic", name, ...from);
}

const fileWords = "where config.json is what `docker login` writes for the registry";
