import { configurationPath } from "../path";
import type { Problem } from "../problem";
import { firstIntermediateKey } from "../schema/intermediate-keys";
import { entriesOf, trustSourceOf } from "./draft";
import { withoutIstiod } from "./istiods";
import type { MeshDraft } from "./rule";
import { called, calledAll, didYouMean } from "./words";

const pathOf = (...keys: readonly string[]): string => configurationPath("trust", "intermediateKeys", ...keys);

/** Names of the keys of each intermediate, which the schema has a default for, and of the one that is used. */
function keysOf({ trust }: MeshDraft): [site: string, keys: readonly string[], used: string][] {
  return entriesOf(trust?.intermediateKeys).map(([site, { keys = [firstIntermediateKey], used }]) => [
    site,
    keys.filter((name) => name !== undefined),
    used ?? firstIntermediateKey,
  ]);
}

/** Other sources take keys from elsewhere, or have a certificate for one key alone. */
export function intermediateKeysOfSource(mesh: MeshDraft): readonly Problem[] {
  const source = trustSourceOf(mesh);
  if (source === "generated" || entriesOf(mesh.trust?.intermediateKeys).length === 0) return [];
  return [
    {
      path: pathOf(),
      expected: `nothing, because trust.root is ${source} and the stack signs no key itself`,
      found: "a mapping",
      fix: "Remove it, or set isthmus:mesh.trust.root to generated.",
    },
  ];
}

export function intermediateKeysOnce(mesh: MeshDraft): readonly Problem[] {
  return keysOf(mesh).flatMap(([site, keys]) => {
    const twice = new Set(keys.filter((name, index) => keys.indexOf(name) !== index));
    return [...twice].map((name) => ({
      path: pathOf(site, "keys"),
      expected: "every key once",
      found: `${called(name)} more than once`,
      fix: "Remove it where it is too many.",
    }));
  });
}

/** What istiod signs with is there. */
export function usedIntermediateKeyNamed(mesh: MeshDraft): readonly Problem[] {
  return keysOf(mesh)
    .filter(([, keys, used]) => !keys.includes(used))
    .map(([site, keys, used]) => ({
      path: pathOf(site, "used"),
      expected: keys.length === 0 ? "the name of a key, and that in `keys`" : `one of \`keys\`: ${calledAll(keys)}`,
      found: called(used),
      fix: didYouMean(used, keys, "Add it to `keys`, or name one that is there."),
    }));
}

export function intermediateKeysNameIstiods(mesh: MeshDraft): readonly Problem[] {
  return withoutIstiod(
    mesh,
    mesh.trust?.intermediateKeys,
    (name) => pathOf(name),
    "Remove it: only an istiod has an intermediate CA.",
  );
}
