// The parts of the phrases below the roll: a row for each part, a column for each phrase. Any cells
// can be chosen: one by one, in rows, by dragging and by keys.

import { find, make, setPressed } from "../shared/dom.js";
import { capitalize, clamp } from "../shared/numbers.js";
import { PARTS } from "../shared/parts.js";
import { cellAt, cellLabel, columnOf, partOf, phraseOf, rectangle, rowOf } from "./cells.js";
import { COLOURS } from "./parts.js";
import { endOf, STEPS_PER_PHRASE, startOf } from "./piece.js";

/** @import { Controller, View } from "./controller.js" */
/** @import { Note, Piece } from "./piece.js" */

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 10; // of a cell's picture, in units of its own

/** @param {HTMLElement} root @param {Controller} controller @returns {View} */
export function connectGrid(root, controller) {
  const { state } = controller;
  const grid = find(root, ".mg-grid", HTMLElement);
  const names = find(root, ".mg-grid-names", HTMLElement);
  const rail = find(root, ".mg-grid-rail", HTMLElement);
  const box = find(root, ".mg-grid-cells", HTMLElement);
  const toggle = find(root, ".mg-grid-toggle", HTMLElement);
  const scroller = find(root, ".mg-scroll", HTMLElement);
  /** @type {HTMLButtonElement[]} in the order of the cells' numbers */
  let buttons = [];
  /** @type {Piece | null} whose notes are drawn */
  let drawn = null;
  /** @type {Set<number>} cells that have notes */
  let filled = new Set();
  let anchor = 0; // where the block of chosen cells begins
  /** @type {number | null} the pointer that chooses a block */
  let pointer = null;

  const rows = PARTS.map((name, part) => {
    const row = make("button", "mg-grid-name", capitalize(name));
    row.setAttribute("aria-label", `${capitalize(name)}, all phrases`);
    row.style.setProperty("--part", COLOURS[name]);
    row.addEventListener("click", (event) => {
      if (!state.piece || state.copying) return;
      anchor = cellAt(0, part);
      add(event, rowOf(part, state.piece.phrases));
    });
    return row;
  });
  names.append(...rows);
  toggle.addEventListener("click", () => controller.showGrid(!state.isGridOpen));

  /**
   * Choose cells: instead of those that are chosen, or also with Ctrl.
   * @param {MouseEvent} event @param {number[]} cells
   */
  function add({ ctrlKey, metaKey }, cells) {
    if (!ctrlKey && !metaKey) return controller.choose(cells);
    const chosen = new Set(state.marked);
    const isChosen = cells.every((cell) => chosen.has(cell));
    for (const cell of cells) {
      if (isChosen) chosen.delete(cell);
      else chosen.add(cell);
    }
    controller.choose(chosen);
  }

  /** @param {number} cell @param {MouseEvent} event */
  function press(cell, event) {
    if (state.copying) controller.copyTo(phraseOf(cell));
    else if (event.shiftKey) controller.choose(rectangle(anchor, cell));
    else {
      anchor = cell;
      add(event, [cell]);
    }
  }

  // Drawing ---------------------------------------------------------------------------------------

  /** @param {Piece} piece */
  function drawCells(piece) {
    drawn = piece;
    anchor = cellAt(Math.min(phraseOf(anchor), piece.phrases - 1), anchor % PARTS.length);
    const pictures = drawNotes(piece);
    filled = new Set(pictures.keys());
    const cells = Array.from({ length: piece.phrases }, (_, phrase) => columnOf(phrase)).flat();
    if (buttons.length !== cells.length) {
      buttons = cells.map((cell) => {
        const button = make("button", "mg-cell");
        button.dataset.part = partOf(cell);
        button.style.setProperty("--part", COLOURS[partOf(cell)]);
        return button;
      });
      box.replaceChildren(...buttons);
    }
    cells.forEach((cell, i) => {
      const [start, end] = [startOf(phraseOf(cell)), endOf(piece, phraseOf(cell))];
      const { style } = buttons[i];
      style.left = `${(start / piece.steps) * 100}%`;
      style.width = `${((end - start) / piece.steps) * 100}%`;
      style.top = `${((cell % PARTS.length) / PARTS.length) * 100}%`;
      buttons[i].replaceChildren(makePicture(pictures.get(cell) ?? "", end - start));
    });
  }

  function renderFocus() {
    const focused = buttons.findIndex((button) => button === document.activeElement);
    const stop = focused >= 0 ? focused : Math.min(anchor, buttons.length - 1);
    // One stop in the tab order; arrow keys go on from there.
    buttons.forEach((button, cell) => {
      button.tabIndex = cell === stop ? 0 : -1;
    });
  }

  function render() {
    const { piece, isGridOpen, locks, silent, marked, chosen, selected } = state;
    toggle.setAttribute("aria-expanded", String(isGridOpen));
    grid.hidden = !isGridOpen || !piece;
    if (grid.hidden || !piece) return;
    if (piece !== drawn) drawCells(piece);
    rail.scrollLeft = scroller.scrollLeft;
    const isMarked = new Set(marked);
    buttons.forEach((button, cell) => {
      const [isLocked, isSilent] = [locks.has(cell), silent.has(cell)];
      const isEmpty = !filled.has(cell);
      button.setAttribute("aria-label", cellLabel(piece, cell, { isLocked, isSilent, isEmpty }));
      setPressed(button, isMarked.has(cell));
      button.dataset.locked = String(isLocked);
      button.dataset.silent = String(isSilent);
      button.dataset.target = String(state.copiesTo(phraseOf(cell)).length > 0);
    });
    rows.forEach((row, part) => {
      setPressed(
        row,
        rowOf(part, piece.phrases).every((cell) => isMarked.has(cell)),
      );
    });
    if (!chosen && selected !== null) anchor = cellAt(selected, 0);
    renderFocus();
  }

  // Pointers --------------------------------------------------------------------------------------

  /**
   * The cell at a place, or the nearest one.
   * @param {MouseEvent} event
   */
  function cellUnder({ clientX, clientY }) {
    const { left, top, width, height } = box.getBoundingClientRect();
    const { steps, phrases } = /** @type {Piece} */ (state.piece);
    const phrase = Math.floor((((clientX - left) / width) * steps) / STEPS_PER_PHRASE);
    const part = Math.floor(((clientY - top) / height) * PARTS.length);
    return cellAt(clamp(phrase, 0, phrases - 1), clamp(part, 0, PARTS.length - 1));
  }

  // Fingers scroll the page up and down, and choose only sideways: see `touch-action` in grid.css.
  box.addEventListener("pointerdown", (event) => {
    if (event.button || state.copying || !state.piece || event.ctrlKey || event.metaKey) return;
    pointer = event.pointerId;
    if (!event.shiftKey) anchor = cellUnder(event);
  });
  box.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer || !state.piece) return;
    const cell = cellUnder(event);
    if (!box.hasPointerCapture(pointer) && cell !== anchor) {
      box.setPointerCapture(pointer);
      // As after a press, the space bar is for the music.
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    }
    if (box.hasPointerCapture(pointer)) controller.choose(rectangle(anchor, cell));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    box.addEventListener(end, () => {
      pointer = null;
    });
  }
  box.addEventListener("click", (event) => {
    const cell = buttons.findIndex((button) => button === event.target);
    if (cell >= 0) press(cell, event); // after dragging, the click is on the box
  });

  // Keys ------------------------------------------------------------------------------------------

  box.addEventListener("keydown", (event) => {
    const cell = buttons.findIndex((button) => button === event.target);
    if (cell >= 0 && pressKey(cell, event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  });

  /** @param {number} cell @param {KeyboardEvent} event */
  function pressKey(cell, event) {
    const { key, shiftKey, altKey } = event;
    const isCommand = event.ctrlKey || event.metaKey;
    if (altKey) return false;
    if (isCommand && key.toLowerCase() === "a") {
      controller.choose(buttons.keys());
      return true;
    }
    if (isCommand) return false;
    const isChosen = state.marked.includes(cell);
    if (key.toLowerCase() === "k") {
      controller.toggleLocks(isChosen ? state.marked : [cell]);
    } else if (key === "Delete" || key === "Backspace") {
      if (!isChosen) controller.choose([cell]);
      if (!state.obstacles.clear) controller.clear();
    } else if (key === "Escape" && !state.copying) controller.select(null);
    else return moveFocus(cell, key, shiftKey);
    return true;
  }

  /** @param {number} cell @param {string} key @param {boolean} chooses whether it grows the block */
  function moveFocus(cell, key, chooses) {
    const [phrase, part] = [phraseOf(cell), cell % PARTS.length];
    const last = buttons.length / PARTS.length - 1;
    const target = {
      ArrowLeft: [phrase - 1, part],
      ArrowRight: [phrase + 1, part],
      ArrowUp: [phrase, part - 1],
      ArrowDown: [phrase, part + 1],
      Home: [0, part],
      End: [last, part],
    }[key];
    if (!target) return false;
    const next = cellAt(clamp(target[0], 0, last), clamp(target[1], 0, PARTS.length - 1));
    buttons[next].focus();
    if (chooses) controller.choose(rectangle(anchor, next));
    else anchor = next;
    renderFocus();
    return true;
  }

  // It scrolls with the roll, whichever of the two is scrolled.
  scroller.addEventListener("scroll", () => {
    rail.scrollLeft = scroller.scrollLeft;
  });
  rail.addEventListener("scroll", () => {
    if (Math.abs(rail.scrollLeft - scroller.scrollLeft) > 1) scroller.scrollLeft = rail.scrollLeft;
  });

  return { render };
}

/**
 * The notes of each cell that has some, as the path of a picture.
 * @param {Piece} piece @returns {Map<number, string>}
 */
export function drawNotes(piece) {
  /** @type {Map<string, Note[]>} */
  const ofPart = new Map();
  for (const name of PARTS) {
    const notes = piece.notes.filter(({ part }) => part === name);
    if (notes.length) ofPart.set(name, notes);
  }
  /** @type {Map<number, string>} */
  const paths = new Map();
  for (const [name, notes] of ofPart) {
    const pitches = notes.map(({ pitch }) => pitch);
    const high = pitches.reduce((a, b) => Math.max(a, b));
    const range = high - pitches.reduce((a, b) => Math.min(a, b)) || 1;
    for (const { onset, pitch, duration } of notes) {
      // A note that is played early stands in the cell of its step.
      const step = Math.round(onset);
      const phrase = Math.min(Math.floor(step / STEPS_PER_PHRASE), piece.phrases - 1);
      const x = onset - startOf(phrase);
      const y = 1 + ((high - pitch) / range) * (HEIGHT - 2);
      const cell = cellAt(phrase, PARTS.indexOf(name));
      const line = `M${x.toFixed(2)} ${y.toFixed(1)}h${Math.max(duration, 0.5).toFixed(2)}`;
      paths.set(cell, (paths.get(cell) ?? "") + line);
    }
  }
  return paths;
}

/** @param {string} path @param {number} steps */
function makePicture(path, steps) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${steps} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
