// The pen: while it is on, the roll's notes are added, moved, stretched, softened and deleted, by
// mouse, finger or keys. Each change is an edit of the recipe, so that it can be undone.

import { disable, find, hasModifier, onPress, setPressed, setText } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";
import { boxOf, RULER, stepAtX } from "./geometry.js";
import { LiveNotes } from "./live_notes.js";
import {
  grip,
  isSameNote,
  isSamePlace,
  joined,
  moved,
  NEW_NOTE,
  neighbour,
  placeAt,
  retouch,
  stretched,
} from "./note_edits.js";
import { fillBox } from "./paint.js";
import { noteName, STEPS_PER_PHRASE } from "./piece.js";

/** @import { Controller } from "./controller.js" */
/** @import { Layout } from "./geometry.js" */
/** @import { HandNote, Retouch } from "./note_edits.js" */

const TAP = 260; // milliseconds that a changed note sounds
const SLIP = 4; // pixels by which a press may slip and still be no drag
const LOUDER = 8; // of velocity, by a key
const MIDDLE = 60; // the pitch of the first note that is added by a key

/**
 * @typedef {object} Drag
 * @property {HandNote | null} before null for a new note
 * @property {HandNote} note where it began
 * @property {boolean} isEnd
 * @property {number} x
 * @property {number} y
 * @property {boolean} hasMoved
 * @property {number} pointer its id
 */

/**
 * @param {HTMLElement} root @param {Controller} controller
 * @param {{ layout: () => Layout | null, isShown: (part: string) => boolean, draw: () => void }} roll
 */
