import { markup, Markup } from "../markup";
import { drawingOf, type BoxKind, type ClusterNote, type LineKind } from "./drawing";
import type { DrawnMesh } from "./graph";
import { layoutOf, type PlacedBox, type PlacedLine } from "./layout";
import { legendOf } from "./legend";
import { linePitchPx, orderSigns, paddingPx, fontPx, shortened } from "./measures";
import { drawingStyle } from "./style";
import { wordsOf } from "./words";

/**
 * A picture of a mesh as an SVG that needs nothing beside itself: networks are frames around clusters, with the istiods and
 * east-west gateways in them. It follows who looks at it into light and dark, and says in words what it shows.
 */
export async function meshSvg(graph: DrawnMesh): Promise<string> {
  const style = new Markup(`<style>${drawingStyle}</style>`);
  return `${(await pictureOf(graph, new Map(), style)).text}\n`;
}

/**
 * The same for a page that has {@link drawingStyle} in its own style sheet.
 * @param notes What was seen of clusters, by their names.
 */
export function meshPicture(graph: DrawnMesh, notes: ReadonlyMap<string, ClusterNote>): Promise<Markup> {
  return pictureOf(graph, notes);
}

async function pictureOf(graph: DrawnMesh, notes: ReadonlyMap<string, ClusterNote>, style?: Markup): Promise<Markup> {
  const layout = await layoutOf(drawingOf(graph, notes));
  const legend = legendOf(layout, notes.size > 0);
  const width = Math.ceil(Math.max(layout.widthPx, legend.widthPx));
  const height = Math.ceil(layout.heightPx + legend.heightPx);
  return markup`<svg xmlns="http://www.w3.org/2000/svg" class="mesh" role="img" aria-labelledby="mesh-title mesh-words" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title id="mesh-title">Mesh ${graph.mesh}</title>
<desc id="mesh-words">${wordsOf(graph)}</desc>
${style}<defs>${lineKinds.map(arrowHead)}</defs>
${layout.boxes.map(boxMarkup)}
${layout.lines.map(lineMarkup)}
${markup`<g transform="translate(0 ${layout.heightPx})">${legend.content}</g>`}
</svg>`;
}

/** Length of an arrow's head. */
const headPx = 10;

const lineKinds: readonly LineKind[] = ["serves", "reads", "calls", "configures"];

function arrowHead(kind: LineKind): Markup {
  return markup`<marker id="mesh-${kind}" class="${kind}" viewBox="0 0 8 8" refX="0" refY="4" markerWidth="${headPx}" markerHeight="${headPx}" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker>`;
}

const cornerPx: Readonly<Record<BoxKind, number>> = { network: 10, cluster: 6, istiod: 4, gateway: 4, machine: 6 };

function boxMarkup(box: PlacedBox): Markup {
  const { boxes, heightPx, kind, order, rows, title, widthPx, xPx, yPx } = box;
  const x = xPx + paddingPx;
  const firstLineY = yPx + paddingPx + fontPx - 2;
  const sign = order === undefined ? undefined : orderSigns[order];
  return markup`<g class="${kind}${order === undefined ? "" : ` ${order}`}"><title>${[title, ...rows].join("; ")}</title>
<rect x="${xPx}" y="${yPx}" width="${widthPx}" height="${heightPx}" rx="${cornerPx[kind]}"/>
<text class="name" x="${x}" y="${firstLineY}">${shortened(title)}</text>
${sign === undefined ? undefined : markup`<text class="sign" x="${xPx + widthPx - paddingPx}" y="${firstLineY}" text-anchor="end">${sign.sign}</text>`}
${rows.map((row, index) => markup`<text x="${x}" y="${firstLineY + (index + 1) * linePitchPx}">${shortened(row)}</text>`)}
${boxes.map(boxMarkup)}</g>
`;
}

function lineMarkup({ isMutual, kind, points, words }: PlacedLine): Markup {
  const drawn = endingBefore(isMutual ? endingBefore([...points].reverse()).reverse() : points);
  const path = drawn.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${rounded(x)} ${rounded(y)}`).join("");
  const start = isMutual ? markup` marker-start="url(#mesh-${kind})"` : undefined;
  return markup`<g class="line ${kind}"><title>${words}</title><path d="${path}" marker-end="url(#mesh-${kind})"${start}/></g>
`;
}

/** The points of a line that leaves room for its arrow's head, so that a thick one ends in a point. */
function endingBefore(points: PlacedLine["points"]): PlacedLine["points"][number][] {
  const [end, before] = [points.at(-1), points.at(-2)];
  if (end === undefined || before === undefined) return [...points];
  const length = Math.hypot(end.x - before.x, end.y - before.y);
  const part = Math.max(0, length - headPx) / (length || 1);
  const tail = { x: before.x + (end.x - before.x) * part, y: before.y + (end.y - before.y) * part };
  return [...points.slice(0, -1), tail];
}

/** A tenth of a pixel is as exact as anybody sees. */
function rounded(px: number): number {
  return Math.round(px * 10) / 10;
}
