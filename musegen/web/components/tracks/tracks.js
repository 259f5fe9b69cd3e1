// The tracks of an uploaded file, each with the part that it plays.

import { find, make, setText } from "../shared/dom.js";
import { listen } from "../shared/messages.js";
import { capitalize } from "../shared/numbers.js";
import { PARTS } from "../shared/parts.js";
import { Readings, trackName, trackText } from "./readings.js";

/** @import { Component, Track, TracksData } from "../shared/payloads.js" */

const PAUSE = 200; // milliseconds before a change is sent: arrow keys choose each option on the way

/** @param {Component<TracksData>} component */
export function start({ element, props, watch, trigger }) {
  const root = find(element, ".mg-tracks", HTMLElement);
  const body = find(root, "tbody", HTMLElement);
  const summary = find(root, ".mg-tracks-summary", HTMLElement);
  const list = find(root, ".mg-tracks-list", HTMLElement);
  const about = find(root, ".mg-tracks-about", HTMLElement);
  const tempoField = find(root, ".mg-tracks-tempo", HTMLElement);
  const tempo = find(tempoField, "select", HTMLSelectElement);
  const timingField = find(root, ".mg-tracks-timing", HTMLElement);
  const timing = find(timingField, "select", HTMLSelectElement);
  const reset = find(root, ".mg-tracks-reset", HTMLElement);
  const footer = find(root, ".mg-tracks-foot", HTMLElement);
  const readings = new Readings();
  /** @type {ReturnType<typeof makeRow>[]} */
  let rows = [];
  /** @type {ReturnType<typeof setTimeout> | null} */
  let timer = null;

  function receive() {
    const action = readings.receive(props.value);
    if (action === "clear") root.hidden = true;
    else if (action === "show") show();
    else if (action === "send" && !timer) send();
  }

  function show() {
    const { shown } = readings;
    if (!shown) return;
    const { tracks } = shown;
    root.hidden = false;
    setText(summary, shown.summary);
    list.hidden = !tracks.length;
    about.hidden = !shown.about.length;
    find(about, "ul", HTMLElement).replaceChildren(
      ...shown.about.map((line) => make("li", "", line)),
    );
    if (rows.length !== tracks.length) {
      rows = tracks.map(makeRow);
      body.replaceChildren(...rows.map(({ row }) => row));
    }
    tracks.forEach((track, i) => {
      fillRow(rows[i], track); // in place, so that the focus stays
    });
    tempo.replaceChildren(
      ...shown.tempos.map(({ factor, label }) => new Option(label, String(factor))),
    );
    tempo.value = String(shown.tempo);
    timing.value = String(shown.quantize ?? 1);
    showFooter();
  }

  function showFooter() {
    reset.hidden = !readings.isChanged;
    tempoField.hidden = (readings.shown?.tempos.length ?? 0) < 2;
    timingField.hidden = (readings.shown?.quantize ?? null) === null;
    footer.hidden = reset.hidden && tempoField.hidden && timingField.hidden;
  }

  function makeRow() {
    const [name, facts, reason] = [make("b"), make("span"), make("span")];
    const select = make("select");
    select.append(
      ...PARTS.map((part) => new Option(capitalize(part), part)),
      new Option("Left out", ""),
    );
    const head = make("th", "", name, facts, reason);
    head.scope = "row";
    const row = make("tr", "", head, make("td", "", select));
    select.addEventListener("change", () => {
      row.dataset.part = select.value;
      readings.choose({ index: Number(row.dataset.index), part: select.value || null });
      sendSoon();
    });
    return { row, name, facts, reason, select };
  }

  // Requests --------------------------------------------------------------------------------------

  function sendSoon() {
    showFooter();
    if (timer) clearTimeout(timer);
    timer = setTimeout(send, PAUSE);
  }

  function send() {
    timer = null;
    const request = readings.takeRequest();
    if (request) trigger("assign", request);
  }

  tempo.addEventListener("change", () => {
    readings.want(readings.choices, Number(tempo.value), readings.quantize);
    sendSoon();
  });
  timing.addEventListener("change", () => {
    readings.want(readings.choices, readings.tempo, Number(timing.value));
    sendSoon();
  });
  reset.addEventListener("click", () => {
    // The button disappears: move the focus before.
    const select = root.querySelector("details[open] select") ?? root.querySelector("summary");
    if (select instanceof HTMLElement) select.focus();
    readings.want([], 1, 1);
    sendSoon();
  });
  listen({
    idle() {
      readings.giveUp();
      if (!readings.wanted || timer) return;
      readings.wanted = null;
      show();
    },
  });

  watch("value", receive);
  receive();
}

/**
 * @param {{ row: HTMLElement, name: Element, facts: Element, reason: Element, select: HTMLSelectElement }} row
 * @param {Track} track
 */
function fillRow({ row, name, facts, reason, select }, track) {
  const part = track.part ?? "";
  row.dataset.index = String(track.index);
  row.dataset.part = part;
  setText(name, trackName(track));
  setText(facts, trackText(track));
  setText(reason, capitalize(track.reason));
  select.value = part;
  select.setAttribute("aria-label", `Part of ${trackName(track)}`);
}
