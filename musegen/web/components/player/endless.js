// Endless music: asks for the next phrases in time, and lets the sound that plays go on with them.
// It begins with the piece that is shown, keeps the last minutes of it, and becomes a piece again
// when it is stopped.

import { RATE } from "./mixer.js";
import { readNotes, STEPS_PER_PHRASE, secondsAt, startOf } from "./piece.js";
import { dropPhrases, goOn, toNotes } from "./piece_edges.js";
import { changeSound } from "./sound_controls.js";
import { SynthSound } from "./synth_sound.js";

/** @import { EndlessData } from "../shared/payloads.js" */
/** @import { Controller } from "./controller.js" */
/** @import { Piece } from "./piece.js" */
/** @import { Choices, SoundChange } from "./sound_controls.js" */

const KEPT = 64; // phrases: five minutes at usual tempos
const PLAYED = 4; // phrases before the playing position that are kept at least
const CONTEXT = 8; // phrases that the next ones follow
const AHEAD = 14; // seconds of music below which more is asked for
const UNTOUCHED = 5; // seconds from the playing position on in which nothing is replaced
const SCHEDULED = 3; // seconds from the playing position on that the mixer may have scheduled
const LAST = 1; // seconds before the end at which the music is let ring out if nothing came
const TICK = 250; // milliseconds
const RETRY = 5000; // milliseconds
const PATIENCE = 20_000; // milliseconds without an answer after which a request counts as lost
const STEERED = 600; // milliseconds after the last move of a control
const EARLY = 0.5; // steps by which a note may be played early

const WAITS = "Waiting for the next bars …";

export class Endless {
  /** @type {"off" | "on" | "stopping"} */
  phase = "off";
  #seed = 0;
  #first = 0; // number of the phrase that was drawn first
  /** @type {(string | null)[]} of the phrases, as Python sends them; null where they are not known */
  #latents = [];
  /** @type {{ request: number, border: number } | null} what was asked for, and from which phrase on */
  #pending = null;
  /**
   * The same music with another sound, on its way; and the changes that make it.
   * @type {{ piece: Piece, sound: SynthSound, changes: ((piece: Piece) => Piece)[] } | null}
   */
  #next = null;
  #isSteered = false; // a control was moved since the last phrases were asked for
  #isRingingOut = false; // nothing more came in time
  #hasEnded = false; // and the sound has ended meanwhile
  #requests = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #patience = undefined;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry = undefined; // set while nothing is asked for, since the last request failed
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer = undefined;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #steering = undefined;

  /** @param {Controller} controller */
  constructor(controller) {
    this.controller = controller;
  }

  get isOn() {
    return this.phase !== "off";
  }

