// Small helpers for elements. Text from Python is always set as text, never as markup.

import { translated } from "./languages.js";

/**
 * The first element that matches; an error if there is none of this type.
 *
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function find(root, selector, type) {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`There is no ${type.name} at ${selector}`);
  return found;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {...(Node | string)} content
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, className = "", ...content) {
  const element = document.createElement(tag);
  if (element instanceof HTMLButtonElement) element.type = "button";
  if (className) element.className = className;
  element.append(...content);
  return element;
}

/**
 * Set the text only if it differs, since a screen reader announces it again each time it is set.
 * @param {Element} element @param {string} text
 */
export function setText(element, text) {
  const shown = translated(text);
  if (element.textContent !== shown) element.textContent = shown;
}

/**
 * Disable a button for a reason, or enable it ("" or null). A disabled button keeps its place in
 * the tab order, and its title gives the reason.
 * @param {HTMLElement} button @param {string | null} reason
 */
export function disable(button, reason) {
  button.setAttribute("aria-disabled", String(Boolean(reason)));
  const title = translated(reason || button.dataset.title || "");
  if (button.title !== title) button.title = title;
}

/**
 * Call back when a button is pressed while it is not disabled.
 * @param {HTMLElement} button @param {() => void} act
 */
export function onPress(button, act) {
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") !== "true") act();
  });
}

/** @param {Element} button @param {boolean} isPressed */
export const setPressed = (button, isPressed) =>
  button.setAttribute("aria-pressed", String(isPressed));

/** @param {KeyboardEvent} event */
export const hasModifier = (event) => event.ctrlKey || event.metaKey || event.altKey;

/**
 * Keep a press on an element from taking the focus, and with it the space bar, which plays and
 * pauses. It also keeps the middle button from scrolling.
 * @param {HTMLElement} element
 */
export function leaveFocus(element) {
  element.addEventListener("mousedown", (event) => {
    event.preventDefault();
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  });
}

/** @param {HTMLElement} element */
export const isTextField = (element) =>
  element.isContentEditable ||
  element.matches(
    "textarea, input:not([type=range], [type=checkbox], [type=radio], [type=button], [type=file])",
  );

/** Whether letters that are typed are for an element. @param {HTMLElement} element */
export const takesLetters = (element) => isTextField(element) || element.matches("select");

/** Sharpness of canvases: device pixels per CSS pixel. */
export const pixelRatio = () => Math.min(3, devicePixelRatio || 1);

/** @param {HTMLCanvasElement} canvas @returns {CanvasRenderingContext2D} */
export function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser has no 2D canvas");
  return context;
}
