// The buttons that edit the selected phrase, all phrases that are not locked, or the piece.

import { disable, find, onPress, setPressed } from "../shared/dom.js";

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
    lock: () => controller.toggleLock(state.selected),
    redraw: () => controller.redraw(state.edited),
    vary: () => controller.vary(),
    copy: () => controller.toggleCopying(),
    cut: () => controller.cut(),
    rest: () => controller.redraw(state.unlocked),
    extend: () => controller.extend(),
    endless: () => controller.endless.toggle(),
    undo: () => controller.goToVersion(-1),
    redo: () => controller.goToVersion(1),
  };
  const names = /** @type {(keyof typeof actions)[]} */ (Object.keys(actions));
  for (const name of names) onPress(button(name), actions[name]);

  const keeps = /** @type {const} */ (["song", "drums"]).map((model) => {
    const keep = find(root, `[data-keep="${model}"]`, HTMLButtonElement);
    keep.addEventListener("click", () => controller.toggleKept(model));
    return { model, keep };
  });
  amount.addEventListener("input", () => {
    state.amount = Number(amount.value);
    controller.update();
  });

  return {
    render() {
      const { piece, selected, obstacles, kept } = state;
      for (const name of names) disable(button(name), obstacles[name]);
      scope.textContent = selected === null ? "All phrases" : `Phrase ${selected + 1}`;
      setPressed(button("lock"), selected !== null && state.locks.has(selected));
      setPressed(button("copy"), state.copying !== null);
      setPressed(button("endless"), state.endless !== null);
      button("cut").hidden = !piece?.blend || selected === null;
      for (const { model, keep } of keeps) {
        keep.hidden = !state.hasBothModels;
        setPressed(keep, kept.has(model));
      }
      amountText.textContent = state.amountInWords;
      amount.setAttribute("aria-valuetext", `${state.amount} %, ${state.amountInWords}`);
      amount.style.setProperty("--share", `${state.amount}%`);
    },
  };
}
