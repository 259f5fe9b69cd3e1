// What can be done with the player: by its controls, by messages from the page, and by data from
// Python. It changes the state, directs the mixer and sends events; the page is drawn by views.

import { clamp } from "../shared/numbers.js";
import { PARTS } from "../shared/parts.js";
import { columnOf, describe, phraseOf, rowOf, toData } from "./cells.js";
import { namesByBeat, transposeText, writeBars } from "./chord_text.js";
import { Endless } from "./endless.js";
import { FetchedSound } from "./fetched_sound.js";
import { RATE } from "./mixer.js";
import {
  endOf,
  readPiece,
  STEPS_PER_PHRASE,
  secondsAt,
  startOf,
  stepAt,
  stepOfPhrase,
} from "./piece.js";
import { changeSound } from "./sound_controls.js";
import { CONTINUED_BARS, State } from "./state.js";
import { History } from "./versions.js";

/** @import { PlayerData, ProgressData } from "../shared/payloads.js" */
/** @import { Mix } from "./mix.js" */
/** @import { Mixer, MixerEvent, Sound, SoundEvent } from "./mixer.js" */
/** @import { Piece } from "./piece.js" */
/** @import { Choices, SoundChange } from "./sound_controls.js" */
/** @import { Request } from "./state.js" */
/** @import { Synthesizer } from "./synthesizer.js" */

const ANSWER_TIME = 3000; // ms within which the server answers a control, as a rule
const OWN_TIME = 1500; // ms for the first instruments to arrive, before the server has to play

/**
 * Draws a part of the player.
 *
 * @typedef {object} View
 * @property {() => void} [render] the state has changed
 * @property {() => void} [renderPosition] the playing position has changed
 * @property {() => void} [showPosition] scroll to the playing position
 * @property {(piece: Piece, change: Change) => void} [pieceChanges] it is about to be shown
 * @property {(title: string) => void} [pieceIsReady] it can be played for the first time
 * @property {(phrase: number) => void} [focusPhrase]
 */

/** @typedef {{ isNew: boolean, isCut: boolean }} Change isCut: phrases get other numbers */

export class Controller {
  state = new State();
  history = new History();
  endless = new Endless(this);
  /** @type {View[]} */
  views = [];
  isAllowedToSound = false; // browsers refuse sound before the first click or key
  #playsWhenReady = false;
  /** @type {Piece | null} what is heard before the server has answered */
  #ahead = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #answerTimer = undefined;
  /** @type {string | null} recipe whose sound this page could not make */
  #refused = null;
  /** @type {number | null} phrase to play from when the sound is ready */
  #playsFrom = null;
  #isAnnounced = false; // whether the views know that the piece is ready
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soundTimer = undefined;

  /**
   * @param {Mixer} mixer @param {Synthesizer} synthesizer
   * @param {(event: string, data?: object) => void} trigger sends an event to Python
   * @param {PlayerData | null} example what the empty player plays, if the page has it
   */
  constructor(mixer, synthesizer, trigger, example = null) {
    this.example = example;
    this.mixer = mixer;
    this.synthesizer = synthesizer;
    this.trigger = trigger;
  }

