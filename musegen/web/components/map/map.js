// The map: phrases as points, played one by one or along a line.

import {
  contextOf,
  find,
  hasModifier,
  leaveFocus,
  make,
  onPress,
  pixelRatio,
  setPressed,
} from "../shared/dom.js";
import { capitalize, clamp, lengthOf, pointsAlong } from "../shared/numbers.js";
import { Viewport } from "../shared/viewport.js";
import { connectZoom } from "../shared/zoom.js";
import {
  colourOf,
  formatValue,
  nearestPoint,
  nextPoint,
  placeOf,
  pointText,
  RAMP,
  readPoints,
  valueText,
} from "./geometry.js";

/** @import { Component, MapData } from "../shared/payloads.js" */
/** @import { Points } from "./geometry.js" */

const EDGE = 16; // pixels around the map
const CLOSEST = 16; // zoom
const REACH = 24; // pixels from a press to the point that is meant
const TREMBLE = 4; // pixels that a pointer may move during a press
const SHORTEST_LINE = 12; // pixels
const MOST_POINTS = 200; // of a line
const FAR = 0.1; // of the visible width: an arrow key with Shift
const SIGNAL = "#ff5b36";

/** @type {Record<string, number[]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @typedef {"listen" | "draw"} Mode */

/**
 * What a pointer does. A line has the places that it has passed.
 *
 * @typedef {object} Gesture
 * @property {number} id of the pointer
 * @property {Mode | "pan"} kind
 * @property {number[]} start pixels
 * @property {number[]} offsets of the viewport at the start
 * @property {number[][] | null} line
 * @property {boolean} hasMoved
 */

/** State of the map. */
class State {
  /** @type {Points | null} */
  points = null;
  /** @type {Mode} */
  mode = "listen";
  isPanning = false; // whether a finger or the left button moves the map
  /** @type {number | null} seed that was played last, unless it was a line */
  played = null;
  /** @type {number[][] | null} line that was played last */
  line = null;
  /** @type {number | null} point that the arrow keys have reached */
  focused = null;
  /** @type {number | null} point under the mouse */
  hovered = null;
  /** @type {number[]} points of the line that is made with keys */
  corners = [];
  /** @type {Gesture | null} */
  gesture = null;
  isStale = true; // whether the points have to be painted again
}

