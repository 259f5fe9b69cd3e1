// What is played to a click: notes with their times, from the first beat after the count-in. It knows
// no page.

const COUNT_IN = 4; // beats
export const LONGEST = 300; // seconds

/** @typedef {[start: number, end: number, pitch: number, velocity: number]} Played in seconds */

export class Take {
  /** @type {Map<number, { start: number, velocity: number }>} by pitch */
  #held = new Map();
  /** @type {Played[]} */
  #notes = [];

  /**
   * @param {number} tempo quarter notes a minute
   * @param {number} start seconds of the audio clock: the first click of the count-in
   */
  constructor(tempo, start) {
    this.tempo = tempo;
    this.beat = 60 / tempo;
    this.start = start;
    this.first = start + COUNT_IN * this.beat;
  }

  /** @param {number} pitch @param {number} velocity @param {number} now */
  noteOn(pitch, velocity, now) {
    this.noteOff(pitch, now);
    // A note just before the first beat is meant to be on it.
    if (now > this.first - this.beat / 2) this.#held.set(pitch, { start: now, velocity });
  }

  /** @param {number} pitch @param {number} now */
  noteOff(pitch, now) {
    const note = this.#held.get(pitch);
    if (!note) return;
    this.#held.delete(pitch);
    const [from, to] = [note.start, now].map((time) => Math.max(0, time - this.first));
    this.#notes.push([from, Math.max(to, from + 0.02), pitch, note.velocity]);
  }

  /** All notes in order; those that are held end. @param {number} now */
  finish(now) {
    for (const pitch of [...this.#held.keys()]) this.noteOff(pitch, now);
    return this.#notes.sort((a, b) => a[0] - b[0]);
  }

  /**
   * The clicks that begin in a stretch of time: when, and whether one begins a bar.
   * @param {number} from @param {number} to
   */
  clicks(from, to) {
    const number = (/** @type {number} */ time) =>
      Math.ceil((time - this.start) / this.beat - 1e-9);
    const beats = Array.from(
      { length: Math.max(0, number(to) - Math.max(0, number(from))) },
      (_, i) => Math.max(0, number(from)) + i,
    );
    return beats.map((beat) => ({ at: this.start + beat * this.beat, isBar: beat % 4 === 0 }));
  }
}
