// The phrases below the roll: one is selected, and maybe looped; any can be locked.

import { find, hasModifier, make, setPressed } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";
import { endOf, phraseLabel, sectionOf, startOf } from "./piece.js";

/** @import { Controller } from "./controller.js" */
/** @import { Piece } from "./piece.js" */

/** @param {HTMLElement} root @param {Controller} controller */
export function connectPhrases(root, controller) {
  const { state } = controller;
  const row = find(root, ".mg-phrases", HTMLElement);
  const loop = find(root, ".mg-loop", HTMLElement);
  /** @type {{ cell: HTMLButtonElement, number: HTMLElement, section: HTMLElement }[]} */
  let cells = [];

  /** Index of the phrase that has the focus, or null. */
  function focused() {
    const i = cells.findIndex(({ cell }) => cell === document.activeElement);
    return i < 0 ? null : i;
  }

  function renderFocus() {
    const stop = focused() ?? state.selected ?? 0;
    // One stop in the tab order; arrow keys go on from there.
    cells.forEach(({ cell }, i) => {
      cell.tabIndex = i === stop ? 0 : -1;
    });
  }

  /** @param {Piece} piece */
  function makeCells(piece) {
    if (cells.length === piece.phrases) return;
    cells = Array.from({ length: piece.phrases }, (_, i) => {
      const [number, section] = [make("b", "", String(i + 1)), make("span")];
      const cell = make("button", "mg-phrase", number, section);
      cell.addEventListener("click", () => controller.press(i));
      return { cell, number, section };
    });
    row.replaceChildren(...cells.map(({ cell }) => cell));
  }

  function render() {
    const { piece, selected, chosen } = state;
    if (!piece) return;
    makeCells(piece);
    cells.forEach(({ cell, section }, i) => {
      const [start, end] = [startOf(i) / piece.steps, endOf(piece, i) / piece.steps];
      section.textContent = sectionOf(piece, i);
      cell.style.left = `${start * 100}%`;
      cell.style.width = `${(end - start) * 100}%`;
      const lock = state.lockOf(i);
      cell.setAttribute("aria-label", phraseLabel(piece, i, lock));
      setPressed(cell, i === selected && !chosen);
      cell.dataset.looped = String(i === selected && controller.isLooping);
      cell.dataset.locked = lock;
      cell.dataset.target = String(state.copiesTo(i).length > 0);
    });
    renderFocus();
    setPressed(loop, controller.isLooping);
  }

  row.addEventListener("keydown", (event) => {
    const here = focused();
    if (here === null) return;
    const last = cells.length - 1;
    const target = {
      ArrowLeft: here - 1,
      ArrowUp: here - 1,
      ArrowRight: here + 1,
      ArrowDown: here + 1,
      Home: 0,
      End: last,
    }[event.key];
    if (target === undefined || hasModifier(event)) return;
    event.preventDefault();
    cells[clamp(target, 0, last)].cell.focus();
    renderFocus();
  });
  loop.addEventListener("click", () => controller.loop(!controller.isLooping));

  return {
    render,

    /** @param {number} phrase */
    focusPhrase: (phrase) => cells[phrase].cell.focus({ preventScroll: true }),

    /** The phrase that a key is meant for: the one with the keyboard's focus, or else the selected one. */
    phraseOfKey() {
      const i = focused();
      return i !== null && cells[i].cell.matches(":focus-visible") ? i : state.selected;
    },
  };
}
