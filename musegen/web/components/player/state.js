// The state of the player, and what follows from it. It knows no page.

import { PARTS } from "../shared/parts.js";
import { cellAt, columnOf, fromData, phraseOf } from "./cells.js";
import { Mix } from "./mix.js";
import { Versions } from "./versions.js";

/** @import { ProgressData } from "../shared/payloads.js" */
/** @import { Piece } from "./piece.js" */

export const CONTINUED_BARS = 8;
const STOP_FIRST = "Press Endless first: that keeps the last minutes as a piece";
const PLAYS_ON = "The music goes on, and follows the controls";

/**
 * What was requested from the player, so that its answer is known when it comes.
 *
 * @typedef {object} Request
 * @property {number} [from] phrase to play from
 * @property {number} [version] index of the version that undo or redo goes to
 * @property {boolean} [isCut] whether phrases get other numbers
 * @property {boolean} [isAnnounced] whether the page has announced it as busy
 */

export class State {
  /** @type {Piece | null} */
  piece = null;
  mix = new Mix();
  versions = new Versions();

  /** @type {number | null} index of the selected phrase */
  selected = null;
  /** @type {Set<number> | null} cells that were chosen one by one, and not a whole phrase */
  chosen = null;
  /**
   * What waits for a phrase to be copied to: cells from the phrase `first` on.
   * @type {{ cells: number[], first: number, isWhole: boolean } | null} whole: phrases, and not
   * cells that were chosen one by one
   */
  copying = null;
  isGridOpen = false; // whether the parts of the phrases are shown
  /** Percent by which Vary changes the music. */
  amount = 20;

  isBusy = false; // a piece was requested and has not come
  isExample = false; // what was requested is shown already
  isModelLoading = false; // what needs the model waits for it
  isSilent = false; // no more sound will come for this piece
  /** @type {Request | null} */
  request = null;
  /** @type {ProgressData | null} */
  progress = null;
  /** @type {string | null} name of the file that is being made */
  making = null;
  /** @type {{ line: string } | null} while the music goes on: what it waits for, if anything */
  endless = null;
  /** Message for when nothing else is going on. */
  note = "";

  /**
   * `empty`: no piece yet; `drawn`: notes without their sound; `ready`: with it; `silent`: the
   * sound was cancelled; `problem`: it failed.
   * @type {"empty" | "drawn" | "ready" | "silent" | "problem"}
   */
  stage = "empty";
  /** @type {string | null} key of the sound that can be heard */
  sound = null;
  /** @type {string | null} key of the sound that is on its way */
  loading = null;
  isOwnSound = false; // whether this page makes the sound, and not the server

  // Sound -----------------------------------------------------------------------------------------

  /** Whether the server has mixed the parts: none can be muted. */
  get isMix() {
    return !this.isOwnSound && this.piece?.stream?.parts.join() === "mix";
  }

  /** Whether the server is still making sound for the piece. */
  get isRendering() {
    if (!this.piece || this.isSilent || this.isOwnSound) return false;
    return !(this.piece.sound || this.piece.problem);
  }

  get partNames() {
    return (this.piece?.parts ?? []).map(({ name }) => name);
  }

  get isFullMix() {
    return this.mix.isFull(this.partNames);
  }

  // Phrases and their parts -----------------------------------------------------------------------

  /** Cells that edits leave as they are: those of the version that is shown. */
  get locks() {
    return this.versions.locks;
  }

  /** Cells that are not heard. */
  get silent() {
    return new Set(fromData(this.piece?.silent));
  }

  /** Cells of the chosen phrase, or those that were chosen one by one; none if nothing is. */
  get marked() {
    if (this.chosen) return [...this.chosen].sort((a, b) => a - b);
    return this.selected === null ? [] : columnOf(this.selected);
  }

  /** Cells that Redraw, Vary, Copy and Clear are meant for: what is chosen, or else all. */
  get scope() {
    if (this.chosen) return this.marked;
    return this.selected === null ? this.#all : this.#cellsOf(this.selected);
  }

  get edited() {
    return this.scope.filter((cell) => !this.locks.has(cell));
  }

  get unlocked() {
    return this.#all.filter((cell) => !this.locks.has(cell));
  }

  /**
   * Whether all of a phrase is locked, a part of it, or nothing.
   * @param {number} phrase
   */
  lockOf(phrase) {
    const cells = this.#cellsOf(phrase);
    const locked = cells.filter((cell) => this.locks.has(cell));
    return locked.length === 0 ? "false" : locked.length < cells.length ? "mixed" : "true";
  }

