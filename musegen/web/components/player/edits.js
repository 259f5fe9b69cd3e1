// The buttons that edit what is chosen, all that is not locked, or the piece.

import { disable, find, onPress, setPressed } from "../shared/dom.js";
import { placeInWords } from "./cells.js";

/** @import { Controller, View } from "./controller.js" */

/** @param {HTMLElement} root @param {Controller} controller @returns {View} */
export function connectEdits(root, controller) {
  const { state } = controller;
  const scope = find(root, ".mg-scope", HTMLElement);
  const amount = find(root, ".mg-amount-range", HTMLInputElement);
  const amountText = find(root, ".mg-amount-text", HTMLElement);
  /** @param {string} name */
  const button = (name) => find(root, `[data-do="${name}"]`, HTMLButtonElement);
  const actions = {
    lock: () => controller.toggleLocks(state.marked),
    redraw: () => controller.redraw(state.edited),
    vary: () => controller.vary(),
    copy: () => controller.toggleCopying(),
    silence: () => controller.toggleSilence(),
    clear: () => controller.clear(),
    cut: () => controller.cut(),
    rest: () => controller.redraw(state.unlocked),
    extend: () => controller.extend(),
    endless: () => controller.endless.toggle(),
    undo: () => controller.goToVersion(-1),
    redo: () => controller.goToVersion(1),
  };
  const names = /** @type {(keyof typeof actions)[]} */ (Object.keys(actions));
  for (const name of names) onPress(button(name), actions[name]);
  const isOfGrid = (/** @type {string} */ name) => name === "silence" || name === "clear";

  amount.addEventListener("input", () => {
    state.amount = Number(amount.value);
    controller.update();
  });

  return {
    render() {
      const { piece, selected, chosen, marked, locks, silent, obstacles } = state;
      const isEvery = (/** @type {Set<number>} */ cells) =>
        marked.length > 0 && marked.every((cell) => cells.has(cell));
      for (const name of names) disable(button(name), obstacles[name]);
      if (chosen && piece) scope.textContent = placeInWords(piece, chosen);
      else scope.textContent = selected === null ? "All phrases" : `Phrase ${selected + 1}`;
      setPressed(button("lock"), isEvery(locks));
      setPressed(button("silence"), isEvery(silent));
      for (const name of names.filter(isOfGrid)) button(name).hidden = !state.isGridOpen;
      setPressed(button("copy"), state.copying !== null);
      setPressed(button("endless"), state.endless !== null);
      button("cut").hidden = !piece?.blend || selected === null;
      amountText.textContent = state.amountInWords;
      amount.setAttribute("aria-valuetext", `${state.amount} %, ${state.amountInWords}`);
      amount.style.setProperty("--share", `${state.amount}%`);
    },
  };
}