/** @param {Component<MapData>} component */
export function start({ element, props, watch, trigger }) {
  const root = find(element, ".mg-map", HTMLElement);
  const stage = find(root, ".mg-map-stage", HTMLElement);
  const canvas = find(root, ".mg-map-points", HTMLCanvasElement);
  const colourBy = find(root, ".mg-map-by", HTMLSelectElement);
  const phraseCount = find(root, ".mg-map-phrases", HTMLSelectElement);
  const tip = find(root, ".mg-map-tip", HTMLElement);
  const legend = find(root, ".mg-map-legend", HTMLElement);
  const message = find(root, ".mg-map-message", HTMLElement);
  const pan = find(root, ".mg-map-pan", HTMLElement);
  const modes = [...root.querySelectorAll(".mg-map-modes button")].filter(
    (button) => button instanceof HTMLButtonElement,
  );
  const still = document.createElement("canvas"); // the points; what is on them changes more often
  const state = new State();
  const viewport = new Viewport(2, EDGE);
  let size = 0; // pixels
  let frame = 0;

  const attribute = () => state.points?.attributes.find(({ name }) => name === colourBy.value);
  const middle = () => [size / 2, size / 2];

  /** @param {{ clientX: number, clientY: number }} point */
  function pixelsUnder({ clientX, clientY }) {
    const { left, top } = canvas.getBoundingClientRect();
    return [clientX - left, clientY - top];
  }

  /**
   * The nearest point to these pixels, within so many pixels.
   * @param {number[]} pixels @param {number} reach
   */
  const pointNear = (pixels, reach) =>
    state.points && nearestPoint(state.points, viewport.placeAt(pixels), reach / viewport.full);

  /** @param {string} text */
  function say(text) {
    message.textContent = text;
  }

  function receive() {
    const points = readPoints(props.value);
    Object.assign(state, { points, played: null, line: null, focused: null, hovered: null });
    state.corners = [];
    tip.hidden = true;
    root.dataset.state = points ? "ready" : "empty";
    root.dataset.points = String(points?.x.length ?? 0);
    const chosen = colourBy.value;
    colourBy.replaceChildren(
      ...(points?.attributes ?? []).map(
        ({ name }) => new Option(capitalize(name), name, false, name === chosen),
      ),
    );
    say("");
    showLegend();
    refresh();
  }

  function showLegend() {
    const shown = attribute();
    legend.style.visibility = shown ? "visible" : "hidden";
    if (!shown) return;
    const [low, high] = [shown.low, shown.high].map((value) => formatValue(value, shown));
    const [first, last] = legend.querySelectorAll("span");
    first.textContent = low;
    last.textContent = high;
    const text = `Colours of ${shown.name}: dark blue is ${low}, bright yellow is ${high}`;
    legend.setAttribute("aria-label", text);
  }

  // Playing ---------------------------------------------------------------------------------------

  /** @param {number} seed */
  function playPoint(seed) {
    Object.assign(state, { played: seed, line: null, focused: seed });
    say(`You are here: ${pointText(attribute(), seed)}`);
    draw();
    trigger("place", { seed });
  }

  /** @param {number[][]} places */
  function playLine(places) {
    const few = places.length > MOST_POINTS ? pointsAlong(places, MOST_POINTS) : places;
    const line = few.map((place) => place.map((value) => Number(clamp(value, 0, 1).toFixed(4))));
    const phrases = Number(phraseCount.value);
    Object.assign(state, { played: null, line, corners: [] });
    say(`You are on a line of ${phrases} phrases`);
    draw();
    trigger("line", { points: line, phrases });
  }

  /** @param {Mode} mode */
  function setMode(mode) {
    state.mode = mode;
    state.corners = [];
    root.dataset.mode = mode;
    for (const button of modes) setPressed(button, button.dataset.mode === mode);
    const listens = mode === "listen";
    find(root, ".mg-map-hint", HTMLElement).textContent = listens
      ? "Press a point to play it. Neighbours sound alike."
      : "Draw a line on the map, and the music follows it.";
    const enter = listens
      ? "Enter plays the point."
      : "Enter starts a line and adds corners to it, Enter on the last one again plays it, Escape removes it.";
    find(root, ".mg-map-keys", HTMLElement).textContent =
      `Arrow keys go from point to point, with Shift farther. ${enter} Plus and minus zoom.`;
    setPanning(false);
    draw();
  }

  /** @param {boolean} isPanning */
  function setPanning(isPanning) {
    state.isPanning = isPanning;
    root.dataset.pan = String(isPanning);
    setPressed(pan, isPanning);
  }

  // Painting --------------------------------------------------------------------------------------

  function resize() {
    size = stage.clientWidth;
    if (!size) return;
    const ratio = pixelRatio();
    for (const picture of [canvas, still]) {
      picture.width = Math.round(size * ratio);
      picture.height = picture.width;
      contextOf(picture).setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    viewport.resize(size - 2 * EDGE, size - 2 * EDGE, CLOSEST);
    viewportChanged();
  }

  function viewportChanged() {
    const isWhole = viewport.isFarthest;
    if (isWhole) setPanning(false);
    pan.setAttribute("aria-disabled", String(isWhole));
    zoom.showLimits();
    root.dataset.zoom = viewport.zoom.toFixed(2);
    refresh();
  }

  function refresh() {
    state.isStale = true;
    draw();
  }

  function draw() {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(paint);
  }

  /** @param {Points} points */
  function paintPoints(points) {
    state.isStale = false;
    const context = contextOf(still);
    context.clearRect(0, 0, size, size);
    const radius = Math.min(5, 1.7 * Math.sqrt(viewport.zoom));
    const shown = attribute();
    context.globalAlpha = 0.9;
    for (let i = 0; i < points.x.length; i += 1) {
      const pixels = viewport.pixelsOf(placeOf(points, i));
      if (Math.min(...pixels) < -radius || Math.max(...pixels) > size + radius) continue;
      context.fillStyle = colourOf(shown, i);
      traceCircle(context, pixels, radius);
      context.fill();
    }
  }

  function paint() {
    const { points, played, line, hovered, focused, gesture, corners } = state;
    if (!size) return;
    const context = contextOf(canvas);
    context.clearRect(0, 0, size, size);
    if (!points) return;
    if (state.isStale) paintPoints(points);
    context.drawImage(still, 0, 0, size, size);
    /** @type {(i: number, colour: string) => void} */
    const ring = (i, colour) => {
      const pixels = viewport.pixelsOf(placeOf(points, i));
      paintRing(context, pixels, colour, colourOf(attribute(), i));
    };
    /** @type {(places: number[][]) => number[][]} */
    const toPixels = (places) => places.map((place) => viewport.pixelsOf(place));
    const drawn = gesture?.line ?? corners.map((i) => placeOf(points, i));
    if (played !== null) ring(played, "#fff");
    else if (line && !drawn.length) {
      paintLine(context, toPixels(line), toPixels(pointsAlong(line, Number(phraseCount.value))));
    }
    if (drawn.length) {
      paintLine(context, toPixels(drawn), toPixels(gesture?.line ? [drawn[0]] : drawn));
    }
    if (hovered !== null && hovered !== played) ring(hovered, "rgba(255, 255, 255, .55)");
    if (focused !== null && canvas.matches(":focus-visible")) ring(focused, "#ff8a65");
  }

  // Mouse and fingers -----------------------------------------------------------------------------

  /** @param {PointerEvent} event */
  function hover(event) {
    const { mode, isPanning, gesture } = state;
    const isIdle = mode === "listen" && !isPanning && event.pointerType === "mouse" && !gesture;
    state.hovered = isIdle ? pointNear(pixelsUnder(event), REACH / 2) : null;
    canvas.style.cursor = state.hovered === null ? "" : "pointer";
    if (state.hovered === null) tip.hidden = true;
    else showTip(state.hovered);
    draw();
  }

  /** @param {number} i */
  function showTip(i) {
    if (!state.points) return;
    const shown = attribute();
    tip.hidden = false;
    tip.replaceChildren(make("b", "", `seed ${i}`), valueText(shown, i));
    tip.style.setProperty("--point", colourOf(shown, i));
    const [x, y] = viewport.pixelsOf(placeOf(state.points, i));
    const above = y - tip.offsetHeight - 14;
    tip.style.left = `${clamp(x - tip.offsetWidth / 2, 4, size - tip.offsetWidth - 4)}px`;
    tip.style.top = `${above > 2 ? above : y + 14}px`;
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (!state.points || zoom.isPinching() || !event.isPrimary) return;
    const isMouse = event.pointerType === "mouse";
    const pans = event.button > 0 || state.isPanning || (state.mode === "listen" && isMouse);
    const kind = pans ? "pan" : state.mode;
    const start = pixelsUnder(event);
    const line = kind === "draw" ? [viewport.placeAt(start)] : null;
    const { offsets } = viewport;
    state.gesture = { id: event.pointerId, kind, start, offsets, line, hasMoved: false };
    if (kind === "listen") return; // the page may scroll; if it does not, a click follows
    canvas.setPointerCapture(event.pointerId);
    draw();
  });

  canvas.addEventListener("pointermove", (event) => {
    const { gesture } = state;
    if (gesture?.id !== event.pointerId) return hover(event);
    const [x, y] = pixelsUnder(event);
    const [dx, dy] = [x - gesture.start[0], y - gesture.start[1]];
    gesture.hasMoved ||= Math.hypot(dx, dy) > TREMBLE;
    if (gesture.kind === "pan" && gesture.hasMoved) {
      root.dataset.panning = "true";
      tip.hidden = true;
      viewport.moveTo([gesture.offsets[0] - dx, gesture.offsets[1] - dy]);
      viewportChanged();
    } else if (gesture.line) {
      gesture.line.push(viewport.placeAt([clamp(x, 0, size), clamp(y, 0, size)]));
      draw();
    }
  });

  let hasDragged = false; // whether the pointer that was lifted last had moved
  for (const kind of /** @type {const} */ (["pointerup", "pointercancel"])) {
    canvas.addEventListener(kind, (event) => {
      const { gesture } = state;
      if (gesture?.id !== event.pointerId) return;
      hasDragged = gesture.hasMoved;
      state.gesture = null;
      delete root.dataset.panning;
      draw();
      if (!gesture.line || kind === "pointercancel") return;
      const length = lengthOf(gesture.line.map((place) => viewport.pixelsOf(place)));
      if (length >= SHORTEST_LINE) playLine(gesture.line);
      else say("That is too short: drag to draw a line");
    });
  }

  canvas.addEventListener("click", (event) => {
    if (!state.points || state.mode !== "listen" || state.isPanning || hasDragged) return;
    const seed = pointNear(pixelsUnder(event), REACH);
    if (seed === null) say("There is no point here");
    else playPoint(seed);
  });

  canvas.addEventListener("pointerleave", () => {
    state.hovered = null;
    tip.hidden = true;
    draw();
  });
  leaveFocus(canvas);
  canvas.addEventListener("contextmenu", (event) => event.preventDefault()); // the right button pans

  const zoom = connectZoom(viewport, {
    target: canvas,
    zoomIn: find(root, ".mg-map-zoom-in", HTMLElement),
    zoomOut: find(root, ".mg-map-zoom-out", HTMLElement),
    isReady: () => Boolean(state.points && size),
    pixelsOf: pixelsUnder,
    middle,
    changed: viewportChanged,
    pinchBegins() {
      state.gesture = null; // the first finger was not meant to draw
      draw();
    },
  });

  // Keys ------------------------------------------------------------------------------------------

  /** @param {Points} points @param {number} i */
  function focusPoint(points, i) {
    state.focused = i;
    const place = placeOf(points, i);
    if (viewport.pixelsOf(place).some((pixel) => pixel < EDGE || pixel > size - EDGE)) {
      viewport.zoomTo(viewport.zoom, middle(), place);
      viewportChanged();
    }
    say(pointText(attribute(), i));
    draw();
  }

  /** @param {Points} points */
  function pressEnter(points) {
    const { focused, corners } = state;
    if (focused === null) return focusPoint(points, pointNear(middle(), Infinity) ?? 0);
    if (state.mode === "listen") return playPoint(focused);
    if (corners[corners.length - 1] !== focused) {
      corners.push(focused);
      const what = corners.length > 1 ? "corner of the line" : "start of the line";
      say(`${pointText(attribute(), focused)}: ${what}`);
      draw();
    } else if (corners.length > 1) playLine(corners.map((i) => placeOf(points, i)));
  }

  /** @param {Points} points @param {number[]} direction @param {boolean} isFar */
  function pressArrow(points, direction, isFar) {
    const { focused } = state;
    const distance = isFar ? (FAR * size) / viewport.full : 0;
    const target =
      focused === null
        ? pointNear(middle(), Infinity)
        : (nextPoint(points, focused, direction, distance) ?? focused);
    focusPoint(points, target ?? 0);
  }

  canvas.addEventListener("keydown", (event) => {
    const { points, corners } = state;
    if (!points || hasModifier(event)) return;
    if (event.key in ARROWS) pressArrow(points, ARROWS[event.key], event.shiftKey);
    else if (event.key === "Enter") pressEnter(points);
    else if (event.key === "Escape" && corners.length) {
      state.corners = [];
      say("The line is removed");
      draw();
    } else if (!zoom.pressKey(event)) return;
    event.preventDefault();
  });
  for (const kind of ["focus", "blur"]) canvas.addEventListener(kind, draw);

  for (const button of modes) {
    button.addEventListener("click", () =>
      setMode(button.dataset.mode === "draw" ? "draw" : "listen"),
    );
  }
  onPress(pan, () => setPanning(!state.isPanning));
  colourBy.addEventListener("change", () => {
    showLegend();
    refresh();
  });
  phraseCount.addEventListener("change", () => {
    if (state.line) playLine(state.line);
  });

  legend.style.setProperty("--ramp", `linear-gradient(90deg, ${RAMP.join(", ")})`);
  setMode("listen");
  watch("value", receive);
  new ResizeObserver(resize).observe(stage);
  resize();
  receive();
}