  /**
   * Those of the cells that are being copied that may go to a phrase.
   * @param {number} phrase
   */
  copiesTo(phrase) {
    const { copying, piece, locks } = this;
    if (!copying || !piece || phrase === copying.first) return [];
    const shift = cellAt(phrase - copying.first, 0);
    const isFree = (/** @type {number} */ cell) =>
      phraseOf(cell) < piece.phrases && !locks.has(cell);
    return copying.cells.filter((cell) => isFree(cell + shift));
  }

  /**
   * Cells of the parts that the piece has.
   * @param {number} phrase
   */
  #cellsOf(phrase) {
    return this.partNames.map((name) => cellAt(phrase, PARTS.indexOf(name)));
  }

  get #all() {
    const phrases = [...Array(this.piece?.phrases ?? 0).keys()];
    return phrases.flatMap((phrase) => this.#cellsOf(phrase));
  }

  // Messages --------------------------------------------------------------------------------------

  /**
   * Why each edit is not possible; "" where it is.
   *
   * @returns {Record<"lock" | "redraw" | "vary" | "copy" | "silence" | "clear" | "cut" | "rest" | "extend" | "endless" | "chords" | "undo" | "redo", string>}
   */
  get obstacles() {
    const { piece, selected } = this;
    const busy = !piece
      ? "There is no piece yet"
      : this.isBusy
        ? "Wait until the music is ready"
        : "";
    const waiting = busy || (this.endless ? STOP_FIRST : "");
    const isChosen = selected !== null || this.chosen !== null;
    const noChoice = isChosen ? "" : "Choose a phrase first";
    const noPhrase =
      piece && !this.unlocked.length ? "All phrases are locked: unlock one first" : "";
    const what = this.chosen ? "What is chosen" : `Phrase ${(selected ?? 0) + 1}`;
    const locked = isChosen && !this.edited.length ? `${what} is locked: unlock it first` : "";
    const edit = waiting || locked || (isChosen ? "" : noPhrase);
    const onlyPhrase = piece && piece.phrases < 2 ? "There is no other phrase" : "";
    return {
      lock: isChosen ? "" : waiting || noChoice,
      redraw: edit,
      vary: edit,
      copy: waiting || noChoice || onlyPhrase,
      silence: waiting || noChoice,
      clear: waiting || noChoice || locked,
      cut: waiting,
      rest: waiting || noPhrase,
      extend: waiting,
      endless: busy || this.#endlessObstacle,
      chords: waiting,
      undo: waiting || (this.versions.canUndo ? "" : "Nothing to undo"),
      redo: waiting || (this.versions.canRedo ? "" : "Nothing to redo"),
    };
  }

  /** Why the music cannot go on by itself; "" where it can. */
  get #endlessObstacle() {
    if (this.endless) return "";
    if (!this.isOwnSound) return "Only a browser that makes the sound itself can play on and on";
    if (this.stage !== "ready") return "Wait until the sound is ready";
    return this.piece?.meters || (this.piece?.bars ?? 0) < 2
      ? "Endless needs a piece in 4/4 of two bars or more"
      : "";
  }

  /** Why no file can be made; "" where one can. */
  get fileObstacle() {
    if (this.endless) return STOP_FIRST;
    if (this.making) return "Wait for the file that is being made";
    return this.piece ? "" : "There is no piece yet";
  }

  /** The one line that says what is going on. */
  get status() {
    if (this.copying !== null) {
      const what = this.copying.isWhole ? `phrase ${this.copying.first + 1}` : "this";
      const hint = `Press the phrase that ${what} is copied to, or Escape to stop`;
      return this.note || hint;
    }
    if (this.isBusy && this.isExample) {
      return this.note || (this.stage === "ready" ? "" : "Loading the sound …");
    }
    if (this.isBusy && this.isModelLoading) return "Waiting for the model, which is being loaded …";
    if (this.isBusy) return this.progress?.text || "Composing …";
    if (this.making) return `Making the ${this.making} …`;
    if (this.isRendering) return this.progress?.text || "Rendering the sound …";
    if (this.loading && this.stage !== "ready") return "Loading the sound …";
    if (this.endless) return this.endless.line || this.note || PLAYS_ON;
    const isMuteless = this.isMix && !this.isFullMix;
    const hint = isMuteless ? "All parts are heard: this browser cannot play them one by one" : "";
    return this.note || this.piece?.problem || hint;
  }

  /** Whether the server works for this player, so that Cancel has something to cancel. */
  get canCancel() {
    return this.isBusy || this.isRendering;
  }

  /** How much Vary changes, in words. */
  get amountInWords() {
    if (this.amount < 10) return "hardly";
    if (this.amount <= 30) return "a little";
    return this.amount < 60 ? "some way" : "a lot";
  }
}
