// Files to download. Python makes all of them but the picture, one at a time.

import { disable, find, make, onPress } from "../shared/dom.js";
import { translated } from "../shared/languages.js";

/** @import { FileData } from "../shared/payloads.js" */
/** @import { Controller } from "./controller.js" */
/** @import { Piece } from "./piece.js" */

const PICTURE_LASTS = 60_000; // milliseconds: some browsers fetch a download late
const NOTICE = 1600; // milliseconds
/** @type {Record<string, string>} */
const TYPES = { midi: "audio/midi", stems: "application/zip", npy: "application/octet-stream" };

/**
 * @param {HTMLElement} root @param {Controller} controller
 * @param {() => Promise<Blob | null>} drawPicture
 */
export function connectFiles(root, controller, drawPicture) {
  const { state } = controller;
  const area = find(root, ".mg-files", HTMLElement);
  const others = find(area, ".mg-others", HTMLElement);
  const more = find(area, ".mg-more", HTMLElement);
  const copy = find(area, ".mg-copy", HTMLElement);
  const wav = find(area, '[data-file="wav"]', HTMLElement);
  const buttons = [...area.querySelectorAll("[data-file]")].filter((b) => b instanceof HTMLElement);

  /** @type {(file: FileData | null) => void} what becomes of the file that is being made */
  let use = save;

  /** @type {Map<string, FileData>} what was made of the piece, by kind: it can be dragged away */
  const made = new Map();
  /**
   * The file that is being made. If it is not wanted, it is made in case that it is dragged.
   * @type {{ kind: string, isWanted: boolean, isOld: boolean } | null} old: of an earlier piece
   */
  let asked = null;
  /** @type {string | null} what is to be made next */
  let next = null;

  /** @param {HTMLElement} button */
  function request(button) {
    const kind = button.dataset.file ?? "";
    const name = button.textContent ?? "";
    button.setAttribute("aria-busy", "true");
    const isWord = ["stems", "npy", "mp4"].includes(kind); // and not an abbreviation
    order(kind, kind === "wav" ? "WAV" : isWord ? name.toLowerCase() : name);
  }

  /**
   * Ask for a file of the piece.
   * @param {string} kind @param {string} name of the file, in a sentence
   * @param {(file: FileData | null) => void} then
   */
  function order(kind, name, then = save) {
    use = then;
    controller.fileBegins(name);
    if (kind === "png") savePicture();
    else if (!asked) ask(kind, true);
    else if (asked.kind === kind && !asked.isOld) asked.isWanted = true;
    else next = kind;
  }

  /** @param {string} kind @param {boolean} isWanted */
  function ask(kind, isWanted) {
    asked = { kind, isWanted, isOld: false };
    controller.trigger("file", { kind });
  }

  /** Have the MIDI file made before it is dragged: that takes the server hardly any time. */
  function prepare() {
    if (!state.fileObstacle && !asked && !made.has("midi")) ask("midi", false);
  }

  /** @param {FileData | null} file what was made, if anything */
  function receive(file) {
    if (file && asked && !asked.isOld) made.set(asked.kind, file);
    if (asked?.isWanted) finish(file);
    asked = null;
    if (next) ask(next, true);
    next = null;
    renderDrags();
  }

  function renderDrags() {
    for (const button of buttons) button.draggable = made.has(button.dataset.file ?? "");
  }

  /**
   * Give what is dragged to the file manager or the program that it is dropped on. Chrome and Edge
   * fetch the file then; other browsers give its address.
   * @param {DragEvent} event
   */
  function drag({ target, dataTransfer }) {
    const button = target instanceof Element ? target.closest(".mg-file") : null;
    const kind = button instanceof HTMLElement ? (button.dataset.file ?? "") : "";
    const file = made.get(kind);
    if (!file || !dataTransfer) return;
    const url = new URL(file.url, location.href).href;
    dataTransfer.effectAllowed = "copy";
    dataTransfer.setData("DownloadURL", `${TYPES[kind] ?? "audio/*"}:${file.orig_name}:${url}`);
    dataTransfer.setData("text/uri-list", url);
  }

  async function savePicture() {
    const blob = await drawPicture();
    if (!blob) {
      finish(null);
      return controller.say("The picture is too large for this browser");
    }
    const url = URL.createObjectURL(blob);
    finish({ url, orig_name: `${state.piece?.stem}.png` });
    setTimeout(() => URL.revokeObjectURL(url), PICTURE_LASTS);
  }

  /** @param {FileData | null} file what was made, if anything */
  function finish(file) {
    controller.fileEnds();
    use(file);
  }

  /** @param {FileData | null} file */
  function save(file) {
    if (!file) return;
    const link = make("a");
    link.href = file.url;
    link.download = file.orig_name;
    link.click();
  }

  async function copyLink() {
    if (!state.piece?.link) return;
    const address = new URL(state.piece.link, location.origin + location.pathname).href;
    try {
      await navigator.clipboard.writeText(address);
      copy.textContent = "Copied";
    } catch {
      prompt(translated("The link that makes this piece again:"), address); // no clipboard without https
    }
    setTimeout(() => {
      copy.textContent = "Copy link";
    }, NOTICE);
  }

  /** @param {boolean} isShown */
  function showMore(isShown) {
    others.hidden = !isShown;
    more.setAttribute("aria-expanded", String(isShown));
  }

  for (const button of buttons) onPress(button, () => request(button));
  find(area, '[data-file="midi"]', HTMLElement).addEventListener("pointerenter", prepare);
  area.addEventListener("dragstart", drag);
  copy.addEventListener("click", copyLink);
  more.addEventListener("click", () => showMore(others.hidden));
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || others.hidden) return;
    showMore(false);
    more.focus();
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (!(target instanceof Node && area.contains(target))) showMore(false);
  });
  area.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !area.contains(relatedTarget)) showMore(false);
  });

  return {
    receive,
    order,
    render() {
      for (const button of buttons) {
        disable(button, state.fileObstacle);
        if (!state.making) button.removeAttribute("aria-busy");
      }
      if (!state.making && asked?.isWanted) asked = null; // it is waited for no more
      // The file has the whole piece: say so where the page plays less.
      wav.textContent = state.isFullMix ? "WAV" : "WAV, all parts";
      copy.hidden = !state.piece?.link;
    },
    /** @param {Piece} piece */
    pieceChanges(piece) {
      keepInAddress(piece.link);
      made.clear();
      if (asked) asked.isOld = true;
      renderDrags();
    },
  };
}

/**
 * Make the page's address the one that makes the piece again. Names that begin with two
 * underscores are Gradio's own.
 * @param {string | null} link
 */
function keepInAddress(link) {
  const url = new URL(location.href);
  for (const name of [...url.searchParams.keys()]) {
    if (!name.startsWith("__")) url.searchParams.delete(name);
  }
  new URLSearchParams(link ?? "").forEach((value, name) => {
    url.searchParams.set(name, value);
  });
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}
