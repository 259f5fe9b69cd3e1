// Readings of an uploaded file, and what the visitor requests instead. It knows no page.

/** @import { Track, TracksData } from "../shared/payloads.js" */

/** @typedef {TracksData & { tracks: Track[] }} Reading */
/** @typedef {{ index: number, part: string | null }} Choice a part for a track; null leaves it out */
/** @typedef {{ parts: Choice[], tempo: number, quantize: number, request: number }} Request */

export class Readings {
  /** @type {Map<string, Reading>} all so far, since undo returns to earlier ones */
  #all = new Map();
  /** @type {Reading | null} the one that is shown */
  shown = null;
  /** @type {Request | null} what the visitor wants instead */
  wanted = null;
  /** @type {number | null} number of the request that has no answer yet; one is sent at a time */
  #pending = null;
  #requests = 0;

  /**
   * Take what Python sends. The answer says what to do: "clear" the table, "show" the reading,
   * "send" what is wanted by now, or null.
   * @param {TracksData | null} data
   */
  receive(data) {
    if (!data) {
      this.#all.clear();
      Object.assign(this, { shown: null, wanted: null });
      this.#pending = null;
      return "clear";
    }
    if (data.tracks) {
      this.#all.set(data.reading, /** @type {Reading} */ (data));
      if (data.request === this.#pending) this.#pending = null;
      const { wanted } = this;
      if (wanted && data.request !== null && data.request !== wanted.request) return "send";
    }
    const reading = this.#all.get(data.reading);
    this.wanted = null;
    if (!reading) return null;
    this.shown = reading;
    return "show";
  }

  /** Choices that hold now: what was wanted last, or else what is shown. */
  get choices() {
    if (this.wanted) return this.wanted.parts;
    const chosen = (this.shown?.tracks ?? []).filter((track) => track.chosen);
    return chosen.map(({ index, part }) => ({ index, part }));
  }

  get tempo() {
    return (this.wanted ?? this.shown)?.tempo ?? 1;
  }

  get quantize() {
    return (this.wanted ?? this.shown)?.quantize ?? 1;
  }

  /** Whether there is anything to reset. */
  get isChanged() {
    if (this.wanted) return true;
    const { shown } = this;
    if (!shown) return false;
    const isOnBeat = (shown.quantize ?? 1) === 1;
    return shown.tempo !== 1 || !isOnBeat || shown.tracks.some(({ chosen }) => chosen);
  }

  /** @param {Choice[]} parts @param {number} tempo @param {number} quantize */
  want(parts, tempo, quantize) {
    this.#requests += 1;
    this.wanted = { parts, tempo, quantize, request: this.#requests };
  }

  /** @param {Choice} choice */
  choose(choice) {
    const others = this.choices.filter(({ index }) => index !== choice.index);
    this.want([...others, choice], this.tempo, this.quantize);
  }

  /** What to send now; null if there is nothing, or an answer has to come first. */
  takeRequest() {
    if (!this.wanted || this.#pending !== null) return null;
    this.#pending = this.wanted.request;
    return this.wanted;
  }

  /** Nothing more will come of what was sent. */
  giveUp() {
    this.#pending = null;
  }
}

/** @param {Track} track */
export const trackName = ({ name, index }) => name || `Track ${index + 1}`;

/** @param {Track} track */
export function trackText({ instrument, notes, kept, part }) {
  const amount = `${notes.toLocaleString("en")} note${notes === 1 ? "" : "s"}`;
  const some = part && kept < notes ? `, ${kept.toLocaleString("en")} kept` : "";
  return `${instrument}, ${amount}${some}`;
}
