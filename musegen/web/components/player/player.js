// The player: one controller, the views that draw its parts, and what connects them to the page.

import { find } from "../shared/dom.js";
import { listen } from "../shared/messages.js";
import { connectChordEditor } from "./chord_editor.js";
import { connectChords } from "./chords.js";
import { connectEdits } from "./edits.js";
import { connectFiles } from "./files.js";
import { connectGrid } from "./grid.js";
import { connectHistory } from "./history.js";
import { connectKeyboard } from "./keyboard.js";
import { connectEvents, controller, mixer } from "./page_player.js";
import { readJson } from "./page_synthesizer.js";
import { connectParts } from "./parts.js";
import { connectPhrases } from "./phrases.js";
import { drawPicture } from "./picture.js";
import { connectRoll } from "./roll.js";
import { connectSheets } from "./sheets.js";
import { connectStatus } from "./status.js";
import { connectKeys, connectTransport } from "./transport.js";

/** @import { Choices } from "./sound_controls.js" */
/** @import { Component, PlayerData } from "../shared/payloads.js" */

/** @param {Component<PlayerData>} component */
export function start({ element, props, watch, trigger }) {
  const root = find(element, ".mg-player", HTMLElement);
  /** @type {Choices} */
  const choices = readJson("mg-sound-choices");
  // For the button that draws a piece; the mixer for measurements and tests.
  const takeChords = (/** @type {number} */ bars) => controller.takeChords(bars);
  Object.assign(root, { takeChords, mixer });

  const picture = async () => controller.state.piece && drawPicture(controller.state.piece, root);
  const files = connectFiles(root, controller, picture);
  const sheets = connectSheets(root, controller, files.order);
  const phrases = connectPhrases(root, controller);
  const roll = connectRoll(root, controller);
  const history = connectHistory(root, controller);
  const chordEditor = connectChordEditor(root, controller);
  controller.showIn([
    connectStatus(root, controller),
    connectTransport(root, controller),
    connectParts(root, controller),
    phrases,
    connectGrid(root, controller),
    connectChords(root, controller, chordEditor.open),
    chordEditor,
    connectEdits(root, controller),
    connectKeyboard(root, controller, choices),
    files,
    sheets,
    roll,
  ]);
  connectKeys(root, controller, {
    isDialogOpen: () => history.isOpen() || sheets.isOpen(),
    phraseOfKey: phrases.phraseOfKey,
    pressZoomKey: roll.pressZoomKey,
  });
  listen({
    busy: () => controller.announceBusy(),
    progress: (progress) => controller.showProgress(progress),
    idle: () => controller.becomeIdle(),
    file: (file) => files.receive(file),
    soundfont: (name) => controller.chooseSoundfont(name),
    sound: (change) => controller.changeSound(change, choices),
    loading: (isLoading) => controller.noteLoading(isLoading),
    invite: () => controller.playExample(),
    more: (data) => controller.endless.receive(data),
    steer: () => controller.endless.steer(),
  });

  connectEvents(trigger);
  watch("value", () => controller.receive(props.value));
  controller.receive(props.value);
}