  /** The piece as far as it is known. */
  get #piece() {
    return /** @type {Piece} */ (this.controller.state.piece);
  }

  get #sound() {
    const { sound } = this.controller.mixer;
    return sound instanceof SynthSound ? sound : null;
  }

  toggle() {
    if (this.isOn) this.#stop();
    else this.#start();
  }

  #start() {
    const { controller } = this;
    const { state, mixer, synthesizer } = controller;
    const { piece } = state;
    if (!piece) return;
    if (this.#sound?.key !== synthesizer.read(piece).key) {
      return controller.say("Wait until the instruments have loaded");
    }
    if (mixer.repeats) controller.toggleRepeat();
    if (controller.isLooping) controller.loop(false);
    controller.select(null);
    state.locks.clear();
    state.note = "";
    const phrases = Math.floor(piece.bars / 2);
    state.piece = goOn(piece, phrases, 0, []); // a last bar alone is drawn anew
    this.phase = "on";
    this.#seed = Math.floor(Math.random() * 2 ** 31);
    this.#first = phrases;
    this.#latents = Array(phrases).fill(null);
    this.#isRingingOut = false;
    this.#hasEnded = false;
    state.endless = { line: "" };
    this.#revise(phrases);
    if (controller.position > state.piece.seconds) controller.seek(state.piece.seconds);
    this.#timer = setInterval(() => this.tick(), TICK);
    controller.play();
    this.tick();
    controller.update();
  }

  /** Let the music end, and have it made a piece. */
  #stop() {
    this.phase = "stopping";
    const piece = this.#next?.piece ?? this.#piece;
    this.#say("");
    this.#ringOut();
    const { swing, human } = piece.feels[piece.feels.length - 1];
    this.controller.request("keep", { notes: toNotes(piece), swing, human }, {});
  }

  #end() {
    this.phase = "off";
    clearInterval(this.#timer);
    clearTimeout(this.#steering);
    clearTimeout(this.#retry);
    clearTimeout(this.#patience);
    this.#retry = undefined;
    this.#pending = this.#next = null;
    this.#isSteered = false;
    this.controller.state.endless = null;
  }

  /**
   * Whether the player shows a piece that Python sends. If it does, the music goes on no more.
   * @param {{ id: string, recipe: string }} data
   */
  accepts({ id, recipe }) {
    if (!this.isOn) return true;
    const isOther = id !== this.#piece.id;
    const isKept = this.phase === "stopping" && recipe !== this.#piece.recipe;
    if (isOther || isKept) this.#end();
    return isOther || isKept;
  }

  /** Nothing came of the last request. */
  becomeIdle() {
    if (this.phase === "stopping") this.#say("It was not kept: press Endless to try again");
  }

  /** @param {string} line */
  #say(line) {
    const { state } = this.controller;
    if (!state.endless || state.endless.line === line) return;
    state.endless.line = line;
    this.controller.update();
  }

  // Asking for more -------------------------------------------------------------------------------

  /** Ask for more if it is time. */
  tick() {
    const { controller } = this;
    if (this.phase !== "on" || !this.#sound) return;
    const left = this.#piece.seconds - controller.position;
    const isHeard = controller.mixer.playing || this.#hasEnded;
    if (isHeard && left < AHEAD && !this.#pending && !this.#retry) this.#ask(this.#piece.phrases);
    if (isHeard && left < LAST && !this.#isRingingOut) {
      this.#ringOut();
      this.#say(this.controller.state.endless?.line || WAITS);
    }
  }

  /** @param {number} border the first phrase that is drawn */
  #ask(border) {
    const piece = this.#piece;
    this.#requests += 1;
    this.#pending = { request: this.#requests, border };
    this.#isSteered = false;
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.receive(null), PATIENCE);
    const latents = this.#latents.slice(Math.max(0, border - CONTEXT), border);
    this.controller.trigger("more", {
      request: this.#requests,
      parts: piece.parts.map(({ name }) => name),
      key: piece.keys[border - 1],
      context: latents.includes(null) ? [] : latents,
      seed: this.#seed,
      drawn: border - this.#first,
    });
  }

  /**
   * The next phrases have come; or null, since the request failed.
   * @param {EndlessData | null} data
   */
  receive(data) {
    const pending = this.#pending;
    if (this.phase !== "on" || !pending) return;
    if (data && !data.problem && data.request !== pending.request) return; // it is late
    this.#pending = null;
    clearTimeout(this.#patience);
    if (!data || data.problem) {
      this.#retry = setTimeout(() => {
        this.#retry = undefined;
      }, RETRY);
      this.#say(
        data?.problem ? `No more bars yet: ${data.problem}` : "No more bars came: trying again …",
      );
      return;
    }
    const { border } = pending;
    const isReplaced = border < this.#piece.phrases;
    if (isReplaced && this.#startOf(border) < this.controller.position + SCHEDULED) this.#replace();
    else this.#append(border, data);
    if (this.#isSteered) this.#replace();
  }

  /** @param {number} phrase */
  #startOf(phrase) {
    return secondsAt(this.#piece, startOf(phrase));
  }

  /** A control was moved: what is not heard soon is drawn anew. */
  steer() {
    if (this.phase !== "on") return;
    clearTimeout(this.#steering);
    this.#steering = setTimeout(() => this.#replace(), STEERED);
  }

  #replace() {
    if (this.phase !== "on") return;
    this.#isSteered = Boolean(this.#pending);
    if (this.#pending) return; // when it has come
    let border = this.#first;
    const { phrases } = this.#piece;
    while (border < phrases && this.#startOf(border) < this.controller.position + UNTOUCHED) {
      border += 1;
    }
    if (border < phrases) this.#ask(border);
  }

  // Music and sound -------------------------------------------------------------------------------

  /** @param {number} border @param {EndlessData} data */
  #append(border, { notes, phrases, context, latents }) {
    const { controller } = this;
    const { state, mixer } = controller;
    const { parts } = this.#piece;
    const longer = goOn(this.#piece, border, phrases, readNotes(notes, parts));
    this.#latents.splice(border - context, Infinity, ...latents);
    const playing = Math.floor(controller.step / STEPS_PER_PHRASE);
    const dropped = Math.max(0, Math.min(longer.phrases - KEPT, playing - PLAYED));
    state.piece = dropped ? dropPhrases(longer, dropped) : longer;
    this.#latents.splice(0, dropped);
    this.#first -= dropped;
    const from = this.#revise(border - dropped, longer.times[2 * dropped]);
    this.#isRingingOut = false;
    if (this.#next) this.#load(this.#next.changes);
    if (this.#hasEnded) {
      this.#hasEnded = false;
      if (!mixer.playing) {
        mixer.seek(from);
        controller.play();
      }
    }
    this.#say("");
    controller.update();
  }

  /** No more notes are known: let the last ones ring. */
  #ringOut() {
    this.#isRingingOut = true;
    this.#revise(this.#piece.phrases, 0, false);
    if (this.#next) this.#load(this.#next.changes);
  }

  /**
   * Let the sound follow the piece. Return the sample from which on it has changed.
   * @param {number} border number of the first phrase that has changed @param {number} [dropped]
   * seconds at the beginning that are not shown any more
   * @param {boolean} [goesOn] whether more will come
   */
  #revise(border, dropped = 0, goesOn = true) {
    const sound = /** @type {SynthSound} */ (this.#sound);
    const origin = sound.origin + Math.round(dropped * RATE);
    const from = Math.floor(origin + this.#edge(border));
    const { mixer } = this.controller;
    this.#reviseSound(sound, this.#piece, origin, from, goesOn);
    mixer.revised(from);
    return from;
  }

  /**
   * @param {SynthSound} sound @param {Piece} piece @param {number} origin @param {number} from
   * @param {boolean} goesOn
   */
  #reviseSound(sound, piece, origin, from, goesOn) {
    const { score } = this.controller.synthesizer.read(piece);
    const known = goesOn ? Math.floor(origin + this.#edge(piece.phrases, piece)) : null;
    sound.key = `endless ${this.#requests} ${origin + score.samples}`;
    sound.revise({ score, times: piece.times, origin, from, known });
  }

  /**
   * The sample before which no note of a phrase begins, and none that ends there is still to end.
   * @param {number} phrase @param {Piece} [piece]
   */
  #edge(phrase, piece = this.#piece) {
    return secondsAt(piece, Math.max(0, startOf(phrase) - EARLY)) * RATE;
  }

  /** @param {SoundChange} change @param {Choices} choices */
  changeSound(change, choices) {
    const own = (/** @type {Piece} */ piece) => changeSound(piece, change, choices);
    this.#load([...(this.#next?.changes ?? []), own]);
  }

  /** Play with the soundfont that was chosen. */
  reload() {
    this.#load(this.#next?.changes ?? []);
  }

  /**
   * Have a sound made that takes over where the music is.
   * @param {((piece: Piece) => Piece)[]} changes of the piece
   */
  #load(changes) {
    if (this.phase !== "on" || !this.#sound) return;
    const piece = changes.reduce((made, change) => change(made), this.#piece);
    const { mixer, synthesizer, state } = this.controller;
    const changed = (/** @type {any} */ event, /** @type {SynthSound} */ sound) =>
      mixer.soundChanged(sound, event);
    const sound = synthesizer.make(piece, changed, this.#sound.factor);
    this.#next = { piece, sound, changes };
    this.#reviseSound(sound, piece, 0, 0, !this.#isRingingOut);
    state.loading = sound.key;
    mixer.load(sound);
  }

  /** Another sound plays now. */
  soundIsReady() {
    if (!this.#next || this.#sound !== this.#next.sound) return;
    this.controller.state.piece = this.#next.piece;
    this.#next = null;
  }

  /** A sound has failed. */
  soundHasFailed() {
    if (!this.#next) return this.#stop(); // the server plays what is kept
    this.#next = null;
    this.controller.state.note = "The instrument's sound did not arrive: choose another one";
  }

  /** The sound has ended. */
  soundHasEnded() {
    this.#hasEnded = this.phase === "on";
  }
}
