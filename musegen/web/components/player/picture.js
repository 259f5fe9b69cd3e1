// The picture to download: the roll of the whole piece, with its title and the parts' colours.

import { contextOf } from "../shared/dom.js";
import { translated } from "../shared/languages.js";
import { capitalize, clamp } from "../shared/numbers.js";
import { frameOf, layOut, widthOf } from "./geometry.js";
import { fillBox, fontFamilyOf, paintGrid, paintGutter, paintNotes } from "./paint.js";
import { COLOURS } from "./parts.js";

/** @import { Piece } from "./piece.js" */

const NARROWEST = 1200; // pixels
const WIDEST = 16_000; // more than this, some browsers do not paint
const HEIGHT = 640;
const HEADING = 84;
const MARGIN = 16;

/**
 * Draw a PNG; null if the browser cannot paint one so large.
 * @param {Piece} piece @param {Element} root whose font is used @returns {Promise<Blob | null>}
 */
export function drawPicture(piece, root) {
  const { gutter } = frameOf(NARROWEST);
  const width = clamp(gutter + widthOf(piece.bars, 0, false) + MARGIN, NARROWEST, WIDEST);
  const sharpness = width * 2 > WIDEST ? 1 : 2; // two pixels for one, so that text is easy to read
  const rollWidth = width - MARGIN;
  const layout = layOut(piece, rollWidth, HEIGHT - HEADING, rollWidth - gutter);
  const font = fontFamilyOf(root);
  const canvas = document.createElement("canvas");
  canvas.width = width * sharpness;
  canvas.height = HEIGHT * sharpness;
  const context = contextOf(canvas);
  context.scale(sharpness, sharpness);
  context.fillStyle = "#16151a";
  context.fillRect(0, 0, width, HEIGHT);
  paintHeading(context, piece, width, font);
  context.translate(0, HEADING);
  context.fillStyle = "#0f0e12";
  context.fillRect(0, 0, width, HEIGHT - HEADING);
  paintGrid(context, layout, piece, font);
  paintNotes(context, layout, piece, () => true);
  paintGutter(context, layout, piece, font);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/**
 * @param {CanvasRenderingContext2D} context @param {Piece} piece @param {number} width
 * @param {string} font
 */
function paintHeading(context, piece, width, font) {
  context.textBaseline = "alphabetic";
  context.font = `680 22px ${font}`;
  context.fillStyle = "#fff";
  const most = width * 0.55;
  const title = translated(piece.title);
  context.fillText(title, 20, 36, most);
  const x = 20 + Math.min(most, context.measureText(title).width) + 18;
  context.font = `400 13px ${font}`;
  context.fillStyle = "#a8a4ad";
  context.fillText(translated(piece.details.join("  ·  ")), x, 36, width - x - 20);
  let left = 20;
  for (const { name, instrument } of piece.parts) {
    context.fillStyle = COLOURS[name];
    fillBox(context, { x: left, y: 55, width: 11, height: 11 }, 3);
    context.fillStyle = "#e9e6ee";
    const text = translated(`${capitalize(name)}: ${instrument}`);
    context.fillText(text, left + 18, 65);
    left += 18 + context.measureText(text).width + 24;
  }
}