  /**
   * Draw the player by views, also a piece that began to play before there were any.
   * @param {View[]} views
   */
  showIn(views) {
    this.views = views;
    const { piece } = this.state;
    if (piece) {
      for (const view of views) {
        view.pieceChanges?.(piece, { isNew: true, isCut: false });
        if (this.#isAnnounced) view.pieceIsReady?.(piece.title);
      }
    }
    this.update();
  }

  update() {
    for (const view of this.views) view.render?.();
  }

  /** Position in seconds. */
  get position() {
    return (this.mixer.position - this.#origin) / RATE;
  }

  /** Samples of the sound before the piece. */
  get #origin() {
    return this.mixer.sound?.origin ?? 0;
  }

  /** Position in steps; 0 without a piece. */
  get step() {
    return this.state.piece ? stepAt(this.state.piece, this.position) : 0;
  }

  get hasSound() {
    return this.mixer.length > 0;
  }

  get isLooping() {
    return this.mixer.loop !== null;
  }

  /** @param {string} text message for when nothing else is going on */
  say(text) {
    this.state.note = text;
    this.update();
  }

  // Data from Python ------------------------------------------------------------------------------

  /**
   * Show a piece. Its id stays the same while it is edited; its recipe changes with each edit.
   * @param {PlayerData | null} data
   */
  receive(data) {
    const { state } = this;
    if (!data?.id || this.#isLate(data)) return;
    if (!this.endless.accepts(data)) {
      if (state.isBusy) this.#endRequest();
      return this.update();
    }
    const isNew = state.piece?.id !== data.id;
    const isChanged = isNew || state.piece?.recipe !== data.recipe;
    const piece = readPiece(data);
    if (isChanged) this.#begin(piece, isNew);
    state.piece = piece;
    this.#setLevels(); // it may have parts that the last one had not
    state.note = "";
    state.isSilent = false;
    const isGone = (/** @type {number} */ cell) => phraseOf(cell) >= piece.phrases;
    for (const cell of state.locks) if (isGone(cell)) state.locks.delete(cell);
    if (state.marked.some(isGone)) this.select(null);
    this.#loadSound(piece);
    if (isChanged) this.#askForSound(piece);
    if (isChanged || !state.request) this.#endRequest();
    this.update();
  }

  /** Play the first example: at once if the page has it. Python then answers with the same piece. */
  playExample() {
    const id = newId();
    if (this.example) this.receive({ ...this.example, id });
    this.state.isExample = this.example !== null;
    this.trigger("draw", { id });
  }

  /**
   * Have the server render a piece's sound if this page cannot, or if it takes long to begin.
   * @param {Piece} piece
   */
  #askForSound(piece) {
    clearTimeout(this.#soundTimer);
    if (piece.sound || piece.problem) return;
    const ask = () => {
      const isShown = this.state.piece?.recipe === piece.recipe;
      if (!isShown || (this.state.isOwnSound && this.synthesizer.isWarm)) return;
      this.trigger("sound", { recipe: piece.recipe, id: piece.id });
    };
    if (this.state.isOwnSound) this.#soundTimer = setTimeout(ask, OWN_TIME);
    else ask();
  }

  /**
   * Notes come first, and their sound later. A sound of other notes than those shown was on its
   * way when something else was requested.
   * @param {PlayerData} data
   */
  #isLate(data) {
    const { piece } = this.state;
    if (!piece || !(data.sound || data.problem)) return false;
    return data.id !== piece.id || data.recipe !== piece.recipe;
  }

  /** @param {Piece} piece @param {boolean} isNew */
  #begin(piece, isNew) {
    const { state, mixer } = this;
    const { request } = state;
    const isCut = Boolean(request?.isCut);
    if (state.versions.add(piece.recipe, isNew, request?.version, isCut)) this.history.add(piece);
    this.stopCopying();
    if (isNew || isCut) this.#ahead = null;
    if (!this.#ahead) {
      mixer.forget();
      state.loading = null;
    }
    this.#isAnnounced = false;
    this.#playsFrom = request?.from ?? null;
    if (this.#playsFrom !== null) this.#playsWhenReady = true;
    if (isNew || isCut) {
      mixer.clear();
      state.sound = null;
      this.#playsWhenReady = true;
      if (state.marked.length) this.select(null);
    } // otherwise the old sound plays until the new one has arrived
    state.stage = "drawn";
    for (const view of this.views) view.pieceChanges?.(piece, { isNew, isCut });
  }

  /** @param {Piece} piece */
  #loadSound(piece) {
    const { state, mixer } = this;
    state.isOwnSound = this.#canMakeSound(piece);
    const source = this.#sourceOf(piece);
    if (state.isOwnSound) {
      if (this.#isBehind(piece)) return;
      this.#loadOwnSound(piece);
      // No part can be taken out of a mix.
      if (source && state.isFullMix && state.stage !== "ready") mixer.loadMeanwhile(source.fetch());
    } else if (source) this.#load(source.url, source.fetch);
    else if (!piece.sound && piece.problem) {
      mixer.clear();
      state.stage = "problem";
    } else if (!this.hasSound) state.stage = "drawn";
  }

  /**
   * Where the sound is that the server has rendered; null if there is none.
   * @param {Piece} piece
   */
  #sourceOf({ sound, stream, times }) {
    const { mixer } = this;
    if (!sound || !stream) return null;
    const fetch = () => {
      const changed = (/** @type {SoundEvent} */ event) => mixer.soundChanged(fetched, event);
      const fetched = new FetchedSound(sound.url, stream, times, changed);
      return fetched;
    };
    return { url: sound.url, fetch };
  }

