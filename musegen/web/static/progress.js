// Passes the progress of the server's work on to the player.

import { send } from "../components/shared/messages.js";

/** @import { Component, ProgressData } from "../components/shared/payloads.js" */

/** @param {Component<ProgressData>} component */
export function start({ props, watch }) {
  const pass = () => {
    const value = props.value;
    if (value) send("progress", value);
  };
  watch("value", pass);
  pass();
}
