import { formatProblem, listed } from "../../topology";
import { isDrawable, meshMermaid } from "../graph";
import { alike } from "./alike";
import type { Detail, MeshSummary } from "./model";
import { changesLine, differenceLines, headline, signs } from "./lines";
import { code, fenced, plain } from "./markup";
import { counted, shortList } from "./words";

/** The longest comment that GitHub takes, in characters (its API: "body is too long (maximum is 65536 characters)"). */
export const longestComment = 65_536;

/** How a summary is written down. */
export interface MarkdownOptions {
  /** The most characters. Default: those of a comment on GitHub. */
  readonly longest?: number;
}

/** The first line of the comment about an environment: by it a later run finds the comment to update. */
export function marker(stack: string): string {
  return `<!-- isthmus preview: ${stack} -->`;
}

/** So many characters are kept for the sentence that says what was left out. */
const reserve = 400;

/** How many differences of one kind are shown. */
const differencesAtMost = 60;

/**
 * A summary as a comment on a pull request: what an update would refuse first, then risks, then the clusters, then what differs, folded. Where it would be
 * too long, the folded parts go first, then clusters, and it says how much was left out. Pure.
 */
export function toMarkdown(summary: MeshSummary, { longest = longestComment }: MarkdownOptions = {}): string {
  const fits = longest - reserve;
  const fixed = [
    marker(summary.stack),
    `### Mesh ${code(summary.mesh)}, environment ${code(summary.stack)}`,
    `**${headline(summary)}**`,
  ];
  const essential = [
    ...refusalSection(summary),
    ...failureSection(summary),
    ...unseenSection(summary),
    ...riskSection(summary),
    ...(summary.meshChanges.length === 0 ? [] : [bullets(summary.meshChanges.map(({ words }) => plain(words)))]),
  ];
  const groups = alike(summary.clusters).map(
    ({ names, changes }) => `**${plain(groupTitle(names))}**\n\n${bullets(changes.map(({ words }) => plain(words)))}`,
  );
  const folded = [
    ...graphSection(summary),
    ...summary.details.map(detailSection),
    ...warningSection(summary),
    ...notRenderedSection(summary),
  ];
  const kept: string[] = [...fixed];
  let length = kept.join("\n\n").length;
  const add = (sections: readonly string[]): number => {
    let left = 0;
    for (const section of sections) {
      if (length + section.length + 2 > fits) left++;
      else {
        kept.push(section);
        length += section.length + 2;
      }
    }
    return left;
  };
  const leftOut = [
    words(add(essential), "part about refusals, failures and risks", "parts about refusals, failures and risks"),
    words(add(groups), "group of clusters", "groups of clusters"),
    words(add(folded), "folded part", "folded parts"),
  ].filter((part) => part !== undefined);
  if (leftOut.length > 0) {
    kept.push(
      `Left out, because a comment takes ${String(longest)} characters: ${listed(leftOut)}. \`isthmus preview -o json\` has everything.`,
    );
  }
  kept.push(`<sub>${plain(changesLine(summary.changes))}</sub>`);
  return `${kept.join("\n\n")}\n`;
}

function words(count: number, one: string, several: string): string | undefined {
  return count === 0 ? undefined : counted(count, one, several);
}

function groupTitle(names: readonly string[]): string {
  return names.length <= 3
    ? listed(names)
    : `${counted(names.length, "cluster", "clusters")} alike: ${shortList(names, 60)}`;
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

function refusalSection({ refusals }: MeshSummary): string[] {
  if (refusals.length === 0) return [];
  const what = refusals.length === 1 ? "this is mended" : "all of these are mended";
  return [
    `#### Refused\n\n\`isthmus up\` would end before it changed anything, until ${what}:\n\n${bullets(refusals.map((problem) => plain(formatProblem(problem))))}`,
  ];
}

function failureSection({ failures }: MeshSummary): string[] {
  if (failures.length === 0) return [];
  return [
    `**The preview failed.** What stands below is what it came to, and not all that would change.\n\n${fenced(failures.join("\n"), "")}`,
  ];
}

function unseenSection({ unseen }: MeshSummary): string[] {
  if (unseen.length === 0) return [];
  const reasons = unseen.map(({ name, reason }) => `**${plain(name)}** could not be looked at: ${plain(reason)}`);
  return [
    `Of these clusters nothing can be said, and what is said of others may lack what follows from them:\n\n${bullets(reasons)}`,
  ];
}

function riskSection({ risks }: MeshSummary): string[] {
  // A cluster that could not be looked at has its lines already.
  const told = risks.filter(({ id }) => id !== "cluster-unseen");
  if (told.length === 0) return [];
  const lines = told.map(({ advice, clusters, severity, traffic, words: what }) => {
    const whose = clusters.length === 0 ? "" : `**${plain(groupTitle(clusters))}**: `;
    return `**${severity}, ${signs[traffic]}:** ${whose}${plain(what)} ${plain(advice)}`;
  });
  return [`#### Risks\n\n${bullets(lines)}`];
}

function detailSection({ clusters, differences, kind, title }: Detail): string {
  const shown = differences.slice(0, differencesAtMost);
  const more = differences.length - shown.length;
  const where = clusters.length === 0 ? "" : ` in ${groupTitle(clusters)}`;
  const what = kind === "object" ? "" : `${kind} of `;
  const rest = more === 0 ? "" : `\n\n${counted(more, "difference more is", "differences more are")} left out.`;
  return fold(
    `${plain(`${what}${title}${where}`)}: ${counted(differences.length, "difference", "differences")}`,
    `${fenced(shown.flatMap(differenceLines).join("\n"), "diff")}${rest}`,
  );
}

function graphSection({ graph }: MeshSummary): string[] {
  if (graph === undefined || !isDrawable(graph)) return [];
  return [fold("The mesh as it would be", fenced(meshMermaid(graph).trimEnd(), "mermaid"))];
}

function warningSection({ warnings }: MeshSummary): string[] {
  if (warnings.length === 0) return [];
  return [fold(counted(warnings.length, "warning", "warnings"), bullets(warnings.map(plain)))];
}

function notRenderedSection({ notRendered }: MeshSummary): string[] {
  return notRendered.length === 0 ? [] : [`<sub>${plain(`Manifests: ${notRendered.join("; ")}.`)}</sub>`];
}

function fold(title: string, content: string): string {
  return `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;
}
