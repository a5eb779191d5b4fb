import type { Findings } from "../findings";
import type { StandingFacts } from "./facts";
import { foreignLabels } from "./rules/labels";
import { globalServices } from "./rules/global-services";
import { otherIstio } from "./rules/other-istio";
import { machines } from "./rules/machines";
import { mutualTls } from "./rules/mutual-tls";
import { ownership } from "./rules/ownership";
import { policies } from "./rules/policies";
import { preparedNamespace } from "./rules/prepared";
import { proxies } from "./rules/proxies";
import { pullSecrets } from "./rules/pull-secrets";
import { releases } from "./rules/releases";
import { regions } from "./rules/regions";
import type { StandingRule } from "./rules/rule";
import { systemNamespaceRule, terminatingNamespaces } from "./rules/namespaces";

/** In the order in which they are said. */
const rules: readonly StandingRule[] = [
  systemNamespaceRule,
  terminatingNamespaces,
  otherIstio,
  ownership,
  releases,
  foreignLabels,
  preparedNamespace,
  pullSecrets,
  mutualTls,
  proxies,
  globalServices,
  regions,
  machines,
  policies,
];

/**
 * What keeps the mesh from being installed beside what is in a cluster already (problems), and what will be in its way later
 * (warnings). What is not known gives neither. Pure.
 */
export function judgeStanding(facts: StandingFacts): Findings {
  const found = rules.map((rule) => rule(facts));
  return {
    problems: found.flatMap(({ problems = [] }) => problems),
    warnings: found.flatMap(({ warnings = [] }) => warnings),
  };
}
