import { markup, type Markup } from "../markup";
import type { LineKind } from "./drawing";
import type { Layout } from "./layout";
import { fontPx, linePitchPx, orderSigns, textWidthPx } from "./measures";

/** What the lines and signs of a picture mean, in a row below it. */
export interface Legend {
  readonly widthPx: number;
  /** 0 where there is nothing to say. */
  readonly heightPx: number;
  readonly content: readonly Markup[];
}

const meanings: Readonly<Record<LineKind, string>> = {
  serves: "istiod serves",
  reads: "istiod reads API server",
  calls: "calls from another network",
  configures: "configuration for istiod",
};

const samplePx = 40;
const gapPx = 28;

/** The legend of a picture: only of what it has. Pure. */
export function legendOf({ lines }: Layout, hasSigns: boolean): Legend {
  const kinds = (Object.keys(meanings) as LineKind[]).filter((kind) => lines.some((line) => line.kind === kind));
  const entries = [
    ...kinds.map((kind) => ({ words: meanings[kind], samplePx, sample: lineSample(kind) })),
    ...(hasSigns ? Object.entries(orderSigns) : []).map(([order, { sign, words }]) => ({
      words,
      samplePx: fontPx,
      sample: markup`<text class="sign ${order}" y="${fontPx}">${sign}</text>`,
    })),
  ];
  if (entries.length === 0) return { widthPx: 0, heightPx: 0, content: [] };
  let xPx = 0;
  const content = entries.map((entry) => {
    const at = xPx;
    xPx += entry.samplePx + 8 + textWidthPx(entry.words) + gapPx;
    return markup`<g transform="translate(${at} ${linePitchPx})">${entry.sample}<text x="${entry.samplePx + 8}" y="${fontPx}">${entry.words}</text></g>`;
  });
  return { widthPx: xPx - gapPx, heightPx: 2.5 * linePitchPx, content };
}

function lineSample(kind: LineKind): Markup {
  const y = fontPx - 4;
  return markup`<g class="line ${kind}"><path d="M0 ${y}L${samplePx - 10} ${y}" marker-end="url(#mesh-${kind})"/></g>`;
}
