import { configurationPath } from "../path";
import type { Problem } from "../problem";
import { firstRoot } from "../schema/generated-roots";
import { entriesOf, trustSourceOf } from "./draft";
import { withoutIstiod } from "./istiods";
import type { MeshDraft } from "./rule";
import { called, calledAll, didYouMean } from "./words";

const pathOf = (...keys: readonly string[]): string => configurationPath("trust", "generated", ...keys);

/** Names of the roots, which the schema has a default for. */
function rootsOf({ trust }: MeshDraft): string[] {
  return (trust?.generated?.roots ?? [firstRoot]).filter((name) => name !== undefined);
}

export function generatedRootsOfSource(mesh: MeshDraft): readonly Problem[] {
  const source = trustSourceOf(mesh);
  if (source === "generated" || mesh.trust?.generated === undefined) return [];
  return [
    {
      path: pathOf(),
      expected: `nothing, because trust.root is ${source} and the stack makes no root`,
      found: "a mapping",
      fix: "Remove it, or set isthmus:mesh.trust.root to generated.",
    },
  ];
}

/** A mesh without any root has nothing to trust. */
export function generatedRootsNamed(mesh: MeshDraft): readonly Problem[] {
  if (trustSourceOf(mesh) !== "generated" || rootsOf(mesh).length > 0) return [];
  return [
    {
      path: pathOf("roots"),
      expected: "at least the root that the intermediates are signed with",
      found: "none",
      fix: `Name it, for example \`roots: [${firstRoot}]\`.`,
    },
  ];
}

export function generatedRootsOnce(mesh: MeshDraft): readonly Problem[] {
  const roots = rootsOf(mesh);
  const twice = new Set(roots.filter((name, index) => roots.indexOf(name) !== index));
  return [...twice].map((name) => ({
    path: pathOf("roots"),
    expected: "every root once",
    found: `${called(name)} more than once`,
    fix: "Remove it where it is too many.",
  }));
}

/** A root that signs is made, and stays as long as it does. */
export function issuersNameRoots(mesh: MeshDraft): readonly Problem[] {
  const roots = rootsOf(mesh);
  if (trustSourceOf(mesh) !== "generated" || roots.length === 0) return [];
  const { issuer = firstRoot, issuers } = mesh.trust?.generated ?? {};
  const named = [
    [["issuer"], issuer] as const,
    ...entriesOf(issuers).map(([site, name]) => [["issuers", site], name] as const),
  ];
  return named
    .filter(([, name]) => !roots.includes(name))
    .map(([keys, name]) => ({
      path: pathOf(...keys),
      expected: `one of trust.generated.roots: ${calledAll(roots)}`,
      found: called(name),
      fix: didYouMean(
        name,
        roots,
        `Add it to \`roots\`, where a root stays until nothing is signed with it, or name one that is there.`,
      ),
    }));
}

export function issuersNameIstiods(mesh: MeshDraft): readonly Problem[] {
  return withoutIstiod(
    mesh,
    mesh.trust?.generated?.issuers,
    (name) => pathOf("issuers", name),
    "Remove it: only an istiod has an intermediate CA.",
  );
}
