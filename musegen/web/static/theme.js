// The button that switches between light and dark. The visitor's choice is kept in this browser;
// without one, Gradio follows the system.

import { find } from "../components/shared/dom.js";

/** @import { Component } from "../components/shared/payloads.js" */

const KEY = "musegen-theme";

/** @param {Component<never>} component */
export function start({ element }) {
  const kept = readChoice();
  if (kept && !new URLSearchParams(location.search).has("__theme")) apply(kept);
  find(element, ".mg-theme", HTMLButtonElement).addEventListener("click", () => {
    const mode = document.body.classList.contains("dark") ? "light" : "dark";
    apply(mode);
    keepChoice(mode);
  });
}

/** @param {string} mode */
const apply = (mode) => document.body.classList.toggle("dark", mode === "dark");

function readChoice() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // a private window
  }
}

/** @param {string} mode */
function keepChoice(mode) {
  try {
    localStorage.setItem(KEY, mode);
  } catch {
    // a private window: the choice lasts as long as the page
  }
}
