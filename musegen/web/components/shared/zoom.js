// Zooming of a viewport by buttons, keys, the wheel with Ctrl, and two fingers.

import { hasModifier, onPress } from "./dom.js";
import { clamp } from "./numbers.js";

/** @import { Viewport } from "./viewport.js" */

const STEP = 1.5; // of one press
const PER_PIXEL = 0.008; // of the wheel
const MOST_PIXELS = 60; // of one event of the wheel

/** @typedef {{ clientX: number, clientY: number }} Point on the screen */

/**
 * @typedef {object} Options
 * @property {HTMLElement} target receives the wheel and the fingers
 * @property {HTMLElement} zoomIn button
 * @property {HTMLElement} zoomOut button
 * @property {() => boolean} isReady
 * @property {(point: Point) => number[]} pixelsOf of the viewport, under a point
 * @property {() => number[]} middle pixels that stay where they are when a button or key is used
 * @property {() => void} changed called when the viewport has changed
 * @property {() => void} [pinchBegins]
 */

/** @param {Viewport} viewport @param {Options} options */
export function connectZoom(viewport, options) {
  const { target, zoomIn, zoomOut, isReady, pixelsOf, middle, changed, pinchBegins } = options;
  /** @type {{ distance: number, zoom: number, place: number[] } | null} */
  let pinch = null; // two fingers, as they began

  /** @param {number} factor @param {number[]} pixels */
  function zoomBy(factor, pixels) {
    if (!isReady()) return;
    viewport.zoomTo(viewport.zoom * factor, pixels);
    changed();
  }

  onPress(zoomIn, () => zoomBy(STEP, middle()));
  onPress(zoomOut, () => zoomBy(1 / STEP, middle()));

  target.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return; // browsers report a pinch on a touchpad with ctrlKey set
      event.preventDefault();
      const turned = clamp(event.deltaY, -MOST_PIXELS, MOST_PIXELS);
      zoomBy(Math.exp(-turned * PER_PIXEL), pixelsOf(event));
    },
    { passive: false },
  );

  target.addEventListener("touchstart", ({ touches }) => {
    pinch = null;
    if (touches.length !== 2 || !isReady()) return;
    const place = viewport.placeAt(pixelsOf(between(touches)));
    pinch = { distance: distanceOf(touches), zoom: viewport.zoom, place };
    pinchBegins?.();
  });
  target.addEventListener(
    "touchmove",
    (event) => {
      if (!pinch || event.touches.length !== 2) return;
      event.preventDefault();
      const factor = distanceOf(event.touches) / pinch.distance;
      viewport.zoomTo(pinch.zoom * factor, pixelsOf(between(event.touches)), pinch.place);
      changed();
    },
    { passive: false },
  );
  for (const kind of /** @type {const} */ (["touchend", "touchcancel"])) {
    target.addEventListener(kind, ({ touches }) => {
      if (!touches.length) pinch = null;
    });
  }

  return {
    /** Whether two fingers are on the target, or were and one still is. */
    isPinching: () => pinch !== null,

    /**
     * Zoom if a key asks for it; say whether it did.
     * @param {KeyboardEvent} event
     */
    pressKey(event) {
      const factor = { "+": STEP, "=": STEP, "-": 1 / STEP }[event.key];
      if (!factor || hasModifier(event)) return false;
      zoomBy(factor, middle());
      return true;
    },

    /** Disable the button of a zoom that has reached its end. */
    showLimits() {
      zoomIn.setAttribute("aria-disabled", String(viewport.isClosest));
      zoomOut.setAttribute("aria-disabled", String(viewport.isFarthest));
    },
  };
}

/** @param {TouchList} touches */
const distanceOf = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);

/** @param {TouchList} touches */
const between = ([a, b]) => ({
  clientX: (a.clientX + b.clientX) / 2,
  clientY: (a.clientY + b.clientY) / 2,
});