  /** @param {Piece} piece */
  #loadOwnSound(piece) {
    const { mixer, synthesizer } = this;
    this.#load(synthesizer.read(piece).key, () =>
      synthesizer.make(piece, (event, sound) => mixer.soundChanged(sound, event)),
    );
  }

  /**
   * Whether a control was moved since the piece was requested: its answer is still to come. If none
   * comes, what is shown is heard in the end.
   * @param {Piece} piece
   */
  #isBehind(piece) {
    clearTimeout(this.#answerTimer);
    const { synthesizer } = this;
    const ahead = this.#ahead;
    if (!ahead || synthesizer.read(ahead).key === synthesizer.read(piece).key) {
      this.#ahead = null;
      return false;
    }
    if (this.hasSound) this.state.stage = "ready";
    this.#answerTimer = setTimeout(() => this.#returnToShown(), ANSWER_TIME);
    return true;
  }

  #returnToShown() {
    clearTimeout(this.#answerTimer);
    if (!this.#ahead) return;
    this.#ahead = null;
    if (this.state.piece) this.#loadSound(this.state.piece);
    this.update();
  }

  /**
   * A control of the band or the sound was moved: let it be heard while the server makes the piece.
   * @param {SoundChange} change @param {Choices} choices
   */
  changeSound(change, choices) {
    const { state } = this;
    if (this.endless.isOn) return this.endless.changeSound(change, choices);
    if (!state.piece || !state.isOwnSound || state.stage !== "ready") return;
    this.#ahead = changeSound(this.#ahead ?? state.piece, change, choices);
    if (!state.loading) this.#loadOwnSound(this.#ahead); // else when what is being loaded is heard
    clearTimeout(this.#answerTimer);
    this.#answerTimer = setTimeout(() => this.#returnToShown(), ANSWER_TIME);
    this.update();
  }

  /** @param {string} key @param {() => Sound} make */
  #load(key, make) {
    const { state, mixer } = this;
    if (mixer.sound?.key === key) {
      mixer.forget();
      if (state.stage !== "ready") this.#soundIsReady();
    } else if (state.loading !== key) {
      state.loading = key;
      mixer.load(make());
    }
  }

  /** @param {Piece} piece whether this page makes its sound */
  #canMakeSound(piece) {
    return this.synthesizer.isUsable && piece.notes.length > 0 && this.#refused !== piece.recipe;
  }

  /** @param {string} name of the soundfont that was chosen */
  chooseSoundfont(name) {
    const { piece, isOwnSound } = this.state;
    this.synthesizer.soundfont = name;
    if (this.endless.isOn) this.endless.reload();
    else if (piece && isOwnSound) this.#loadSound(piece);
    else if (piece) this.#askForSound({ ...piece, sound: null, problem: null });
    this.update();
  }

  /**
   * Called by the mixer.
   * @param {MixerEvent} event
   */
  mixerChanged(event) {
    if (event === "ready") this.#soundIsReady();
    else if (event === "failed") this.#soundHasFailed();
    else if (event === "ended") this.endless.soundHasEnded();
    else if (event === "interrupted") {
      this.state.note = "The sound was interrupted: press play to go on";
    }
    this.update();
  }

  #soundHasFailed() {
    const { state, mixer } = this;
    state.loading = null;
    if (this.endless.isOn) return this.endless.soundHasFailed();
    if (state.isOwnSound && state.piece) {
      // The server renders it; what plays goes on until then.
      this.#refused = state.piece.recipe;
      state.isOwnSound = false;
      this.#requestSound();
      return;
    }
    if (state.stage !== "ready") {
      mixer.clear(); // what plays is not what is shown
      state.stage = "problem";
    }
    state.note = "The sound did not arrive: draw it again";
  }

  #soundIsReady() {
    const { state } = this;
    const { piece } = state;
    if (!piece) return;
    this.endless.soundIsReady();
    state.sound = this.mixer.sound?.key ?? null;
    if (state.sound === state.loading) state.loading = null;
    state.stage = "ready";
    if (!this.#isAnnounced) for (const view of this.views) view.pieceIsReady?.(piece.title);
    this.#isAnnounced = true;
    if (this.isLooping && !this.#ahead)
      this.loop(true); // at another tempo the phrase begins at another time
    else if (this.#playsFrom !== null) this.seekTo(Math.min(this.#playsFrom, piece.phrases - 1));
    if (this.#playsWhenReady) this.play();
    this.#playsWhenReady = false;
    this.#playsFrom = null;
    if (this.#ahead) this.#loadOwnSound(this.#ahead);
  }

  // Requests --------------------------------------------------------------------------------------

  /**
   * Send an event that another piece or version answers.
   * @param {"edit" | "open" | "keep" | "chords" | "over"} event @param {object} data @param {Request} request
   */
  request(event, data, request) {
    this.state.request = { ...request };
    this.state.note = "";
    this.trigger(event, data);
    this.#beBusy();
  }

  /** Something was requested, here or elsewhere on the page. */
  announceBusy() {
    const { state } = this;
    if (state.request?.isAnnounced) state.request = null; // this one is about something else
    if (state.request) state.request.isAnnounced = true;
    this.#beBusy();
  }

  #beBusy() {
    this.state.isBusy = true;
    this.state.progress = null;
    this.stopCopying();
    this.update();
  }

  #endRequest() {
    Object.assign(this.state, { request: null, isBusy: false, isExample: false, progress: null });
  }

  /** @param {ProgressData} progress */
  showProgress({ share, text }) {
    const { state } = this;
    if (!state.canCancel && !state.making) return; // it comes too late
    state.progress = { share: clamp(Number(share) || 0, 0, 1), text: String(text || "") };
    this.update();
  }

  /** Nothing more will come of what was requested. */
  becomeIdle() {
    const { state } = this;
    state.versions.taken = null;
    this.#endRequest();
    this.#returnToShown();
    this.endless.becomeIdle();
    state.isSilent = true;
    state.note = "";
    if (state.stage === "drawn" && !state.loading) {
      this.mixer.clear(); // what plays is not what is shown
      state.stage = "silent";
      state.note = "There is no sound yet: press play to make it";
    }
    this.update();
  }

  /** @param {boolean} isLoading whether the model is still being loaded */
  noteLoading(isLoading) {
    this.state.isModelLoading = isLoading;
    this.update();
  }

  cancel() {
    this.state.making = null;
    this.trigger("cancel", {});
  }

  // Playing ---------------------------------------------------------------------------------------

  play() {
    if (!this.hasSound) return;
    if (!this.isAllowedToSound) return this.say("Press play to hear it");
    this.mixer.wake();
    this.mixer.play();
    this.say("");
  }

  togglePlaying() {
    if (this.state.stage === "silent") return this.#requestSound();
    if (!this.hasSound) return;
    if (!this.mixer.playing) return this.play();
    this.mixer.pause();
    this.update();
  }

  /** The sound was cancelled before it came, or this page failed to make it. */
  #requestSound() {
    const { state } = this;
    const { piece } = state;
    if (!piece) return;
    this.#playsWhenReady ||= state.stage !== "ready";
    if (state.stage === "silent") state.stage = "drawn";
    state.isSilent = false;
    state.note = "";
    this.#askForSound({ ...piece, sound: null, problem: null });
    this.update();
  }

  /** @param {number} seconds */
  seek(seconds) {
    if (!this.state.piece) return;
    this.mixer.seek(this.#origin + clamp(seconds, 0, this.state.piece.seconds) * RATE);
    for (const view of this.views) view.showPosition?.();
  }

  /** @param {number} step */
  seekStep(step) {
    if (this.state.piece) this.seek(secondsAt(this.state.piece, step));
  }

  /** @param {number} phrase */
  seekTo(phrase) {
    this.seekStep(startOf(phrase));
  }

  toggleRepeat() {
    if (this.state.endless) return this.say("Endless music has no end to repeat from");
    this.mixer.setRepeat(!this.mixer.repeats);
    this.update();
  }

  /** @param {boolean} wanted loop the selected phrase, or the one that is played */
  loop(wanted) {
    const { state, mixer } = this;
    const { piece } = state;
    if (state.endless) return this.say("Endless music does not loop: it goes on");
    if (!wanted || !piece) mixer.setLoop(null);
    else {
      if (state.selected === null) {
        this.select(Math.min(piece.phrases - 1, Math.floor(this.step / STEPS_PER_PHRASE)));
      }
      const phrase = state.selected ?? 0;
      const [from, to] = [startOf(phrase), endOf(piece, phrase)].map((step) =>
        Math.round(secondsAt(piece, step) * RATE),
      );
      mixer.setLoop({ from, to });
      if (mixer.position < from || mixer.position >= to) this.seekTo(phrase);
    }
    this.update();
  }

  // Parts -----------------------------------------------------------------------------------------

  /** @param {(mix: Mix) => void} change */
  changeMix(change) {
    const { state } = this;
    change(state.mix);
    this.#setLevels();
    this.update();
  }

  #setLevels() {
    const { mix, partNames } = this.state;
    for (const part of partNames) this.mixer.setLevel(part, mix.gainOf(part));
  }

  // Phrases ---------------------------------------------------------------------------------------

  /** @param {number | null} phrase @param {Set<number> | null} [cells] only these, if given */
  select(phrase, cells = null) {
    const { state } = this;
    state.chosen = cells;
    if (phrase !== state.selected) {
      state.selected = phrase;
      if (this.isLooping) this.loop(phrase !== null);
      this.trigger("phrase", { index: phrase });
    }
    this.update();
  }

  /**
   * Choose some cells, and their phrase if it is only one.
   * @param {Iterable<number>} cells
   */
  choose(cells) {
    if (this.state.endless) return;
    const chosen = new Set(cells);
    const phrases = new Set([...chosen].map(phraseOf));
    this.select(phrases.size === 1 ? [...phrases][0] : null, chosen.size ? chosen : null);
  }

  /**
   * A phrase was pressed: copy to it, or select it and play from there.
   * @param {number} phrase
   */
  press(phrase) {
    if (this.state.copying !== null) return this.copyTo(phrase);
    if (!this.state.endless) this.select(phrase);
    this.seekTo(phrase);
  }

  /** @param {number | null} phrase */
  toggleLock(phrase) {
    const { state } = this;
    if (state.endless || !state.piece) return;
    const cells = phrase === null || phrase === state.selected ? state.marked : columnOf(phrase);
    this.toggleLocks(cells);
    if (!cells.length) this.say("Choose the phrase that is to be locked first");
  }

  /** @param {number[]} cells */
  toggleLocks(cells) {
    const { locks, endless } = this.state;
    if (endless) return;
    const isLocked = cells.every((cell) => locks.has(cell));
    for (const cell of cells) {
      if (isLocked) locks.delete(cell);
      else locks.add(cell);
    }
    this.update();
  }

  showGrid(isOpen = true) {
    this.state.isGridOpen = isOpen;
    if (!isOpen) this.select(this.state.selected); // nothing that cannot be seen stays chosen
    this.update();
  }

  // Edits -----------------------------------------------------------------------------------------

  /** Let new music play the chords that are shown, or any again. */
  toggleChordLock() {
    const { versions, piece } = this.state;
    if (!piece) return;
    const text = writeBars(namesByBeat(piece.chords, piece.bars));
    versions.chords = versions.chords ? null : { text, key: piece.keys[0] };
    this.update();
  }

  /** The locked chords in the key of the piece; null if they are free. */
  get lockedChords() {
    const { piece, versions } = this.state;
    return piece && versions.chords
      ? transposeText(versions.chords.text, piece.keys[0] - versions.chords.key)
      : null;
  }

  /**
   * The locked chords, which the piece that is about to be drawn takes along; null if there are none.
   * @param {number} bars its length
   */
  takeChords(bars) {
    const { piece, versions } = this.state;
    const all = this.lockedChords?.split(/[|\s]*\|[|\s]*/).filter(Boolean);
    if (!all || !piece) return null;
    const taken = `| ${all.slice(0, bars).join(" | ")} |`;
    versions.taken = { text: taken, key: piece.keys[0] };
    return taken;
  }

  /** What new music is asked for. */
  get #asked() {
    const chords = this.lockedChords;
    return chords ? { chords } : {};
  }

  /** @param {string} part stays, and all others are drawn anew to fit it */
  playAround(part) {
    this.request("edit", { do: "accompany", keep: [part], ...this.#asked }, {});
  }

  /** @param {number[]} cells */
  redraw(cells) {
    const edit = { do: "fill", ...describe(cells, this.state.partNames), ...this.#asked };
    this.request("edit", edit, { from: phraseOf(cells[0]) });
  }

  vary() {
    const { amount, edited, partNames } = this.state;
    const similarity = (100 - amount) / 100;
    const keeps = this.lockedChords ? { keep_chords: true } : {};
    const edit = { do: "vary", ...describe(edited, partNames), similarity, ...keeps };
    this.request("edit", edit, { from: phraseOf(edited[0]) });
  }

  clear() {
    const { edited } = this.state;
    this.request("edit", { do: "clear", cells: toData(edited) }, { from: phraseOf(edited[0]) });
  }

  /** Let what is chosen not be heard, or be heard again. */
  toggleSilence() {
    const { marked, silent } = this.state;
    const isSilent = marked.every((cell) => silent.has(cell));
    for (const cell of marked) {
      if (isSilent) silent.delete(cell);
      else silent.add(cell);
    }
    this.request("edit", { do: "silence", cells: toData(silent) }, {});
  }

  /** Keep the selected step of an interpolation alone. */
  cut() {
    const { piece, selected } = this.state;
    if (!piece?.blend || selected === null) return;
    this.request("edit", { do: "cut", ...stepOfPhrase(piece, selected) }, { isCut: true });
  }

  extend() {
    const from = this.state.piece?.phrases;
    this.request("edit", { do: "extend", bars: CONTINUED_BARS }, { from });
  }

  /**
   * Draw anew what sounds under the chords that differ from the piece's; what is locked stays.
   * @param {string} text bars of chords, repeated to the end of the piece
   * @param {boolean} keepsTune whether the lead stays @param {number} [from] phrase to play from
   */
  setChords(text, keepsTune, from) {
    const { locks, piece } = this.state;
    const tune = keepsTune ? rowOf(PARTS.indexOf("lead"), piece?.phrases ?? 0) : [];
    const kept = toData(new Set([...locks, ...tune]));
    this.#takeLock(text);
    this.request("chords", { text, kept }, { from });
  }

  /** @param {string} text bars of chords, which another piece plays */
  drawOverChords(text) {
    this.#takeLock(text);
    this.request("over", { text }, {});
  }

  /**
   * If chords are locked, lock those that were asked for instead.
   * @param {string} text
   */
  #takeLock(text) {
    const { piece, versions } = this.state;
    if (piece && versions.chords) versions.taken = { text, key: piece.keys[0] };
  }

  toggleCopying() {
    const { state } = this;
    if (state.copying !== null) return this.stopCopying();
    if (!state.scope.length || !state.marked.length) return;
    const first = phraseOf(state.scope[0]);
    state.copying = { cells: state.scope, first, isWhole: !state.chosen };
    state.note = "";
    this.update();
    for (const view of this.views) view.focusPhrase?.(first);
  }

  stopCopying() {
    if (this.state.copying === null) return;
    this.state.copying = null;
    this.state.note = "";
    this.update();
  }

  /** @param {number} target */
  copyTo(target) {
    const { state } = this;
    if (!state.copying) return;
    const source = state.copying.first;
    if (target === source) return this.stopCopying();
    const cells = state.copiesTo(target);
    if (!cells.length) {
      return this.say(`Phrase ${target + 1} is locked: press another one, or Escape to stop`);
    }
    const isWhole = state.copying.isWhole && cells.length === state.copying.cells.length;
    const edit = { do: "copy", source, target, ...(isWhole ? {} : { cells: toData(cells) }) };
    this.stopCopying();
    this.request("edit", edit, { from: target });
  }

  // Versions --------------------------------------------------------------------------------------

  /** @param {-1 | 1} direction undo or redo */
  goToVersion(direction) {
    const { versions, isBusy, piece } = this.state;
    const version = versions.current + direction;
    if (isBusy || !piece || this.state.endless || !versions.all[version]) return;
    const { recipe } = versions.all[version];
    // The id tells Python that it stays the same piece.
    const data = versions.isSamePiece(version) ? { recipe, id: piece.id } : { recipe };
    this.request("open", data, { version });
  }

  /** @param {string} recipe */
  openRecipe(recipe) {
    this.request("open", { recipe }, {});
  }

  // Files -----------------------------------------------------------------------------------------

  /**
   * Note that a file is being made; the server makes one at a time.
   * @param {string} name
   */
  fileBegins(name) {
    this.state.making = name;
    this.say("");
  }

  fileEnds() {
    this.state.making = null;
    this.update();
  }
}

/** An id for a new piece, as Python makes them. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
