// The tracks of a visitor's file. Runs once, with `element`, `props`, `watch`, `trigger`.
// What a file says is set as text, never as markup.

const PAUSE = 200; // ms: arrow keys choose what is on their way
const PARTS = ["lead", "counter", "chords", "bass", "drums", ""]; // none: left out

const find = (name) => element.querySelector(".mg-tracks" + name);
const root = find("");
const rows = root.querySelector("tbody");
const tempo = find("-tempo select");
const reset = find("-reset");

// All readings of the file so far: undo goes back to one, and Python keeps none.
let readings = new Map();
let shown = null; // the one that is shown
let wanted = null; // { parts: [{ index, part }], tempo, request }: what the visitor wants instead
let timer = null; // until it is asked for
let turn = 0; // counts what was wanted
let asked = null; // the turn whose answer has not come: one after the other

const make = (tag, text = "") => {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
};
const say = (place, text) => {
  if (place.textContent !== text) place.textContent = text; // a reader would say it again
};
const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

// Showing --------------------------------------------------------------------------------------

function receive() {
  if (!props.value) {
    shown = wanted = asked = null;
    readings = new Map();
    root.hidden = true;
    return;
  }
  const { value } = props;
  if (value.tracks) {
    readings.set(value.reading, value);
    if (value.request === asked) asked = null;
    if (wanted && value.request !== null && value.request !== wanted.request) { // more is wanted since
      if (!timer) go();
      return;
    }
  }
  wanted = null;
  if (readings.has(value.reading)) show(readings.get(value.reading));
}

function show(reading) {
  shown = reading;
  const { tracks, tempos, about } = reading;
  root.hidden = false;
  say(find("-summary"), reading.summary);
  find("-list").hidden = !tracks.length;
  find("-about").hidden = !about.length;
  find("-about ul").replaceChildren(...about.map((line) => make("li", line)));
  if (rows.children.length !== tracks.length) rows.replaceChildren(...tracks.map(row));
  tracks.forEach((track, i) => fill(rows.children[i], track)); // in place: the focus stays
  tempo.replaceChildren(...tempos.map(({ factor, label }) => {
    const option = make("option", label);
    option.value = factor;
    return option;
  }));
  tempo.value = reading.tempo;
  offer();
}

function row() {
  const made = make("tr");
  const head = make("th");
  head.scope = "row";
  head.append(make("b"), make("span"), make("span"));
  const cell = make("td");
  const select = make("select");
  for (const part of PARTS) {
    const option = make("option", part ? part[0].toUpperCase() + part.slice(1) : "Left out");
    option.value = part;
    select.append(option);
  }
  select.addEventListener("change", () => {
    made.dataset.part = select.value;
    ask(Number(made.dataset.index), select.value || null);
  });
  cell.append(select);
  made.append(head, cell);
  return made;
}

function fill(line, { index, name, instrument, notes, kept, part, reason }) {
  line.dataset.index = index;
  line.dataset.part = part ?? "";
  const called = name || `Track ${index + 1}`;
  const some = part && kept < notes ? `, ${kept.toLocaleString("en")} kept` : "";
  const [title, what, why] = line.firstElementChild.children;
  say(title, called);
  say(what, `${instrument}, ${count(notes, "note")}${some}`);
  say(why, reason[0].toUpperCase() + reason.slice(1));
  const select = line.querySelector("select");
  select.value = part ?? "";
  select.setAttribute("aria-label", `Part of ${called}`);
}

function offer() {
  const isChanged = Boolean(wanted) || shown.tempo !== 1 || shown.tracks.some(({ chosen }) => chosen);
  reset.hidden = !isChanged;
  find("-tempo").hidden = shown.tempos.length < 2;
  find("-foot").hidden = reset.hidden && find("-tempo").hidden;
}

// Asking ---------------------------------------------------------------------------------------

// What holds now: what was asked for last, or else what is shown.
const now = () => wanted ?? {
  parts: shown.tracks.filter(({ chosen }) => chosen).map(({ index, part }) => ({ index, part })),
  tempo: shown.tempo,
};

function send(parts, factor) {
  turn += 1;
  wanted = { parts, tempo: factor, request: turn };
  offer();
  clearTimeout(timer);
  timer = setTimeout(go, PAUSE);
}

function go() {
  timer = null;
  if (!wanted || asked !== null) return;
  asked = wanted.request;
  trigger("assign", wanted);
}

function ask(index, part) {
  const { parts, tempo: factor } = now();
  send([...parts.filter((other) => other.index !== index), { index, part }], factor);
}

tempo.addEventListener("change", () => send(now().parts, Number(tempo.value)));
reset.addEventListener("click", () => {
  (root.querySelector("details[open] select") ?? root.querySelector("summary")).focus();
  send([], 1);
});
// Nothing more will come of what was asked for: it is as it was before.
document.addEventListener("musegen:idle", () => {
  asked = null;
  if (!wanted || timer) return;
  wanted = null;
  show(shown);
});

watch("value", receive);
receive();
