// The state of the player, and what follows from it. It knows no page.

import { Mix } from "./mix.js";
import { Versions } from "./versions.js";

/** @import { ProgressData } from "../shared/payloads.js" */
/** @import { Piece } from "./piece.js" */

export const CONTINUED_BARS = 8;
const STOP_FIRST = "Press Endless first: that keeps the last minutes as a piece";
const PLAYS_ON = "The music goes on, and follows the controls";

/** @typedef {"song" | "drums"} Model */
/** @type {Model[]} */
const MODELS = ["song", "drums"];

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
  /** @type {Set<number>} indices of phrases; they last as long as the piece is edited */
  locks = new Set();
  /** @type {number | null} index of the phrase that waits for a place to be copied to */
  copying = null;
  /** @type {Set<Model>} models that may not change anything; this stays from piece to piece */
  kept = new Set();
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

  // Phrases and models ----------------------------------------------------------------------------

  get unlocked() {
    return [...Array(this.piece?.phrases ?? 0).keys()].filter((phrase) => !this.locks.has(phrase));
  }

  /** Phrases that Redraw and Vary change. */
  get edited() {
    return this.selected === null ? this.unlocked : [this.selected];
  }

  /** Whether the piece has parts of both models, so that one of them can be kept. */
  get hasBothModels() {
    return MODELS.every((model) => this.#hasModel(model));
  }

  /** Models that Redraw and Vary use. */
  get models() {
    const isKept = (/** @type {Model} */ model) => this.hasBothModels && this.kept.has(model);
    return MODELS.filter((model) => this.#hasModel(model) && !isKept(model));
  }

  /** @param {Model} model */
  #hasModel(model) {
    return this.partNames.some((name) => (name === "drums") === (model === "drums"));
  }

  // Messages --------------------------------------------------------------------------------------

  /**
   * Why each edit is not possible; "" where it is.
   *
   * @returns {Record<"lock" | "redraw" | "vary" | "copy" | "cut" | "rest" | "extend" | "endless" | "chords" | "undo" | "redo", string>}
   */
  get obstacles() {
    const { piece, selected } = this;
    const busy = !piece
      ? "There is no piece yet"
      : this.isBusy
        ? "Wait until the music is ready"
        : "";
    const waiting = busy || (this.endless ? STOP_FIRST : "");
    const noChoice = selected === null ? "Choose a phrase first" : "";
    const noModel = piece && !this.models.length ? "Both are kept: nothing is left to change" : "";
    const noPhrase =
      piece && !this.unlocked.length ? "All phrases are locked: unlock one first" : "";
    const locked =
      selected !== null && this.locks.has(selected)
        ? `Phrase ${selected + 1} is locked: unlock it first`
        : "";
    const edit = waiting || noModel || locked || (selected === null ? noPhrase : "");
    const onlyPhrase = piece && piece.phrases < 2 ? "There is no other phrase" : "";
    return {
      lock: selected === null ? waiting || noChoice : "",
      redraw: edit,
      vary: edit,
      copy: waiting || noChoice || onlyPhrase,
      cut: waiting,
      rest: waiting || noModel || noPhrase,
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
      ? "It goes on after 4/4 only, and two bars"
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
      const hint = `Press the phrase that phrase ${this.copying + 1} is copied to, or Escape to stop`;
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
