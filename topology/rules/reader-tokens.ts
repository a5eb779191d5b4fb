import { configurationPath } from "../path";
import { joiningOf } from "../plan/joining";
import type { Problem } from "../problem";
import type { Mesh } from "../schema";
import { firstReaderToken, readerTokensSchema } from "../schema/reader-tokens";
import { clustersOf } from "./draft";
import type { ClusterDraft, MeshDraft } from "./rule";
import { called, calledAll, didYouMean } from "./words";

const pathOf = (cluster: string, ...keys: readonly string[]): string =>
  configurationPath("clusters", cluster, "readerTokens", ...keys);

/** Names of the tokens of a cluster, which the schema has a default for. */
function tokensOf({ readerTokens }: ClusterDraft): string[] {
  return (readerTokens?.tokens ?? [firstReaderToken]).filter((name) => name !== undefined);
}

export function readerTokensOnce(mesh: MeshDraft): readonly Problem[] {
  return clustersOf(mesh).flatMap(([cluster, settings]) => {
    const tokens = tokensOf(settings);
    const twice = new Set(tokens.filter((name, index) => tokens.indexOf(name) !== index));
    return [...twice].map((name) => ({
      path: pathOf(cluster, "tokens"),
      expected: "every token once",
      found: `${called(name)} more than once`,
      fix: "Remove it where it is too many.",
    }));
  });
}

/** What others are given is there. */
export function usedReaderTokenNamed(mesh: MeshDraft): readonly Problem[] {
  return clustersOf(mesh).flatMap(([cluster, settings]) => {
    const tokens = tokensOf(settings);
    const used = settings.readerTokens?.used ?? firstReaderToken;
    if (tokens.includes(used)) return [];
    return [
      {
        path: pathOf(cluster, "used"),
        expected:
          tokens.length === 0 ? "the name of a token, and that in `tokens`" : `one of \`tokens\`: ${calledAll(tokens)}`,
        found: called(used),
        fix: didYouMean(
          used,
          tokens,
          "Add it to `tokens`, where a token stays until no istiod goes by it, or name one that is there.",
        ),
      },
    ];
  });
}

const unsaid = JSON.stringify(readerTokensSchema.parse({}));

export function readerTokensInUse(mesh: Mesh): readonly Problem[] {
  const read = new Set(joiningOf(mesh).controlPlanes.flatMap(({ reads }) => reads));
  return Object.entries(mesh.clusters)
    .filter(([name, { readerTokens }]) => !read.has(name) && JSON.stringify(readerTokens) !== unsaid)
    .map(([name]) => ({
      path: pathOf(name),
      expected: `nothing, because no istiod elsewhere reads ${called(name)}`,
      found: "settings of tokens that are not made",
      fix: "Remove them, or keep them for the day when another istiod reads it.",
    }));
}
