// The versions that were shown on this page, for undo and redo, and the history of what was made
// in this browser. A recipe makes its piece again, so recipes are all that is kept.

const KEY = "musegen-history";
const MOST_ENTRIES = 50;
const LONGEST_RECIPE = 60_000; // characters: 50 of them fit into a browser's storage

/** @typedef {{ text: string, key: number }} LockedChords bars of chords, in a key */

/**
 * @typedef {object} Version
 * @property {string} recipe
 * @property {number} piece number of the piece; versions of one piece were edited from one another
 * @property {Set<number>} locks cells that were locked when it was shown last; see cells.js
 * @property {LockedChords | null} chords what new music plays, if chords are locked
 */

export class Versions {
  /** @type {Version[]} */
  all = [];
  current = -1; // index of the version that is shown
  /** @type {LockedChords | null} chords that another piece takes along when it is shown */
  taken = null;
  #pieces = 0;
  /** @type {Set<number>} */
  #noLocks = new Set(); // before the first version

  /** The locks of the version that is shown. */
  get locks() {
    return this.all[this.current]?.locks ?? this.#noLocks;
  }

  get chords() {
    return this.all[this.current]?.chords ?? null;
  }

  set chords(chords) {
    if (this.all[this.current]) this.all[this.current].chords = chords;
  }

  /**
   * Note that a recipe is shown. Say whether it is a new version, rather than one that undo or
   * redo asked for or the current one again.
   * @param {string} recipe @param {boolean} isNewPiece
   * @param {number} [wanted] index of the version that was asked for
   * @param {boolean} [isCut] whether phrases have other numbers than in the version before
   */
  add(recipe, isNewPiece, wanted = -1, isCut = false) {
    const { taken } = this;
    this.taken = null;
    if (this.all[wanted]?.recipe === recipe) {
      this.current = wanted;
      return false;
    }
    if (this.all[this.current]?.recipe === recipe) return false;
    if (isNewPiece) this.#pieces += 1;
    const piece = isNewPiece ? this.#pieces : this.all[this.current].piece;
    const locks = new Set(isNewPiece || isCut ? [] : this.locks);
    const chords = taken ?? (isNewPiece || isCut ? null : this.chords);
    this.all.splice(this.current + 1, Infinity, { recipe, piece, locks, chords });
    this.current += 1;
    return true;
  }

  get canUndo() {
    return this.current > 0;
  }

  get canRedo() {
    return this.current < this.all.length - 1;
  }

  /**
   * Whether a version is one of the piece that is shown.
   * @param {number} index
   */
  isSamePiece(index) {
    return this.all[index].piece === this.all[this.current].piece;
  }
}

/**
 * @typedef {object} Entry
 * @property {string} recipe
 * @property {string} title
 * @property {string[]} details
 * @property {number} when milliseconds
 */

/** @param {unknown} value */
const isText = (value) => typeof value === "string";

/** @param {any} entry @returns {entry is Entry} */
const isEntry = (entry) =>
  Boolean(entry) &&
  isText(entry.recipe) &&
  isText(entry.title) &&
  Array.isArray(entry.details) &&
  entry.details.every(isText) &&
  Number.isFinite(entry.when);

/** The history, kept in the browser's storage; empty where there is no storage, as in private windows. */
export class History {
  /** @returns {Entry[]} the newest first */
  read() {
    try {
      return JSON.parse(localStorage.getItem(KEY) ?? "[]").filter(isEntry);
    } catch {
      return [];
    }
  }

  /** @param {Pick<Entry, "recipe" | "title" | "details">} piece */
  add({ recipe, title, details }) {
    if (recipe.length > LONGEST_RECIPE) return;
    const others = this.read().filter((entry) => entry.recipe !== recipe);
    const entry = { recipe, title, details, when: Date.now() };
    this.#write([entry, ...others].slice(0, MOST_ENTRIES));
  }

  clear() {
    this.#write([]);
  }

  /** @param {Entry[]} entries */
  #write(entries) {
    try {
      localStorage.setItem(KEY, JSON.stringify(entries));
    } catch {
      // a private window, or no space left: the page works without its history
    }
  }
}
