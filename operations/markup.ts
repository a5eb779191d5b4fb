/** Text that is markup already: only {@link markup} makes it, so that nothing gets into a page unescaped. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What may stand in markup: text is escaped, markup is not, of a list each after the other, and undefined is nothing. */
export type Part = string | number | undefined | Markup | readonly Part[];

/**
 * Tag of a template: what stands in the template is markup, what is put into it is escaped, for the content of an element of
 * HTML or SVG or for an attribute in double quotes.
 * @example markup`<p title="${name}">${words}</p>`
 */
export function markup(template: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(template.map((text, index) => text + textOf(parts[index])).join(""));
}

function textOf(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "object") return part.map(textOf).join("");
  return escaped(String(part));
}

const references: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** What neither HTML nor XML may have in any form, and what turns the direction of the text around it. */
const unprintable =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu;

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(unprintable, "\ufffd")
    .replace(/[&<>"']/gu, (character) => references[character] ?? "");
}
