import { intermediateCaSecret, isOfRelease, systemNamespace, type Problem } from "../../../../topology";
import type { NamespaceObject, StandingFacts } from "../facts";
import { kubectl } from "../kubectl";
import { meshObjects } from "../mesh-objects";
import { systemOwner, type StandingRule } from "./rule";

/** Labels by which a namespace has or has no injection: with one, the label of a gateway's pods counts no more. */
const injectionLabels = ["istio-injection", "istio.io/rev"] as const;

/**
 * What keeps a system namespace that somebody has prepared from being taken as it is: objects that the mesh itself makes
 * there, which neither Helm nor Pulumi would take over, and a label by which no gateway is injected.
 */
export const preparedNamespace: StandingRule = (facts) => ({
  problems: systemOwner(facts) === "prepared" ? taken(facts) : [],
  ...notInjected(facts),
});

function taken({ intermediate, site, systemContents = [] }: StandingFacts): Problem[] {
  const isKept = ({ kind, name }: NamespaceObject): boolean =>
    intermediate === "existing" && kind === "secret" && name === intermediateCaSecret;
  const found = systemContents
    .filter((one) => isInTheWay(one) && !isKept(one))
    .map(({ kind, name }) => `${kind}/${name}`);
  if (found.length === 0) return [];
  return [
    {
      path: site.path,
      expected: `a namespace ${systemNamespace} without what the mesh itself makes there`,
      found: found.join(", "),
      fix: `Remove them if nothing needs them, and what keeps them there; the mesh makes its own: ${kubectl(site, "--namespace", systemNamespace, "delete", ...found)}.`,
    },
  ];
}

function isInTheWay({ annotations, kind, labels, name }: NamespaceObject): boolean {
  const own = meshObjects.find((object) => object.kind === kind && object.name === name);
  if (own === undefined) return false;
  const { release } = own;
  return !(
    release !== undefined &&
    labels["app.kubernetes.io/managed-by"] === "Helm" &&
    isOfRelease(annotations, { name: release, namespace: systemNamespace })
  );
}

/** Beside a mesh that stands it is a warning: pods that run stay as they are, and new ones start without their image. */
function notInjected(facts: StandingFacts): { readonly problems?: Problem[]; readonly warnings?: Problem[] } {
  const { cluster, site, system } = facts;
  const owner = systemOwner(facts);
  if (typeof system !== "object" || cluster?.eastWestGateway === undefined) return {};
  const labels = injectionLabels.flatMap((label) => {
    const value = system.metadata.labels?.[label];
    const injects = label === "istio-injection" ? value === "enabled" : value === "default";
    return value === undefined || injects ? [] : [{ label, value }];
  });
  const found = labels.map(({ label, value }) => ({
    path: site.path,
    expected: `a namespace ${systemNamespace} in which the pods of gateways are injected`,
    found: `one with the label ${label}=${value}`,
    fix: `Take it away, and out of what sets it: ${kubectl(site, "label", "namespace", systemNamespace, `${label}-`)}.`,
  }));
  if (owner === "ours") return { warnings: found };
  return owner === "prepared" ? { problems: found } : {};
}
