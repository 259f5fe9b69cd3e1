// The line that says whether the model is loaded: "…" while it loads, "" when it is ready, or else
// what is wrong.

import { find } from "../components/shared/dom.js";
import { send } from "../components/shared/messages.js";

/** @import { Component } from "../components/shared/payloads.js" */

/** @param {Component<string>} component */
export function start({ element, props, watch }) {
  const line = find(element, ".mg-model", HTMLElement);
  const text = find(line, "span", HTMLElement);
  const show = () => {
    const value = props.value ?? "";
    const isLoading = value === "…";
    send("loading", isLoading);
    line.dataset.state = isLoading ? "loading" : value ? "problem" : "ready";
    text.textContent = isLoading
      ? "Loading the model"
      : value && `The model is not available: ${value}`;
  };
  watch("value", show);
  show();
}
