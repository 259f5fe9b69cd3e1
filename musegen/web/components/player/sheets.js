// The dialog with sheet music: a lead sheet or the full score, to read and to download.

import { disable, find, onPress, setPressed } from "../shared/dom.js";

/** @import { FileData } from "../shared/payloads.js" */
/** @import { Controller } from "./controller.js" */

/**
 * @param {HTMLElement} root @param {Controller} controller
 * @param {(kind: string, name: string, use?: (file: FileData | null) => void) => void} order
 * asks for a file of the piece; it is saved if there is no other use for it
 */
export function connectSheets(root, controller, order) {
  const dialog = find(root, ".mg-sheets", HTMLDialogElement);
  const open = find(root, ".mg-sheets-open", HTMLElement);
  const paper = find(dialog, ".mg-paper", HTMLElement);
  const image = find(paper, "img", HTMLImageElement);
  const note = find(dialog, ".mg-sheets-note", HTMLElement);
  const choices = all("[data-sheet]");
  const saves = all("[data-save]");
  let isLead = true;

  /** @param {string} selector */
  function all(selector) {
    return [...dialog.querySelectorAll(selector)].filter((b) => b instanceof HTMLElement);
  }

  const kind = (/** @type {string} */ ending) => (isLead ? `lead.${ending}` : ending);
  const name = () => (isLead ? "lead sheet" : "score");

  function show() {
    for (const choice of choices) {
      setPressed(choice, (choice.dataset.sheet === "lead") === isLead);
    }
    image.hidden = true;
    note.textContent = `Writing the ${name()} …`;
    order(kind("svg"), name(), showFile);
  }

  /** @param {FileData | null} file */
  async function showFile(file) {
    // The server sends files as data of any kind, which no browser shows as a picture.
    const svg =
      file &&
      (await fetch(file.url).then(
        (answer) => answer.blob(),
        () => null,
      ));
    note.textContent = svg ? "" : `There is no ${name()} of this piece.`;
    image.hidden = !svg;
    URL.revokeObjectURL(image.src);
    if (!svg) return;
    image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    image.alt = `${name()} of ${controller.state.piece?.title}`;
    paper.scrollTop = 0;
  }

  onPress(open, () => {
    if (!dialog.open) dialog.showModal();
    show();
  });
  for (const choice of choices) {
    onPress(choice, () => {
      isLead = choice.dataset.sheet === "lead";
      show();
    });
  }
  for (const save of saves) onPress(save, () => order(kind(save.dataset.save ?? ""), name()));
  find(dialog, ".mg-close", HTMLElement).addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  });

  return {
    isOpen: () => dialog.open,
    render() {
      for (const button of [open, ...choices, ...saves]) {
        disable(button, controller.state.fileObstacle);
      }
    },
  };
}
