import { listed, nearest } from "../suggest";
import { looksSecret } from "../secrets";

/** A name as problems show it: one that may be a key or a token, which somebody put there by mistake, is not shown. */
export function called(name: string): string {
  return looksSecret(name) ? `[a name of ${name.length} characters]` : name;
}

/** Names in a sentence, cut when they are many. */
export function calledAll(names: readonly string[]): string {
  return listed(names.map(called));
}

/** What to do about a name that is none of those that there are. */
export function didYouMean(name: string, candidates: readonly string[], otherwise: string): string {
  const meant = nearest(name, candidates);
  return meant === undefined || looksSecret(meant) ? otherwise : `Did you mean \`${meant}\`?`;
}
