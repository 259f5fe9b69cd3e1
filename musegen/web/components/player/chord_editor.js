// The editor of chords under their lane: one chord by its name or from the key, or all bars as text.

import { disable, find, make, onPress, setPressed } from "../shared/dom.js";
import { chordsOfKey, namesByBeat, writeBars } from "./chord_text.js";
import { prettyName } from "./chords.js";
import { BEATS_PER_BAR, barNumber } from "./piece.js";

/** @import { Controller, View } from "./controller.js" */

const BEATS_PER_PHRASE = 2 * BEATS_PER_BAR;

/**
 * @param {HTMLElement} root @param {Controller} controller
 * @returns {View & { open: (index: number) => void }} `open`: for one of the piece's chords
 */
export function connectChordEditor(root, controller) {
  const { state } = controller;
  const editor = find(root, ".mg-chord-editor", HTMLFormElement);
  const row = find(root, ".mg-chord-row", HTMLElement);
  const place = find(editor, ".mg-chord-place", HTMLElement);
  const name = find(editor, ".mg-chord-name", HTMLInputElement);
  const choices = find(editor, ".mg-chord-choices", HTMLElement);
  const all = find(editor, ".mg-chord-bars", HTMLTextAreaElement);
  const keepsTune = find(editor, ".mg-keep-tune", HTMLInputElement);
  const lock = find(editor, '[data-chords="lock"]', HTMLButtonElement);
  const buttons = ["one", "bars", "over"].map((what) =>
    find(editor, `[data-chords="${what}"]`, HTMLButtonElement),
  );
  const [one, bars, over] = buttons;
  let index = 0; // of the chord that is edited
  let written = ""; // the bars as they are in the piece

  /** @param {number} chosen */
  function open(chosen) {
    const { piece } = state;
    if (!piece) return;
    index = chosen;
    const { beat, name: own } = piece.chords[index];
    const bar = barNumber(piece, Math.floor(beat / BEATS_PER_BAR));
    place.textContent = `Bar ${bar}, beat ${(beat % BEATS_PER_BAR) + 1}`;
    name.value = own;
    const key = piece.keys[Math.floor(beat / BEATS_PER_PHRASE)] ?? piece.keys[0];
    choices.replaceChildren(
      ...chordsOfKey(key).map((chord) => {
        const choice = make("button", "", prettyName(chord));
        choice.addEventListener("click", () => {
          name.value = chord;
          setOne();
        });
        return choice;
      }),
    );
    written = writeBars(namesByBeat(piece.chords, piece.bars));
    all.value = written;
    editor.hidden = false;
    render();
    name.focus();
    name.select();
  }

  function close() {
    if (editor.hidden) return;
    const hadFocus = editor.contains(document.activeElement);
    editor.hidden = true;
    const chord = root.querySelectorAll(".mg-chord")[index];
    if (hadFocus && chord instanceof HTMLElement) chord.focus({ preventScroll: true });
  }

  /** Play the name in the field from the chord's beat to the next one's. */
  function setOne() {
    const { piece } = state;
    if (!piece || state.obstacles.chords) return;
    const { beat } = piece.chords[index];
    const names = namesByBeat(piece.chords, piece.bars);
    names.fill(name.value.trim(), beat, piece.chords[index + 1]?.beat);
    send(writeBars(names), Math.floor(beat / BEATS_PER_PHRASE));
  }

  /** @param {string} text @param {number} [phrase] to play from */
  function send(text, phrase) {
    controller.setChords(text, keepsTune.checked, phrase);
  }

  function render() {
    const isLocked = state.versions.chords !== null;
    row.dataset.locked = String(isLocked);
    if (editor.hidden) return;
    setPressed(lock, isLocked);
    disable(lock, state.obstacles.chords);
    for (const button of buttons) disable(button, state.obstacles.chords);
  }

  editor.addEventListener("submit", (event) => {
    event.preventDefault();
    setOne();
  });
  onPress(lock, () => controller.toggleChordLock());
  onPress(one, setOne);
  onPress(bars, () => send(all.value));
  onPress(over, () => controller.drawOverChords(all.value));
  find(editor, ".mg-chord-close", HTMLElement).addEventListener("click", close);
  editor.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      if (event.target === all && !state.obstacles.chords) send(all.value);
    }
  });

  return { open, render, pieceChanges: close };
}
