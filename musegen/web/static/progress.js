// Passes the progress of the server's work on to the player.

import { send } from "../components/shared/messages.js";
import { parse } from "../components/shared/payloads.js";

/** @param {import("../components/shared/payloads.js").Component<import("../components/shared/payloads.js").ProgressData>} component */
export function start({ props, watch }) {
  const pass = () => {
    const progress = parse(props.value);
    if (progress) send("progress", progress);
  };
  watch("value", pass);
  pass();
}
