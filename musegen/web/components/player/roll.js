// The piano roll on the page and the overview below it: they are painted, scrolled, zoomed, and a
// press on them moves the playing position.

import { contextOf, find, hasModifier, make, pixelRatio } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";
import { Viewport } from "../shared/viewport.js";
import { connectZoom } from "../shared/zoom.js";
import {
  boxOf,
  CLOSEST_BAR,
  frameOf,
  layOut,
  noteAt,
  RULER,
  stepAtX,
  widthOf,
  xOf,
} from "./geometry.js";
import {
  clipToRoll,
  fillBox,
  fontFamilyOf,
  paintEmpty,
  paintGrid,
  paintGutter,
  paintNotes,
  paintSelected,
  SIGNAL,
  white,
} from "./paint.js";
import { COLOURS } from "./parts.js";
import { connectPen } from "./pen.js";
import { noteName, stepAfterKey } from "./piece.js";

/** @import { Change, Controller } from "./controller.js" */
/** @import { Layout } from "./geometry.js" */
/** @import { Piece } from "./piece.js" */

const MANUAL_SCROLL = 2500; // milliseconds that the roll stays where the visitor has scrolled it
const LEAD = 0.35; // where the playing position stays, as a share of the visible part

/** @param {HTMLElement} root @param {Controller} controller */
export function connectRoll(root, controller) {
  const { state, mixer } = controller;
  const stage = find(root, ".mg-stage", HTMLElement);
  const roll = find(root, ".mg-roll", HTMLCanvasElement);
  const overview = find(root, ".mg-overview", HTMLCanvasElement);
  const scroller = find(root, ".mg-scroll", HTMLElement);
  const content = find(root, ".mg-width", HTMLElement);
  const phrases = find(root, ".mg-phrases", HTMLElement);
  const rail = find(root, ".mg-rail", HTMLElement);
  const tip = find(root, ".mg-tip", HTMLElement);
  const still = document.createElement("canvas"); // the roll without what moves
  const viewport = new Viewport(1);
  let ratio = 1;
  /** @type {Layout | null} null without a piece */
  let layout = null;
  let isStale = true; // whether `still` has to be painted again
  let frame = 0;
  let bars = 0; // of the piece when it was laid out last
  let scrolledAt = -Infinity; // when the visitor has scrolled last

  /** @param {string} part */
  const isShown = (part) => state.mix.isHeard(part);

  // Layout ----------------------------------------------------------------------------------------

  function resize() {
    const { clientWidth: width, clientHeight: height } = stage;
    if (!width || !height) return;
    ratio = pixelRatio();
    const { gutter, shown, isSmall } = frameOf(width);
    for (const canvas of [roll, still]) setSize(canvas, width * ratio, height * ratio);
    setSize(overview, overview.clientWidth * ratio, overview.clientHeight * ratio);
    scroller.style.left = `${gutter}px`;
    root.style.setProperty("--gutter", `${gutter}px`);
    const { piece } = state;
    if (piece) {
      const unit = widthOf(piece.bars, shown, isSmall);
      const perBar = bars && viewport.full / bars;
      const first = perBar && scroller.scrollLeft / perBar; // the bar at the left edge stays there
      viewport.resize(unit, shown, Math.max(1, (piece.bars * CLOSEST_BAR) / unit));
      bars = piece.bars;
      viewport.moveTo([(first * viewport.full) / bars]);
    }
    applyViewport();
  }

  /** Show what the viewport says. */
  function applyViewport() {
    const { piece } = state;
    if (piece) {
      const { full } = viewport;
      content.style.width = `${full}px`;
      phrases.style.width = `${full}px`;
      root.style.setProperty("--full", `${full}px`);
      root.dataset.bar = (full / piece.bars).toFixed(1);
      scroller.scrollLeft = viewport.offsets[0];
      viewport.moveTo([scroller.scrollLeft]); // browsers round it
      zoom.showLimits();
    }
    refresh();
  }

  function refresh() {
    const { piece } = state;
    const { clientWidth: width, clientHeight: height } = stage;
    layout =
      piece && width ? layOut(piece, width, height, viewport.full, viewport.offsets[0]) : null;
    isStale = true;
    draw();
  }

  const zoom = connectZoom(viewport, {
    target: scroller,
    zoomIn: find(root, ".mg-zoom-in", HTMLElement),
    zoomOut: find(root, ".mg-zoom-out", HTMLElement),
    isReady: () => Boolean(layout),
    pixelsOf: ({ clientX }) => [clientX - scroller.getBoundingClientRect().left],
    middle() {
      // The playing position if it is visible, otherwise the middle.
      const x = layout ? xOf(layout, controller.step) - layout.gutter : -1;
      return [x >= 0 && x <= viewport.shown ? x : viewport.shown / 2];
    },
    changed() {
      scrolledAt = performance.now();
      applyViewport();
    },
  });

  // Scroll along with the music, unless the visitor has just scrolled.
  function follow() {
    if (!layout || viewport.full <= viewport.shown + 1) return;
    if (performance.now() - scrolledAt < MANUAL_SCROLL) return;
    const { offsets } = viewport;
    viewport.moveTo([controller.step * layout.perStep - viewport.shown * LEAD]);
    if (Math.abs(viewport.offsets[0] - offsets[0]) < 0.5) {
      viewport.moveTo(offsets);
      return;
    }
    scroller.scrollLeft = viewport.offsets[0];
    layout.left = viewport.offsets[0];
    isStale = true;
  }

  // Painting --------------------------------------------------------------------------------------

  function draw() {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(paint);
  }

  function paint() {
    if (mixer.playing) {
      follow();
      for (const view of controller.views) view.renderPosition?.();
    }
    if (isStale) paintStill();
    const context = contextOf(roll);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, roll.width, roll.height);
    if (still.width && still.height) context.drawImage(still, 0, 0);
    if (layout && state.piece) {
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const { step } = controller;
      if (mixer.playing) paintSounding(context, layout, state.piece, step);
      pen.paint(context);
      paintPlayhead(context, layout, step);
      root.dataset.step = step.toFixed(2);
    }
    paintOverview();
    if (mixer.playing) frame = requestAnimationFrame(paint);
  }

  function paintStill() {
    isStale = false;
    const context = contextOf(still);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, still.width, still.height);
    const { piece, selected } = state;
    if (!piece || !layout) return paintEmpty(context, still.width / ratio, still.height / ratio);
    const font = fontFamilyOf(root);
    paintGrid(context, layout, piece, font);
    if (selected !== null) paintSelected(context, layout, piece, selected, controller.isLooping);
    roll.dataset.drawn = String(paintNotes(context, layout, piece, isShown));
    paintGutter(context, layout, piece, font);
  }

  /**
   * @param {CanvasRenderingContext2D} context @param {Layout} layout @param {Piece} piece
   * @param {number} step
   */
  function paintSounding(context, layout, piece, step) {
    clipToRoll(context, layout, () => {
      context.fillStyle = "#fff";
      context.globalAlpha = 0.72;
      for (const note of piece.notes) {
        if (note.onset > step) break;
        const isOver = step >= note.onset + Math.max(note.duration, 1);
        if (!isOver && isShown(note.part)) fillBox(context, boxOf(layout, piece, note), 3);
      }
    });
  }

  function paintOverview() {
    const context = contextOf(overview);
    const [width, height] = [overview.width / ratio, overview.height / ratio];
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.fillStyle = white(0.06);
    fillBox(context, { x: 0, y: 0, width, height }, 7);
    const { piece } = state;
    if (!piece || !width) return;
    const scale = width / piece.steps;
    const head = controller.step * scale;
    const rows = Math.max(1, piece.high - piece.low + 1);
    for (const { part, onset, pitch, duration } of piece.notes) {
      if (!isShown(part) || part === "drums") continue;
      const x = onset * scale;
      context.fillStyle = COLOURS[part];
      context.globalAlpha = x <= head ? 1 : 0.42;
      const y = 4 + ((piece.high - pitch) / rows) * (height - 8);
      context.fillRect(x, y, Math.max(1, duration * scale - 0.4), 2);
    }
    context.globalAlpha = 1;
    const { full, shown, offsets } = viewport;
    if (full > shown + 1) {
      context.strokeStyle = white(0.34);
      context.lineWidth = 1;
      const x = (offsets[0] / full) * width + 0.5;
      context.strokeRect(x, 0.5, (shown / full) * width - 1, height - 1);
    }
    context.fillStyle = SIGNAL;
    context.fillRect(clamp(head - 1, 0, width - 2), 0, 2, height);
  }

  const pen = connectPen(root, controller, { layout: () => layout, isShown, draw });

  // Input -----------------------------------------------------------------------------------------

  /** @param {PointerEvent} event */
  function showTip({ clientX, clientY, pointerType }) {
    const bounds = stage.getBoundingClientRect();
    const { piece } = state;
    const note =
      layout && piece && pointerType !== "touch"
        ? noteAt(layout, piece, clientX - bounds.left, clientY - bounds.top, isShown)
        : null;
    tip.hidden = !note;
    if (!layout || !piece || !note) return;
    const instrument = piece.parts.find(({ name }) => name === note.part)?.instrument;
    tip.replaceChildren(make("b", "", noteName(note)), `${instrument}, velocity ${note.velocity}`);
    tip.style.setProperty("--part", COLOURS[note.part]);
    const box = boxOf(layout, piece, note);
    const above = box.y - tip.offsetHeight - 7;
    tip.style.left = `${clamp(box.x, 4, layout.width - tip.offsetWidth - 4)}px`;
    tip.style.top = `${above > 2 ? above : box.y + box.height + 7}px`;
  }

  const noteScroll = () => {
    scrolledAt = performance.now();
  };
  scroller.addEventListener("wheel", noteScroll, { passive: true });
  scroller.addEventListener("touchmove", noteScroll, { passive: true });
  rail.addEventListener("touchmove", noteScroll, { passive: true });
  // The phrases scroll with the roll, whichever of the two the visitor scrolls.
  scroller.addEventListener("scroll", () => {
    tip.hidden = true;
    rail.scrollLeft = scroller.scrollLeft;
    viewport.moveTo([scroller.scrollLeft]);
    refresh();
  });
  rail.addEventListener("scroll", () => {
    const { scrollLeft } = rail;
    if (Math.abs(scrollLeft - scroller.scrollLeft) > 1) scroller.scrollLeft = scrollLeft;
  });

  scroller.addEventListener("click", (event) => {
    const { clientX } = event;
    if (!layout || !state.piece || pen.takes(event)) return;
    const step = stepAtX(layout, clientX - stage.getBoundingClientRect().left);
    controller.seekStep(clamp(step, 0, state.piece.steps));
  });
  scroller.addEventListener("pointermove", showTip);
  scroller.addEventListener("pointerleave", () => {
    tip.hidden = true;
  });
  scroller.addEventListener("keydown", (event) => {
    if (!state.piece || hasModifier(event)) return;
    const step = stepAfterKey(state.piece, controller.step, event.key, mixer.playing);
    if (step === null) return;
    event.preventDefault();
    controller.seekStep(step);
  });

  /** @param {PointerEvent} event */
  function scrub({ clientX }) {
    if (!state.piece) return;
    const { left, width } = overview.getBoundingClientRect();
    controller.seekStep(clamp((clientX - left) / width, 0, 1) * state.piece.steps);
  }
  overview.addEventListener("pointerdown", (event) => {
    overview.setPointerCapture(event.pointerId);
    scrub(event);
  });
  overview.addEventListener("pointermove", (event) => {
    if (event.buttons) scrub(event);
  });

  new ResizeObserver(resize).observe(stage);
  resize();

  return {
    pressZoomKey: zoom.pressKey,
    render() {
      resize();
      pen.render();
    },
    showPosition() {
      scrolledAt = -Infinity;
      follow();
      draw();
    },
    /** @param {Piece} _ @param {Change} change */
    pieceChanges(_, { isNew, isCut }) {
      if (isNew || isCut) scroller.scrollLeft = 0;
    },
  };
}

/** @param {CanvasRenderingContext2D} context @param {Layout} layout @param {number} step */
function paintPlayhead(context, layout, step) {
  const x = xOf(layout, step);
  if (x < layout.gutter - 1 || x > layout.width) return;
  context.fillStyle = SIGNAL;
  context.fillRect(x - 0.75, RULER - 8, 1.5, layout.height);
  context.beginPath();
  context.moveTo(x - 5.5, RULER - 9);
  context.lineTo(x + 5.5, RULER - 9);
  context.lineTo(x, RULER - 1);
  context.fill();
}

/**
 * Set a canvas's size, unless it has it: setting it clears the canvas.
 * @param {HTMLCanvasElement} canvas @param {number} width @param {number} height
 */
function setSize(canvas, width, height) {
  const [w, h] = [Math.round(width), Math.round(height)];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
}
