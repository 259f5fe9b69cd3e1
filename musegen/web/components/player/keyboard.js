// The keyboard below the music: its keys, those of the computer, and MIDI keyboards play the lead's
// instrument. It is folded away at first. From here the music can be sent to a MIDI device, too.

import { find, hasModifier, leaveFocus, make, setPressed, takesLetters } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";
import { LiveNotes } from "./live_notes.js";
import { MidiPorts } from "./midi_ports.js";
import { MidiSender } from "./midi_sender.js";
import { isBlackKey, noteName, STEPS_PER_PHRASE } from "./piece.js";
import { SynthSound } from "./synth_sound.js";
import { connectTake } from "./take_button.js";

/** @import { Controller, View } from "./controller.js" */
/** @import { Choices } from "./sound_controls.js" */

const KEYS = 25; // two octaves and the next C
const LOWEST = 24;
const HIGHEST = 96; // as the first key
const TAP = 400; // milliseconds
const VELOCITY = 90; // of a key that does not say how hard it is pressed

// Keys of the computer by their places, whatever letters are on them: two rows are white keys, and
// the rows above them the black ones. L and K are left out, as they loop and lock.
const LOWER = "KeyZ KeyS KeyX KeyD KeyC KeyV KeyG KeyB KeyH KeyN KeyJ KeyM".split(" ");
const UPPER = "KeyQ Digit2 KeyW Digit3 KeyE KeyR Digit5 KeyT Digit6 KeyY Digit7 KeyU KeyI".split(
  " ",
);
const PLACES = new Map([...LOWER, ...UPPER].map((code, i) => [code, i]));

/**
 * @param {HTMLElement} root @param {Controller} controller @param {Choices | null} choices
 * @returns {View}
 */
