// The dialog with the history, and the keys for undo and redo.

import { find, isTextField, make } from "../shared/dom.js";

/** @import { Controller } from "./controller.js" */
/** @import { Entry } from "./versions.js" */

/** @param {HTMLElement} root @param {Controller} controller */
export function connectHistory(root, controller) {
  const { history } = controller;
  const dialog = find(root, ".mg-history", HTMLDialogElement);
  const note = find(dialog, ".mg-history-note", HTMLElement);
  const list = find(dialog, ".mg-entries", HTMLElement);
  const clear = find(dialog, ".mg-clear", HTMLElement);
  const close = find(dialog, ".mg-close", HTMLElement);

  function show() {
    const entries = history.read();
    note.textContent = entries.length
      ? "Kept only in this browser. The newest come first."
      : "Nothing is kept in this browser yet.";
    clear.hidden = !entries.length;
    list.replaceChildren(...entries.map(makeItem));
    if (!dialog.open) dialog.showModal();
  }

  /** @param {Entry} entry */
  function makeItem({ recipe, title, details, when }) {
    const date = new Date(when).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    const content = [make("b", "", title), make("time", "", date)];
    const button = make("button", "mg-entry", ...content, make("span", "", details.join("  ·  ")));
    button.addEventListener("click", () => {
      dialog.close();
      controller.openRecipe(recipe);
    });
    return make("li", "", button);
  }

  find(root, '[data-do="history"]', HTMLElement).addEventListener("click", show);
  close.addEventListener("click", () => dialog.close());
  clear.addEventListener("click", () => {
    history.clear();
    show();
    close.focus();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  });

  document.addEventListener("keydown", (event) => {
    if (!root.isConnected || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.target instanceof HTMLElement && isTextField(event.target)) return;
    const key = event.key.toLowerCase();
    const isRedo = key === "y" || (key === "z" && event.shiftKey);
    if (!isRedo && key !== "z") return;
    event.preventDefault();
    controller.goToVersion(isRedo ? 1 : -1);
  });

  return { isOpen: () => dialog.open };
}
