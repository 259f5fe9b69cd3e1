// The square: a dot between four pieces says how much of each is mixed.

import { contextOf, find, hasModifier, leaveFocus, make } from "../shared/dom.js";
import { clampPlace, colourAt, LETTERS, percentsOf, snapToCorner } from "./geometry.js";

/** @import { Component, SquareData } from "../shared/payloads.js" */
/** @import { Place } from "./geometry.js" */

const RADIUS = 13; // pixels of the dot that are visible; a finger may take hold farther away
const STEP = 0.05;
const FINE_STEP = 0.01;

/** @type {Record<string, number[]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** State of the square. */
class State {
  /** @type {Place} */
  place = { x: 0.5, y: 0.5 };
  /** @type {{ id: number, from: Place, grip: Place } | null} grip: pixels from the dot's middle */
  drag = null;
  isDragEnd = false; // whether the next click belongs to a drag that was played already
  /** @type {{ index: number, byKey: boolean } | null} corner whose menu is open */
  menu = null;
}

/** @param {Component<SquareData>} component */
export function start({ element, props, watch, trigger }) {
  const root = find(element, ".mg-square", HTMLElement);
  const pad = find(root, ".mg-square-pad", HTMLElement);
  const area = find(root, ".mg-square-area", HTMLElement);
  const dot = find(root, ".mg-square-dot", HTMLElement);
  const menu = find(root, ".mg-square-menu", HTMLElement);
  const sliders = /** @type {const} */ (["x", "y"]).map((axis) => ({
    axis,
    slider: find(root, `.mg-square-${axis}`, HTMLInputElement),
  }));
  const state = new State();
  const corners = makeCorners();
  const shares = makeShares();

  function makeCorners() {
    const rows = root.querySelectorAll(".mg-square-corners");
    return LETTERS.map((letter, i) => {
      const title = make("span");
      const className = `mg-square-corner mg-of-${letter.toLowerCase()}`;
      const button = make("button", className, make("b", "", letter), title);
      button.setAttribute("aria-expanded", "false");
      button.setAttribute("aria-controls", "mg-square-menu");
      button.addEventListener("click", ({ detail }) => {
        const isOpen = state.menu?.index === i;
        closeMenu();
        if (!isOpen) openMenu(i, detail === 0);
      });
      rows[i >> 1].append(button);
      return { button, title };
    });
  }

  function makeShares() {
    const list = find(root, ".mg-square-shares", HTMLElement);
    return LETTERS.map((letter) => {
      const figure = make("span");
      const line = make("span", "", make("b", "", letter), " ", figure);
      const share = make("span", `mg-square-share mg-of-${letter.toLowerCase()}`, line, make("i"));
      list.append(share);
      return { share, figure };
    });
  }

  function receive() {
    const value = props.value || null;
    corners.forEach(({ button, title }, i) => {
      const text = value?.corners[i] ?? "";
      title.textContent = text;
      button.setAttribute("aria-label", `Corner ${LETTERS[i]}: ${text}`);
      button.title = text;
    });
    const { place } = state;
    if (!state.drag) moveTo({ x: value?.x ?? place.x, y: value?.y ?? place.y });
  }

  // The dot ---------------------------------------------------------------------------------------

  /** @param {Place} wanted */
  function moveTo(wanted) {
    const place = clampPlace(wanted);
    state.place = place;
    const percents = percentsOf(place);
    shares.forEach(({ share, figure }, i) => {
      share.style.setProperty("--share", `${percents[i]}%`);
      figure.textContent = `${percents[i]} %`;
    });
    const text = percents.map((percent, i) => `${LETTERS[i]} ${percent} %`).join(", ");
    for (const { axis, slider } of sliders) {
      dot.style.setProperty(`--${axis}`, String(place[axis]));
      slider.value = String(Math.round(place[axis] * 100));
      slider.setAttribute("aria-valuetext", text);
      root.dataset[axis] = String(place[axis]);
    }
  }

  const play = () => trigger("blend", { ...state.place });

  /**
   * Move the dot to a pointer that holds it this far from its middle.
   * @param {MouseEvent} event @param {Place} [grip]
   */
  function moveToPointer({ clientX, clientY }, grip = { x: 0, y: 0 }) {
    const { left, top, width, height } = area.getBoundingClientRect();
    const [x, y] = [(clientX - grip.x - left) / width, (clientY - grip.y - top) / height];
    moveTo(snapToCorner({ x, y }));
  }

  // Beside the dot a finger scrolls the page, or taps; the dot it can drag.
  pad.addEventListener("pointerdown", (event) => {
    state.isDragEnd = false;
    const { target, clientX, clientY } = event;
    if (!event.isPrimary || event.button || isInMenu(target)) return;
    const isMouse = event.pointerType === "mouse";
    const { left, top, width, height } = dot.getBoundingClientRect();
    const fromMiddle = { x: clientX - left - width / 2, y: clientY - top - height / 2 };
    const isNear = Math.hypot(fromMiddle.x, fromMiddle.y) <= RADIUS;
    const isHeld = target === dot && (!isMouse || isNear);
    if (!isMouse && !isHeld) return;
    const grip = isHeld ? fromMiddle : { x: 0, y: 0 };
    state.drag = { id: event.pointerId, from: state.place, grip };
    pad.dataset.dragging = "true";
    pad.setPointerCapture(event.pointerId);
    if (!isHeld) moveToPointer(event);
  });
  pad.addEventListener("pointermove", (event) => {
    if (state.drag?.id === event.pointerId) moveToPointer(event, state.drag.grip);
  });
  for (const kind of /** @type {const} */ (["pointerup", "pointercancel"])) {
    pad.addEventListener(kind, (event) => {
      const { drag } = state;
      if (drag?.id !== event.pointerId) return;
      state.drag = null;
      delete pad.dataset.dragging;
      if (kind === "pointerup") {
        state.isDragEnd = true;
        play();
      } else moveTo(drag.from);
    });
  }
  pad.addEventListener("click", (event) => {
    if (state.isDragEnd || isInMenu(event.target)) return;
    moveToPointer(event);
    play();
  });
  leaveFocus(pad);

  for (const { axis, slider } of sliders) {
    slider.addEventListener("keydown", (event) => {
      if (hasModifier(event)) return;
      if (event.key in ARROWS) {
        const [right, down] = ARROWS[event.key];
        const step = event.shiftKey ? FINE_STEP : STEP;
        moveTo({ x: state.place.x + right * step, y: state.place.y + down * step });
      } else if (event.key === "Enter") play();
      else return;
      event.preventDefault();
    });
    slider.addEventListener("input", () => {
      moveTo({ ...state.place, [axis]: Number(slider.value) / 100 });
    });
  }
  find(root, ".mg-square-play", HTMLElement).addEventListener("click", play);

  // The menu of a corner --------------------------------------------------------------------------

  /** @param {EventTarget | null} target */
  const isInMenu = (target) => target instanceof Node && menu.contains(target);

  /** @param {number} index @param {boolean} byKey */
  function openMenu(index, byKey) {
    state.menu = { index, byKey };
    menu.dataset.index = String(index);
    menu.setAttribute("aria-label", `Corner ${LETTERS[index]}`);
    menu.hidden = false;
    corners[index].button.setAttribute("aria-expanded", "true");
    if (byKey) find(menu, "button", HTMLElement).focus();
  }

  function closeMenu() {
    if (!state.menu) return;
    const { index, byKey } = state.menu;
    const { button } = corners[index];
    state.menu = null;
    if (byKey && isInMenu(document.activeElement)) button.focus();
    menu.hidden = true;
    button.setAttribute("aria-expanded", "false");
  }

  menu.addEventListener("click", ({ target }) => {
    const choice = target instanceof Element ? target.closest("button")?.dataset.from : null;
    if (!choice || !state.menu) return;
    const { index } = state.menu;
    closeMenu();
    trigger("corner", { index, from: choice });
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !state.menu) return;
    event.preventDefault();
    closeMenu();
  });
  root.addEventListener("focusout", ({ relatedTarget }) => {
    if (state.menu?.byKey && relatedTarget && !isInMenu(relatedTarget)) closeMenu();
  });
  const closeFromOutside = (/** @type {PointerEvent} */ { target }) => {
    if (!state.menu || isInMenu(target)) return;
    const { button } = corners[state.menu.index];
    if (!(target instanceof Node && button.contains(target))) closeMenu();
  };
  document.addEventListener("pointerdown", closeFromOutside, true);

  paintField(find(root, ".mg-square-field", HTMLCanvasElement));
  watch("value", receive);
  receive();
}

/** @param {HTMLCanvasElement} field */
function paintField(field) {
  const { width, height } = field;
  const context = contextOf(field);
  const picture = context.createImageData(width, height);
  for (let i = 0; i < width * height; i += 1) {
    const place = { x: (i % width) / (width - 1), y: Math.floor(i / width) / (height - 1) };
    picture.data.set([...colourAt(place), 255], 4 * i);
  }
  context.putImageData(picture, 0, 0);
}