export function connectKeyboard(root, controller, choices) {
  const { state, mixer, synthesizer } = controller;
  const fold = find(root, '[data-do="keyboard"]', HTMLButtonElement);
  const panel = find(root, ".mg-keyboard", HTMLElement);
  const row = find(panel, ".mg-keys", HTMLElement);
  const octave = find(panel, ".mg-octave", HTMLOutputElement);
  const devices = find(panel, ".mg-midi", HTMLButtonElement);
  const choice = find(panel, ".mg-midi-out", HTMLElement);
  const outputs = find(choice, "select", HTMLSelectElement);
  const notes = new LiveNotes(mixer, synthesizer);
  const ports = new MidiPorts({
    noteOn: start,
    noteOff: end,
    say: (line) => controller.say(line),
    changed() {
      endAll(); // a keyboard that was unplugged sends no more note ends
      renderPorts();
    },
  });
  const sender = new MidiSender(mixer, ports, musicOf, (part) => state.mix.isHeard(part));
  const take = connectTake(panel, controller);
  let first = 60; // pitch of the first key
  /** @type {Map<string, number>} pitch that a key of the computer holds */
  const held = new Map();
  /** @type {Map<number, number>} pitch that each finger or the mouse holds */
  const touched = new Map();

  const keys = Array.from({ length: KEYS }, (_, i) => {
    const key = make("button", "mg-key");
    key.dataset.black = String(isBlackKey(i));
    key.tabIndex = i ? -1 : 0; // one stop in the tab order; arrow keys go on from there
    row.append(key);
    return key;
  });

  /** Program of the lead where the music is; that of the first band before there is any. */
  function programOf() {
    const lead = state.piece?.parts.find(({ name }) => name === "lead");
    const phrase = controller.step / STEPS_PER_PHRASE;
    const own = lead?.programs.findLast(([at]) => at <= phrase)?.[1];
    return own ?? Object.values(choices?.bands ?? {})[0]?.programs.lead ?? 0;
  }

  /** What is sent to a MIDI output: the notes that the sound has. */
  function musicOf() {
    const { piece } = state;
    if (!piece) return null;
    const { sound } = mixer;
    const score = sound instanceof SynthSound ? sound.score : synthesizer.read(piece).score;
    const programs = piece.parts.map((part) => part.programs.map(([, program]) => program));
    return { score, programs };
  }

  /** @param {number} pitch @param {number} [velocity] */
  function start(pitch, velocity = VELOCITY) {
    if (pitch > 127) return;
    take.noteOn(pitch, velocity);
    if (!notes.start(pitch, velocity, programOf())) {
      controller.say("The keyboard cannot be played here: this page has no sound of its own");
    }
    renderHeld();
  }

  /** @param {number} pitch */
  function end(pitch) {
    take.noteOff(pitch);
    notes.end(pitch);
    renderHeld();
  }

  function endAll() {
    for (const pitch of notes.pitches) take.noteOff(pitch);
    held.clear();
    touched.clear();
    notes.endAll();
    renderHeld();
  }

  function renderHeld() {
    const pitches = new Set(notes.pitches);
    keys.forEach((key, i) => {
      setPressed(key, pitches.has(first + i));
    });
  }

  function renderKeys() {
    keys.forEach((key, i) => {
      const name = noteName({ part: "lead", pitch: first + i });
      key.setAttribute("aria-label", name);
      key.textContent = i % 12 ? "" : name;
    });
    octave.textContent = `${keys[0].textContent} to ${keys[KEYS - 1].textContent}`;
    renderHeld();
  }

  function renderPorts() {
    setPressed(devices, ports.isOpen);
    choice.hidden = !ports.outputs.length;
    const options = ports.outputs.map(({ id, name }) => new Option(name ?? id, id));
    outputs.replaceChildren(new Option("Nowhere", ""), ...options);
    outputs.value = ports.output?.id ?? "";
  }

  /** @param {number} octaves */
  function move(octaves) {
    endAll();
    first = clamp(first + 12 * octaves, LOWEST, HIGHEST);
    renderKeys();
  }

  // Mouse and fingers -----------------------------------------------------------------------------

  /** @param {PointerEvent} event @param {boolean} isPressed */
  function touch({ pointerId, clientX, clientY }, isPressed) {
    const key = isPressed ? document.elementFromPoint(clientX, clientY) : null;
    const i = keys.findIndex((own) => own === key);
    const pitch = i < 0 ? null : first + i;
    const before = touched.get(pointerId) ?? null;
    if (pitch === before) return;
    if (before !== null) end(before);
    if (pitch === null) touched.delete(pointerId);
    else {
      touched.set(pointerId, pitch);
      start(pitch);
    }
  }

  row.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    row.setPointerCapture(event.pointerId); // a finger may slide to other keys
    touch(event, true);
  });
  row.addEventListener("pointermove", (event) => {
    if (touched.has(event.pointerId)) touch(event, true);
  });
  for (const kind of /** @type {const} */ (["pointerup", "pointercancel"])) {
    row.addEventListener(kind, (event) => touch(event, false));
  }

  leaveFocus(row);
  row.addEventListener("click", ({ detail, target }) => {
    const i = keys.findIndex((key) => key === target);
    if (detail || i < 0) return; // a screen reader presses without pointer and key
    start(first + i);
    setTimeout(end, TAP, first + i);
  });

  // Keys ------------------------------------------------------------------------------------------

  /** @param {KeyboardEvent} event */
  function pitchOf(event) {
    const focused = keys.findIndex((key) => key === document.activeElement);
    if (focused >= 0 && (event.key === " " || event.key === "Enter")) return first + focused;
    const place = PLACES.get(event.code);
    return place === undefined ? null : first + place;
  }

  /** @param {KeyboardEvent} event */
  function press(event) {
    if (panel.hidden || !root.isConnected || hasModifier(event)) return;
    const { target } = event;
    if (!(target instanceof HTMLElement) || takesLetters(target) || target.closest("dialog"))
      return;
    const pitch = pitchOf(event);
    if (pitch === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat || held.has(event.code)) return;
    held.set(event.code, pitch);
    start(pitch);
  }

  /** @param {KeyboardEvent} event */
  function release(event) {
    const pitch = held.get(event.code);
    if (pitch === undefined) return;
    event.preventDefault(); // the space bar would press the button
    held.delete(event.code);
    end(pitch);
  }

  document.addEventListener("keydown", press, { capture: true });
  document.addEventListener("keyup", release, { capture: true });
  globalThis.addEventListener("blur", endAll);
  row.addEventListener("keydown", (event) => {
    const here = keys.findIndex((key) => key === document.activeElement);
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (here < 0 || !step || hasModifier(event)) return;
    event.preventDefault();
    const next = keys[clamp(here + step, 0, KEYS - 1)];
    keys[here].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });

  // Buttons ---------------------------------------------------------------------------------------

  fold.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    fold.setAttribute("aria-expanded", String(!panel.hidden));
    endAll();
    if (panel.hidden) take.end(); // its button cannot be seen
    if (!panel.hidden) synthesizer.prepare("lead", programOf());
  });
  find(panel, ".mg-lower", HTMLElement).addEventListener("click", () => move(-1));
  find(panel, ".mg-higher", HTMLElement).addEventListener("click", () => move(1));
  devices.addEventListener("click", () => {
    if (ports.obstacle) controller.say(ports.obstacle);
    else ports.open();
  });
  outputs.addEventListener("change", () => {
    ports.chooseOutput(outputs.value);
    sender.start();
  });
  renderKeys();
  return {};
}
