/* The shapes of one own layer, in Mercator units, and how they are drawn and found. */

import { toWorld } from "./mercator.js";

/** @import { Box, Frame, OwnFeature, OwnLayer, Pair } from "./types.js" */

/** @typedef {{ at: number, kind: "area" | "line" | "point", lines: Float64Array[], box: Box }} Shape its places one after the other, and of which feature it is */
/** @typedef {{ shape: Shape, path: Path2D, box: Box }} Drawn in CSS pixels of the canvas */

const DASHES = { solid: [], dashed: [7, 5], dotted: [1.5, 4] };
/** Pixels: radius of a point, and how near the pointer must come to a line or a point. */
const POINT = 4;
const NEAR = 5;

export class OwnShapes {
  /** @type {Shape[]} */
  shapes = [];
  /** By feature.  @type {(string | undefined)[]} */
  labels = [];
  /** @type {Drawn[]} */
  drawn = [];

  /** @param {OwnLayer} layer */
  constructor(layer) {
    this.layer = layer;
  }

  /** @param {{ features: OwnFeature[] }} collection */
  take({ features }) {
    this.labels = features.map(({ properties }) => properties.label);
    this.shapes = features.flatMap(({ geometry }, at) => shapesOf(geometry).map((shape) => ({ ...shape, at })));
  }

  /** @param {CanvasRenderingContext2D} context  @param {Frame} frame */
  draw(context, frame) {
    const { layer } = this;
    this.drawn = this.shapes.flatMap((shape) => frame.copies.flatMap((dx) => placed(shape, frame, dx) ?? []));
    context.save();
    [context.strokeStyle, context.fillStyle, context.lineWidth] = [layer.colour, layer.colour, layer.width];
    [context.lineJoin, context.lineCap] = ["round", layer.dash === "dotted" ? "round" : "butt"];
    context.setLineDash(DASHES[layer.dash]);
    for (const { shape, path } of this.drawn) {
      if (shape.kind !== "line") {
        context.globalAlpha = shape.kind === "area" ? layer.fill : 0.85;
        context.fill(path, "evenodd");
      }
      context.globalAlpha = 1;
      if (shape.kind !== "point") context.stroke(path);
    }
    context.restore();
  }

  /** The feature that lies under a place of the canvas, -1 for none; of several the last, which lies uppermost.  @param {CanvasRenderingContext2D} context  @param {number} x  @param {number} y  @param {number} ratio */
  under(context, x, y, ratio) {
    /** @param {Drawn} one */
    const near = ({ box: [left, top, right, bottom] }) => x >= left - NEAR && x <= right + NEAR && y >= top - NEAR && y <= bottom + NEAR;
    context.save();
    context.lineWidth = 2 * NEAR;
    context.setLineDash([]);
    const found = this.drawn.findLast((one) => near(one) && (one.shape.kind === "area"
      ? context.isPointInPath(one.path, x * ratio, y * ratio, "evenodd")
      : context.isPointInStroke(one.path, x * ratio, y * ratio)));
    context.restore();
    return found ? found.shape.at : -1;
  }

  /** A sample for the legend.  @param {CanvasRenderingContext2D} context  @param {OwnLayer} layer */
  static sample(context, layer) {
    const tiles = layer.kind !== "vector";
    [context.strokeStyle, context.fillStyle] = tiles ? ["#8a8f98", "#8a8f98"] : [layer.colour, layer.colour];
    context.lineWidth = tiles ? 1 : Math.min(layer.width, 3);
    context.setLineDash(tiles ? [] : DASHES[layer.dash]);
    context.globalAlpha = tiles ? 0.25 : layer.fill;
    context.fillRect(2, 2, 18, 10);
    context.globalAlpha = 1;
    context.strokeRect(2, 2, 18, 10);
    if (!tiles) return;
    context.beginPath();
    for (const [from, to] of /** @type {[Pair, Pair][]} */ ([[[8, 2], [8, 12]], [[14, 2], [14, 12]], [[2, 7], [20, 7]]])) {
      context.moveTo(...from);
      context.lineTo(...to);
    }
    context.stroke();
  }
}

/** @param {OwnFeature["geometry"]} geometry  @returns {Omit<Shape, "at">[]} */
const shapesOf = ({ type, coordinates }) => {
  switch (type) {
    case "Point":
      return [shaped("point", [[coordinates]])];
    case "MultiPoint":
      return coordinates.map((place) => shaped("point", [[place]]));
    case "LineString":
      return [shaped("line", [coordinates])];
    case "MultiLineString":
      return coordinates.map((line) => shaped("line", [line]));
    case "Polygon":
      return [shaped("area", coordinates)];
    default:
      return coordinates.map((rings) => shaped("area", rings));
  }
};

/** @param {Shape["kind"]} kind  @param {Pair[][]} parts  @returns {Omit<Shape, "at">} */
const shaped = (kind, parts) => {
  /** @type {Box} */
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const lines = parts.map((part) => {
    const flat = new Float64Array(2 * part.length);
    part.forEach(([lon, lat], at) => {
      const [x, y] = toWorld(lon, lat);
      flat.set([x, y], 2 * at);
      [box[0], box[1]] = [Math.min(box[0], x), Math.min(box[1], y)];
      [box[2], box[3]] = [Math.max(box[2], x), Math.max(box[3], y)];
    });
    return flat;
  });
  return { kind, lines, box };
};

/** A shape as it lies on the canvas; null where it lies beside it.  @param {Shape} shape  @param {Frame} frame  @param {number} dx  @returns {Drawn | null} */
const placed = (shape, { scale, dy, width, height }, dx) => {
  const { kind, lines } = shape;
  const edge = POINT + 8;
  /** @type {Box} */
  const box = [shape.box[0] * scale + dx, shape.box[1] * scale + dy, shape.box[2] * scale + dx, shape.box[3] * scale + dy];
  if (box[2] < -edge || box[0] > width + edge || box[3] < -edge || box[1] > height + edge) return null;
  const path = new Path2D();
  if (kind === "point") path.arc(box[0], box[1], POINT, 0, 2 * Math.PI);
  else for (const flat of lines) trace(path, flat, scale, dx, dy, kind === "area");
  return { shape, path, box };
};

/** Add a line to a path, without the places that lie less than a pixel behind the one before.  @param {Path2D} path  @param {Float64Array} flat  @param {number} scale  @param {number} dx  @param {number} dy  @param {boolean} closed */
const trace = (path, flat, scale, dx, dy, closed) => {
  let [x, y] = [NaN, NaN];
  for (let at = 0; at < flat.length; at += 2) {
    const [nextX, nextY] = [flat[at] * scale + dx, flat[at + 1] * scale + dy];
    if (at + 2 < flat.length && Math.abs(nextX - x) < 0.7 && Math.abs(nextY - y) < 0.7) continue;
    if (at === 0) path.moveTo(nextX, nextY);
    else path.lineTo(nextX, nextY);
    [x, y] = [nextX, nextY];
  }
  if (closed) path.closePath();
};
