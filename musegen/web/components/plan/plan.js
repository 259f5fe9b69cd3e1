// The sections of a piece as blocks: added, moved, repeated, renamed, made longer or shorter, removed.

import { find, hasModifier, make, setText } from "../shared/dom.js";
import { listen } from "../shared/messages.js";
import { clamp } from "../shared/numbers.js";
import {
  addSection,
  barsOf,
  KINDS,
  LEAST_BARS,
  moveSection,
  nameOf,
  readPlan,
  writePlan,
} from "./sections.js";

/** @import { Component } from "../shared/payloads.js" */
/** @import { Section } from "./sections.js" */

const STEP = 2; // bars of a phrase
const COLOURS = ["#ff8a65", "#6ea8fe", "#4fd1b5", "#c7b6f5", "#ffd166"];

/** @param {Component<string>} component whose value is the most bars that a piece may have */
export function start({ element, props, trigger }) {
  const root = find(element, ".mg-plan", HTMLElement);
  const list = find(root, ".mg-plan-sections", HTMLElement);
  const add = find(root, ".mg-plan-add", HTMLElement);
  const total = find(root, ".mg-plan-total", HTMLElement);
  const mostBars = Number(props.value);
  /** @type {Section[]} */
  let sections = [];
  /** @type {number | null} the section that is being dragged */
  let dragged = null;

  for (const letter of KINDS) {
    const button = make("button", "", nameOf(letter));
    button.setAttribute("aria-label", `Add ${nameOf(letter)}`);
    button.addEventListener("click", () => change(addSection(sections, letter)));
    add.append(button);
  }

  /** @param {Section[]} changed */
  function change(changed) {
    if (barsOf(changed) > mostBars) {
      return setText(total, `A piece has ${mostBars} bars at most`);
    }
    show(changed);
    root.dataset.form = writePlan(sections);
    root.dataset.bars = String(barsOf(sections));
    trigger("plan");
  }

  /** @param {Section[]} changed */
  function show(changed) {
    sections = changed;
    const focused = focusedPlace();
    list.replaceChildren(...sections.map(makeBlock));
    if (focused) focusPlace(focused);
    setText(total, sections.length ? `${barsOf(sections)} bars` : "");
    // A plan has a length of its own.
    document.getElementById("bars")?.toggleAttribute("inert", sections.length > 0);
  }

  /** Which control of which section has the focus, if one has. */
  function focusedPlace() {
    const block = [...list.children].findIndex((one) => one.contains(document.activeElement));
    if (block < 0) return null;
    const controls = [...list.children[block].children];
    return { block, control: controls.findIndex((one) => one === document.activeElement) };
  }

  /** @param {{ block: number, control: number }} place of a section that may be gone */
  function focusPlace({ block, control }) {
    const found = [...list.children].at(Math.min(block, list.children.length - 1));
    const element = found?.children[control];
    if (element instanceof HTMLElement) element.focus();
  }

  /** @param {number} i @param {Partial<Section>} values */
  const alter = (i, values) =>
    change(sections.map((section, j) => (j === i ? { ...section, ...values } : section)));

  /**
   * Move a section, and the focus with it.
   * @param {number} from @param {number} to
   */
  function move(from, to) {
    if (to < 0 || to >= sections.length || from === to) return;
    change(moveSection(sections, from, to));
    find(list.children[to], ".mg-plan-grip", HTMLElement).focus();
  }

  /** @param {Section} section @param {number} i */
  function makeBlock({ letter, bars }, i) {
    const name = nameOf(letter);
    const grip = make("button", "mg-plan-grip", "⠿");
    grip.setAttribute("aria-label", `Move ${name}, section ${i + 1}`);
    grip.title = "Drag it, or use the arrow keys";
    grip.addEventListener("keydown", (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!step || hasModifier(event)) return;
      event.preventDefault(); // the page would scroll
      move(i, i + step);
    });
    grip.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      dragged = i;
      showDragged();
    });
    const kind = make("select");
    kind.setAttribute("aria-label", `Kind of section ${i + 1}`);
    for (const other of new Set([...KINDS, letter])) {
      const option = make("option", "", nameOf(other));
      option.value = other;
      kind.append(option);
    }
    kind.value = letter;
    kind.addEventListener("change", () => alter(i, { letter: kind.value }));
    const block = make(
      "li",
      "mg-plan-section",
      grip,
      kind,
      makeButton("−", `Make ${name} shorter`, () =>
        alter(i, { bars: Math.max(LEAST_BARS, bars - STEP) }),
      ),
      make("output", "", `${bars} bars`),
      makeButton("+", `Make ${name} longer`, () => alter(i, { bars: bars + STEP })),
      makeButton("", `Repeat ${name}`, () => change(sections.toSpliced(i, 0, sections[i]))),
      makeButton("×", `Remove ${name}`, () => change(sections.toSpliced(i, 1))),
    );
    const letters = [...new Set(sections.map((section) => section.letter))];
    block.style.setProperty("--section", COLOURS[letters.indexOf(letter) % COLOURS.length]);
    return block;
  }

  // The list gets the pointer's events: blocks are made anew as they move.
  function showDragged() {
    [...list.children].forEach((block, i) => {
      if (block instanceof HTMLElement) block.dataset.moved = String(i === dragged);
    });
  }

  document.addEventListener("pointermove", ({ clientY }) => {
    if (dragged === null || !sections.length) return;
    const { top, height } = list.getBoundingClientRect();
    const target = Math.floor(((clientY - top) / height) * sections.length);
    const to = clamp(target, 0, sections.length - 1);
    if (to === dragged) return;
    change(moveSection(sections, dragged, to));
    dragged = to;
    showDragged();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => {
      dragged = null;
      showDragged();
    });
  }

  listen({
    form: (form) => {
      if (form === root.dataset.form) return;
      root.dataset.form = form;
      const typed = readPlan(form);
      if (typed.length) change(typed);
      else show([]);
    },
  });
}

/** @param {string} text @param {string} label @param {() => void} act */
function makeButton(text, label, act) {
  const button = make("button", "", text);
  button.setAttribute("aria-label", label);
  button.title = label;
  button.addEventListener("click", act);
  return button;
}
