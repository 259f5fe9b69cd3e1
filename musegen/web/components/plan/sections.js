// Plans as texts, such as `i4 A8 A8 B8 o4`, and as lists of sections.

/** @typedef {{ letter: string, bars: number }} Section */

export const LEAST_BARS = 2; // of a section
const NEW_BARS = 8;

/** Kinds of sections that can be added: their letters in plans. */
export const KINDS = ["i", "A", "B", "C", "b", "o"];

/** @param {string} letter */
export const nameOf = (letter) =>
  ({ i: "Intro", o: "Outro" })[letter] ?? (letter === letter.toUpperCase() ? letter : "Bridge");

/**
 * The sections of a plan; none if a text is another form.
 * @param {string} text @returns {Section[]}
 */
export function readPlan(text) {
  if (!/^\s*(?:[A-Za-z]\d{1,3}\s*)+$/.test(text)) return [];
  return [...text.matchAll(/([A-Za-z])(\d+)/g)].map(([, letter, bars]) => ({
    letter,
    bars: Number(bars),
  }));
}

/** @param {Section[]} sections */
export const writePlan = (sections) =>
  sections.map(({ letter, bars }) => `${letter}${bars}`).join(" ");

/** @param {Section[]} sections */
export const barsOf = (sections) => sections.reduce((sum, { bars }) => sum + bars, 0);

/**
 * A plan with one more section at its end; an intro comes first. As long as the last of its kind.
 * @param {Section[]} sections @param {string} letter
 */
export function addSection(sections, letter) {
  const alike = sections.findLast((section) => section.letter === letter);
  const isEdge = letter === "i" || letter === "o";
  const section = { letter, bars: alike?.bars ?? (isEdge ? NEW_BARS / 2 : NEW_BARS) };
  return letter === "i" ? [section, ...sections] : [...sections, section];
}

/**
 * @param {Section[]} sections @param {number} from @param {number} to
 */
export function moveSection(sections, from, to) {
  const moved = [...sections];
  moved.splice(to, 0, ...moved.splice(from, 1));
  return moved;
}
