import { markup, type Markup, type Part } from "../../markup";

/** A part of the page that its beginning leads to. */
export interface Section {
  /** Of the element, for links to it. */
  readonly id: string;
  readonly title: string;
  readonly content: Markup;
}

/** A part of the page under a heading. */
export function section(id: string, title: string, content: Part): Section {
  const heading = `${id}-heading`;
  return {
    id,
    title,
    content: markup`<section id="${id}" aria-labelledby="${heading}" tabindex="-1">
<h2 id="${heading}">${title}</h2>
${content}
</section>
`,
  };
}

/** What may be wider than the page: it scrolls by itself, by keyboard as well. */
export function scrollable(label: string, content: Part): Markup {
  return markup`<div class="scroll" role="group" aria-label="${label}" tabindex="0">${content}</div>`;
}

/** A table, whose first column names its rows. */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly [Part, ...Part[]])[],
): Markup {
  return scrollable(
    caption,
    markup`<table><caption>${caption}</caption>
<thead><tr>${columns.map((column) => markup`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ([first, ...others]) => markup`<tr><th scope="row">${first}</th>${others.map((one) => markup`<td>${one}</td>`)}</tr>
`,
)}</tbody></table>`,
  );
}
