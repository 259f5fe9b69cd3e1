// The chord lane above the roll: the chords of the piece at their beats, and which one sounds now.
// A press on one opens the editor.

import { find, hasModifier, make } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";
import { BEATS_PER_BAR, barNumber, STEPS_PER_BAR } from "./piece.js";

/** @import { ChordData } from "../shared/payloads.js" */
/** @import { Controller, View } from "./controller.js" */
/** @import { Piece } from "./piece.js" */

const SPACE = 6; // pixels between two names, at least

/**
 * @param {HTMLElement} root @param {Controller} controller
 * @param {(index: number) => void} edit one of the chords
 * @returns {View}
 */
export function connectChords(root, controller, edit) {
  const { state } = controller;
  const lane = find(root, ".mg-chord-rail", HTMLElement);
  const list = find(root, ".mg-chords", HTMLElement);
  const scroller = find(root, ".mg-scroll", HTMLElement);
  const content = find(root, ".mg-width", HTMLElement);
  /** @type {Piece | null} the piece whose chords are there */
  let shown = null;
  /** @type {HTMLElement[]} */
  let items = [];
  /** @type {number[]} steps at which they begin */
  let starts = [];
  let current = -1;

  /** @param {Piece} piece */
  function show(piece) {
    shown = piece;
    const focused = items.findIndex((item) => item === document.activeElement);
    starts = piece.chords.map((chord) => stepOfChord(piece, chord));
    items = piece.chords.map((chord, i) => {
      const bar = barNumber(piece, Math.floor(starts[i] / STEPS_PER_BAR));
      const item = make("button", "mg-chord", make("span", "mg-chord-bar", `Bar ${bar}: `));
      item.append(prettyName(chord.name));
      item.title = "Change this chord";
      item.tabIndex = i ? -1 : 0; // one stop in the tab order; arrow keys go on from there
      item.style.left = `${(starts[i] / piece.steps) * 100}%`;
      item.style.setProperty("--until", `${((starts[i + 1] ?? piece.steps) / piece.steps) * 100}%`);
      return item;
    });
    list.replaceChildren(...items.map((item) => make("li", "", item)));
    if (focused >= 0) focus(focused);
    current = -1;
    thinOut();
  }

  /** @param {number} index */
  function focus(index) {
    for (const item of items) item.tabIndex = -1;
    const item = items[clamp(index, 0, items.length - 1)];
    item.tabIndex = 0;
    item.focus({ preventScroll: true });
  }

  /** Show as many names as there is room for; the others stay for those who do not see them. */
  function thinOut() {
    list.style.width = content.style.width;
    lane.scrollLeft = scroller.scrollLeft;
    if (!shown || !content.offsetWidth) return;
    const perStep = content.offsetWidth / shown.steps;
    const lefts = starts.map((step) => step * perStep);
    const widths = items.map((item) => item.offsetWidth);
    const visible = chooseNames(lefts, widths, starts);
    items.forEach((item, i) => {
      item.dataset.shown = String(visible.has(i));
    });
  }

  function renderPosition() {
    if (!shown) return;
    const { step } = controller;
    const now = starts.findLastIndex((start) => start <= step + 0.01);
    if (now === current) return;
    items[current]?.removeAttribute("aria-current");
    items[now]?.setAttribute("aria-current", "true");
    current = now;
  }

  list.addEventListener("click", ({ target, offsetX }) => {
    const pressed = items.findIndex((item) => item === target);
    const step = shown && (offsetX / list.offsetWidth) * shown.steps;
    const sounding = step === null ? -1 : starts.findLastIndex((start) => start <= step);
    if (pressed >= 0) edit(pressed);
    else if (sounding >= 0) edit(sounding);
  });
  list.addEventListener("keydown", (event) => {
    const here = items.findIndex((item) => item === event.target);
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (here < 0 || !step || hasModifier(event)) return;
    event.preventDefault();
    focus(here + step);
    items[clamp(here + step, 0, items.length - 1)].scrollIntoView({ block: "nearest" });
  });
  scroller.addEventListener("scroll", () => {
    lane.scrollLeft = scroller.scrollLeft;
  });
  new ResizeObserver(thinOut).observe(content);

  return {
    render() {
      if (state.piece && state.piece !== shown) show(state.piece);
      renderPosition();
    },
    renderPosition,
    showPosition: renderPosition,
  };
}

/**
 * Where a chord is drawn: a bar of any meter has 16 steps in the roll.
 * @param {Pick<Piece, "meters">} piece @param {ChordData} chord
 */
export function stepOfChord({ meters }, { beat }) {
  const bar = Math.floor(beat / BEATS_PER_BAR);
  const used = meters?.[bar]?.steps ?? STEPS_PER_BAR;
  const steps = (beat % BEATS_PER_BAR) * (STEPS_PER_BAR / BEATS_PER_BAR);
  return (bar + steps / used) * STEPS_PER_BAR;
}

/**
 * Which names are shown where not all have room: those at the first beat of a bar before those in
 * its middle, and these before the others.
 * @param {number[]} lefts pixels @param {number[]} widths @param {number[]} starts steps
 * @returns {Set<number>} indices
 */
export function chooseNames(lefts, widths, starts) {
  const rank = (/** @type {number} */ step) =>
    [STEPS_PER_BAR, STEPS_PER_BAR / 2].findIndex((grid) => step % grid === 0);
  const order = starts
    .map((step, i) => ({ i, rank: rank(step) < 0 ? 2 : rank(step) }))
    .sort((a, b) => a.rank - b.rank || a.i - b.i);
  /** @type {number[]} chosen indices, from left to right */
  const chosen = [];
  for (const { i } of order) {
    let at = chosen.length;
    // Names of one rank come from left to right, so the place is mostly the last.
    while (at > 0 && chosen[at - 1] > i) at -= 1;
    const [before, after] = [chosen[at - 1], chosen[at]];
    const isFree =
      (before === undefined || lefts[before] + widths[before] + SPACE <= lefts[i]) &&
      (after === undefined || lefts[i] + widths[i] + SPACE <= lefts[after]);
    if (isFree) chosen.splice(at, 0, i);
  }
  return new Set(chosen);
}

/**
 * A chord's name as it is printed: with ♯ and ♭.
 * @param {string} name such as `F#m7b5` or `Bb`
 */
export const prettyName = (name) =>
  name.replace(/#/g, "♯").replace(/(?<=(?:^|\/)[A-G]b?)b|b(?=\d)/g, "♭");
