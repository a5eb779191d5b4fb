import { intermediateDnsName } from "../names";
import type { NameConstraint, NameConstraints } from "../extensions";
import type { LinkRule } from "./link";

/** Names that istiod gives under a CA: its own, and those of workloads. */
export const allowsMeshNames: LinkRule = ({ facts, path, name }, { trustDomain }) => {
  const { nameConstraints } = facts;
  if (nameConstraints === undefined) return [];
  const problem = (expected: string, found: string): ReturnType<LinkRule>[number] => ({
    path,
    expected,
    found: `${name}, ${found}`,
    fix: "Have it signed with name constraints that allow the mesh's names, or with none.",
  });
  const isUnread = nameConstraints.isCritical && constraintsOf(nameConstraints, "other").length > 0;
  return [
    ...(isUnread
      ? [
          problem(
            "critical name constraints of DNS names, URIs, mail and IP addresses alone",
            "with others, for which istiod refuses it",
          ),
        ]
      : []),
    ...(trustDomain !== undefined && !allowsUri(nameConstraints, trustDomain)
      ? [problem(`an authority that may give spiffe://${trustDomain}/…`, "whose name constraints exclude it")]
      : []),
    ...(allowsDns(nameConstraints, intermediateDnsName)
      ? []
      : [problem(`an authority that may give ${intermediateDnsName}`, "whose name constraints exclude it")]),
  ];
};

function allowsUri({ permitted, excluded }: NameConstraints, host: string): boolean {
  // Without a leading dot BoringSSL takes the host alone, Go those below it too: what both permit, what either excludes.
  return isAllowed(permitted, excluded, "uri", {
    permits: (value) => value === "" || (value.startsWith(".") ? host.endsWith(value) : host === value),
    excludes: (value) => isWithin(host, value),
  });
}

function allowsDns({ permitted, excluded }: NameConstraints, host: string): boolean {
  const within = (value: string): boolean => isWithin(host, value);
  return isAllowed(permitted, excluded, "dns", { permits: within, excludes: within });
}

/** A kind of which nothing is permitted by name is not restricted (RFC 5280, 4.2.1.10). */
function isAllowed(
  permitted: readonly NameConstraint[],
  excluded: readonly NameConstraint[],
  kind: NameConstraint["kind"],
  fits: Record<"permits" | "excludes", (value: string) => boolean>,
): boolean {
  const values = (constraints: readonly NameConstraint[]): string[] =>
    constraints.filter((constraint) => constraint.kind === kind).map(({ value }) => value.toLowerCase());
  const allowed = values(permitted);
  return (allowed.length === 0 || allowed.some(fits.permits)) && !values(excluded).some(fits.excludes);
}

function isWithin(host: string, domain: string): boolean {
  const bare = domain.replace(/^\./, "");
  return bare === "" || host === bare || host.endsWith(`.${bare}`);
}

function constraintsOf({ permitted, excluded }: NameConstraints, kind: NameConstraint["kind"]): NameConstraint[] {
  return [...permitted, ...excluded].filter((constraint) => constraint.kind === kind);
}
