import type { Box, OrderOfNote } from "./drawing";

/** Size of the letters of a drawing, in CSS pixels. */
export const fontPx = 13;

/** From one line of text to the next. */
export const linePitchPx = 18;

/** Room between the edge of a box and its text. */
export const paddingPx = 12;

/** Names of clusters have 63 at most. Of a longer text the picture shows the beginning; its title has it whole. */
const mostCharacters = 64;

/** As wide as letters are on average in the widest of the fonts that systems have for pages: nobody knows which one draws them. */
const emPerCharacter = { plain: 0.56, bold: 0.63 } as const;

/** Chinese, Japanese and Korean signs and what else is as wide as it is high. */
const isWide = /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60\u{1f000}-\u{3ffff}]/u;

/** A text as the picture has it. */
export function shortened(text: string): string {
  const characters = Array.from(text);
  return characters.length <= mostCharacters ? text : `${characters.slice(0, mostCharacters - 1).join("")}…`;
}

/** About how wide a text is, as the picture has it. */
export function textWidthPx(text: string, weight: keyof typeof emPerCharacter = "plain"): number {
  return Array.from(shortened(text)).reduce(
    (sum, one) => sum + (isWide.test(one) ? 1 : emPerCharacter[weight]) * fontPx,
    0,
  );
}

/** Room for the sign that says how a cluster stands. */
const signPx = 24;

/** The least that a box needs for its own text, and how much of that is above what stands in it. */
export function boxMeasures({ boxes, order, rows, title }: Box): {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly topPx: number;
} {
  const titlePx = textWidthPx(title, "bold") + (order === undefined ? 0 : signPx);
  const heightPx = 2 * paddingPx + linePitchPx * (1 + rows.length) - (linePitchPx - fontPx);
  return {
    widthPx: Math.ceil(Math.max(titlePx, ...rows.map((row) => textWidthPx(row))) + 2 * paddingPx),
    heightPx,
    topPx: boxes.length === 0 ? heightPx : heightPx - paddingPx / 2,
  };
}

/** The signs that say how a cluster stands, and what they mean: nobody needs to tell colours apart. */
export const orderSigns: Readonly<Record<OrderOfNote, { readonly sign: string; readonly words: string }>> = {
  well: { sign: "✓", words: "nothing found" },
  wrong: { sign: "✗", words: "something is wrong" },
  unseen: { sign: "?", words: "not looked at" },
};