export function connectPen(root, controller, { layout, isShown, draw }) {
  const { state, mixer, synthesizer } = controller;
  const toggle = find(root, ".mg-pen-toggle", HTMLButtonElement);
  const tools = find(root, ".mg-pen", HTMLElement);
  const part = find(tools, ".mg-pen-part", HTMLSelectElement);
  const loudness = find(tools, ".mg-pen-velocity", HTMLInputElement);
  const remove = find(tools, '[data-pen="delete"]', HTMLButtonElement);
  const around = find(tools, '[data-pen="around"]', HTMLButtonElement);
  const said = find(tools, ".mg-pen-said", HTMLElement);
  const stage = find(root, ".mg-stage", HTMLElement);
  const scroller = find(root, ".mg-scroll", HTMLElement);
  const live = new LiveNotes(mixer, synthesizer);
  let isOn = false;
  /** @type {HandNote | null} */
  let chosen = null;
  /** @type {Drag | null} */
  let drag = null;
  /** @type {Retouch | null} what is to be sent once the answer to the last change has come */
  let waiting = null;

  /** @param {HandNote} note */
  function hear({ part: name, pitch, velocity, onset }) {
    const own = state.piece?.parts.find((one) => one.name === name);
    const program = own?.programs.findLast(([at]) => at <= onset / STEPS_PER_PHRASE)?.[1] ?? 0;
    if (live.start(pitch, velocity, program, name)) setTimeout(() => live.end(pitch), TAP);
  }

  /** @param {HandNote | null} before @param {HandNote | null} after */
  function change(before, after) {
    chosen = after;
    if (after) hear(after);
    const edit = retouch(before, after);
    waiting = waiting ? joined(waiting, edit) : edit;
    send();
    show();
  }

  function send() {
    if (!waiting || state.isBusy) return;
    const edit = waiting;
    waiting = null;
    controller.request("edit", edit, {});
  }

  /** @param {HandNote | null} note */
  function choose(note) {
    chosen = note;
    if (note) {
      part.value = note.part;
      hear(note);
    }
    show();
  }

  // Mouse and fingers -----------------------------------------------------------------------------

  /** @param {PointerEvent} event */
  function placeOf({ clientX, clientY }) {
    const { left, top } = stage.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  /** Whether a press here is the pen's. @param {MouseEvent} event */
  const takes = ({ clientY }) => isOn && clientY - stage.getBoundingClientRect().top > RULER;

  scroller.addEventListener("pointerdown", (event) => {
    const shown = layout();
    const { piece } = state;
    if (!takes(event) || !event.isPrimary || event.button || !shown || !piece || state.endless)
      return;
    const { x, y } = placeOf(event);
    const found = grip(shown, piece, x, y, isShown);
    const place = placeAt(shown, piece, x, y, part.value);
    if (!found && !place) return choose(null);
    const start = place ?? { onset: 0, pitch: MIDDLE };
    const note = found?.note ?? stretched(piece, { ...NEW_NOTE, ...start, part: part.value }, 0);
    drag = {
      before: found?.note ?? null,
      note,
      isEnd: found?.isEnd ?? true,
      x,
      y,
      hasMoved: false,
      pointer: event.pointerId,
    };
    choose(note);
    scroller.setPointerCapture(event.pointerId);
  });
  scroller.addEventListener("pointermove", (event) => {
    const shown = layout();
    const { piece } = state;
    if (drag?.pointer !== event.pointerId || !shown || !piece) return;
    const { x, y } = placeOf(event);
    drag.hasMoved ||= Math.hypot(x - drag.x, y - drag.y) >= SLIP;
    if (!drag.hasMoved) return;
    const { note, isEnd } = drag;
    const row = note.part === "drums" ? shown.lane : shown.row;
    const next = isEnd
      ? stretched(piece, note, Math.round(stepAtX(shown, x)) - note.onset - note.duration)
      : moved(
          piece,
          note,
          Math.round((x - drag.x) / shown.perStep),
          Math.round((drag.y - y) / row),
        );
    if (next.pitch !== chosen?.pitch) hear(next);
    chosen = next;
    draw();
  });
  scroller.addEventListener("pointerup", ({ pointerId }) => {
    if (drag?.pointer !== pointerId) return;
    const last = drag;
    drag = null;
    if (!last || !chosen) return;
    const { before } = last;
    if (!before || !isSameNote(before, chosen)) change(before, chosen);
  });

  function cancelDrag() {
    if (drag) choose(drag.before);
    drag = null;
  }

  scroller.addEventListener("pointercancel", cancelDrag);
  scroller.addEventListener("touchstart", ({ touches }) => {
    if (touches.length > 1) cancelDrag(); // two fingers zoom
  });

  // Keys ------------------------------------------------------------------------------------------

  /**
   * What a key makes of the chosen note: another note, null to delete it, or undefined for nothing.
   * @param {string} key @param {boolean} isShifted @param {HandNote} note
   */
  function afterKey(key, isShifted, note) {
    const { piece } = state;
    if (!piece) return undefined;
    const across = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (across) return isShifted ? stretched(piece, note, across) : moved(piece, note, across, 0);
    const up = { ArrowUp: 1, ArrowDown: -1 }[key];
    if (up) return moved(piece, note, 0, isShifted && note.part !== "drums" ? 12 * up : up);
    const louder = { "+": LOUDER, "-": -LOUDER }[key];
    if (louder) return { ...note, velocity: clamp(note.velocity + louder, 1, 127) };
    return key === "Delete" || key === "Backspace" ? null : undefined;
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether the key is the pen's */
  function press(event) {
    const { piece } = state;
    if (!isOn || !piece || state.endless || hasModifier(event)) return false;
    const { key, shiftKey } = event;
    if (key === "," || key === ".") {
      choose(neighbour(piece, part.value, chosen, key === "," ? -1 : 1));
      return true;
    }
    if (key === "Enter") {
      const pitch = chosen?.pitch ?? (part.value === "drums" ? piece.drums[0] : MIDDLE);
      if (pitch === undefined) return false;
      const onset = clamp(Math.round(controller.step), 0, piece.steps - 1);
      change(null, stretched(piece, { ...NEW_NOTE, onset, pitch, part: part.value }, 0));
      return true;
    }
    const after = chosen && afterKey(key, shiftKey, chosen);
    if (!chosen || after === undefined) return false;
    if (!after || !isSameNote(chosen, after)) change(chosen, after);
    return true;
  }

  // On the stage, while the event is on its way down: before the roll's own keys, which move the
  // playing position.
  stage.addEventListener(
    "keydown",
    (event) => {
      if (!press(event)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );

  // Buttons ---------------------------------------------------------------------------------------

  toggle.addEventListener("click", () => {
    isOn = !isOn;
    choose(null);
    if (isOn) scroller.focus();
  });
  onPress(remove, () => chosen && change(chosen, null));
  onPress(around, () => controller.playAround(part.value));
  loudness.addEventListener("change", () => {
    if (chosen) change(chosen, { ...chosen, velocity: Number(loudness.value) });
  });
  part.addEventListener("change", () => choose(null));

  function show() {
    const { piece } = state;
    toggle.hidden = !piece;
    isOn &&= piece !== null;
    tools.hidden = !isOn;
    setPressed(toggle, isOn);
    root.dataset.pen = String(isOn);
    disable(remove, chosen ? "" : "Choose a note first");
    disable(around, state.obstacles.extend);
    loudness.disabled = !chosen;
    if (chosen) loudness.value = String(chosen.velocity);
    setText(said, chosen ? noteName(chosen) : "");
    draw();
  }

  return {
    takes,
    render() {
      send();
      const isSettled = !drag && !waiting && !state.isBusy;
      const note = chosen;
      const isThere = note && state.piece?.written.some((own) => isSamePlace(own, note));
      if (isSettled && !isThere) chosen = null; // undone, or of another piece
      show();
    },
    /** @param {CanvasRenderingContext2D} context */
    paint(context) {
      const shown = layout();
      if (!isOn || !chosen || !shown || !state.piece) return;
      context.fillStyle = "#fff";
      fillBox(context, boxOf(shown, state.piece, { ...chosen, start: 0, end: 0 }), 3);
    },
  };
}
