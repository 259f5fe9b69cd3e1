// The line that says what is going on, the progress bar, and the button that cancels.

import { find, setText } from "../shared/dom.js";
import { barNumber } from "./piece.js";

/** @import { Controller, View } from "./controller.js" */

/** @param {HTMLElement} root @param {Controller} controller @returns {View} */
export function connectStatus(root, controller) {
  const { state } = controller;
  const status = find(root, ".mg-status", HTMLElement);
  const announcement = find(root, ".mg-announcement", HTMLElement);
  const cancel = find(root, ".mg-cancel", HTMLElement);
  const bar = find(root, ".mg-progress", HTMLElement);
  const fill = find(bar, "i", HTMLElement);
  const scroller = find(root, ".mg-scroll", HTMLElement);
  cancel.addEventListener("click", () => controller.cancel());

  return {
    render() {
      const { canCancel, piece } = state;
      setText(status, state.status);
      // The button takes the focus along when it disappears: move the focus before.
      if (!canCancel && document.activeElement === cancel) scroller.focus({ preventScroll: true });
      cancel.hidden = !canCancel;
      const progress = canCancel || state.making ? state.progress : null;
      bar.hidden = !progress;
      if (progress) {
        const percent = Math.round(progress.share * 100);
        bar.setAttribute("aria-valuenow", String(percent));
        fill.style.width = `${percent}%`;
      }
      const { dataset } = root;
      dataset.state = state.stage;
      dataset.version = String(state.versions.current);
      if (piece) {
        dataset.id = piece.id;
        dataset.notes = String(piece.notes.length);
      }
      dataset.sound = state.sound ?? "";
      dataset.endless = String(state.endless !== null);
      if (state.isBusy) dataset.busy = "true";
      else delete dataset.busy;
    },
    pieceIsReady(title) {
      const { piece } = state;
      if (!piece) return;
      const parts = piece.parts.map(({ name, instrument }) => `${name}: ${instrument}`);
      announcement.textContent = `${title}, ${barNumber(piece, piece.bars - 1)} bars, is ready to play: ${parts.join(", ")}`;
    },
  };
}
