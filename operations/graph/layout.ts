import type { ElkExtendedEdge, ElkNode, ElkPoint, LayoutOptions } from "elkjs/lib/elk.bundled.js";
import { idsIn, type Box, type Drawing, type Line } from "./drawing";
import { boxMeasures, paddingPx } from "./measures";

/** A drawing in which everything has its place, in CSS pixels from its upper left corner. */
export interface Layout {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly boxes: readonly PlacedBox[];
  readonly lines: readonly PlacedLine[];
}

/** A box with its place. */
export interface PlacedBox extends Omit<Box, "boxes"> {
  readonly xPx: number;
  readonly yPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly boxes: readonly PlacedBox[];
}

/** A line with the points that it goes through, in CSS pixels. */
export interface PlacedLine extends Line {
  readonly points: readonly ElkPoint[];
}

/** Room between boxes that nothing is around. */
const gapPx = 24;

/** As wide as a wide screen shows without scrolling. */
const widestPx = 1120;

/**
 * Gives everything in a drawing its place: by the layers that its lines make, or where it has none in rows, as they are read.
 * The same drawing is always laid out in the same way.
 */
export async function layoutOf({ boxes, lines }: Drawing): Promise<Layout> {
  const order = idsIn(boxes);
  const isBackward = ({ from, to }: Line): boolean => order.indexOf(from) > order.indexOf(to);
  // Loaded when something is drawn: no other verb need wait for its 1.6 MB.
  const { default: elk } = await import("elkjs/lib/elk.bundled.js");
  const root: ElkNode = await new elk.default().layout<ElkNode>({
    id: "mesh",
    layoutOptions: { ...(lines.length === 0 ? rows(widestPx) : layers), ...spacing(gapPx, 1, 1) },
    children: boxes.map((box) => nodeOf(box, lines.length === 0 ? "rows" : "layers")),
    // Lines that all lead one way make no circle, which would have to be led around everything.
    edges: lines.map((line, index): ElkExtendedEdge => {
      const [source, target] = isBackward(line) ? [line.to, line.from] : [line.from, line.to];
      return { id: `line ${index}`, sources: [source], targets: [target] };
    }),
  });
  return {
    widthPx: Math.ceil(root.width ?? 0),
    heightPx: Math.ceil(root.height ?? 0),
    boxes: placed(boxes, root, { x: 0, y: 0 }),
    lines: lines.map((line, index) => {
      const points = pointsOf(root.edges?.[index]);
      return { ...line, points: isBackward(line) ? points.reverse() : points };
    }),
  };
}

/** Eclipse's layered layout, over all boxes at once, so that lines may end in boxes within boxes. */
const layers: LayoutOptions = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.json.edgeCoords": "ROOT",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.layered.spacing.nodeNodeBetweenLayers": String(3 * gapPx),
  "elk.spacing.edgeNode": String(gapPx / 2),
};

function rows(widthPx: number): LayoutOptions {
  return {
    "elk.algorithm": "rectpacking",
    "elk.rectpacking.widthApproximation.strategy": "TARGET_WIDTH",
    "elk.rectpacking.widthApproximation.targetWidth": String(widthPx),
  };
}

function spacing(betweenPx: number, topPx: number, aroundPx: number): LayoutOptions {
  return {
    "elk.spacing.nodeNode": String(betweenPx),
    "elk.padding": `[top=${topPx},left=${aroundPx},bottom=${aroundPx},right=${aroundPx}]`,
  };
}

function nodeOf(box: Box, arrangement: "rows" | "layers", leastWidthPx = 0): ElkNode {
  const { heightPx, topPx, widthPx } = boxMeasures(box);
  const width = Math.max(widthPx, leastWidthPx);
  if (box.boxes.length === 0) return { id: box.id, width, height: heightPx };
  // Side by side they would have ragged edges.
  const widestInnerPx = Math.max(width - 2 * paddingPx, ...box.boxes.map((one) => boxMeasures(one).widthPx));
  const children = box.boxes.map((one) => nodeOf(one, arrangement, box.kind === "cluster" ? widestInnerPx : 0));
  if (arrangement === "rows" && box.kind === "cluster") return column(box.id, children, topPx);
  return {
    id: box.id,
    children,
    layoutOptions: {
      ...(arrangement === "rows" ? rows(widestPx - 2 * paddingPx) : layers),
      ...spacing(paddingPx, topPx, paddingPx),
      "elk.nodeSize.constraints": "MINIMUM_SIZE",
      "elk.nodeSize.minimum": `(${width},${heightPx})`,
    },
  };
}

/** What a cluster has, one below the other. */
function column(id: string, children: readonly ElkNode[], topPx: number): ElkNode {
  let y = topPx;
  const standing = children.map((child): ElkNode => {
    const at = { ...child, x: paddingPx, y };
    y += (child.height ?? 0) + paddingPx;
    return at;
  });
  const width = Math.max(...children.map((child) => child.width ?? 0)) + 2 * paddingPx;
  const layoutOptions = { "elk.algorithm": "fixed", "elk.nodeSize.fixedGraphSize": "true" };
  return { id, children: standing, width, height: y, layoutOptions };
}

function placed(boxes: readonly Box[], { children = [] }: ElkNode, { x, y }: ElkPoint): PlacedBox[] {
  return boxes.map((box, index) => {
    const node = children[index] ?? { id: box.id };
    const at = { x: x + (node.x ?? 0), y: y + (node.y ?? 0) };
    return {
      ...box,
      xPx: at.x,
      yPx: at.y,
      widthPx: node.width ?? 0,
      heightPx: node.height ?? 0,
      boxes: placed(box.boxes, node, at),
    };
  });
}

function pointsOf(edge: ElkExtendedEdge | undefined): ElkPoint[] {
  return (edge?.sections ?? []).flatMap(({ bendPoints = [], endPoint, startPoint }) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ]);
}