/** @param {CanvasRenderingContext2D} context @param {number[]} pixels @param {number} radius */
function traceCircle(context, [x, y], radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

/**
 * @param {CanvasRenderingContext2D} context @param {number[]} pixels @param {string} colour
 * @param {string} fill
 */
function paintRing(context, pixels, colour, fill) {
  for (const [style, width] of /** @type {const} */ ([
    ["#0f0e12", 6],
    [colour, 2.5],
  ])) {
    context.strokeStyle = style;
    context.lineWidth = width;
    traceCircle(context, pixels, 8);
    context.stroke();
  }
  context.fillStyle = fill;
  traceCircle(context, pixels, 4);
  context.fill();
}

/**
 * @param {CanvasRenderingContext2D} context @param {number[][]} line pixels
 * @param {number[][]} dots pixels; the first marks the start
 */
function paintLine(context, line, dots) {
  context.lineJoin = "round";
  context.lineCap = "round";
  const strokes = /** @type {const} */ ([
    ["rgba(15, 14, 18, .8)", 6],
    ["#fff", 2],
  ]);
  for (const [style, width] of strokes) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.beginPath();
    for (const [x, y] of line) context.lineTo(x, y);
    context.stroke();
  }
  dots.forEach((pixels, i) => {
    traceCircle(context, pixels, i ? 4.5 : 6);
    context.fillStyle = i ? "#fff" : SIGNAL;
    context.fill();
    context.strokeStyle = "#0f0e12";
    context.lineWidth = 1.5;
    context.stroke();
  });
}
