// The player: a piano roll, its phrases, its parts and its transport. Runs once, behind mixer.js,
// with `element`, `props`, `watch`, `trigger`.
// Steps are sixteenths from the start of the piece; seconds come from the tempo of each phrase.
// All text that comes from music files is set as text, never as markup.

const STEPS_PER_BAR = 16;
const STEPS_PER_PHRASE = 32;
const COLOURS = {
  lead: "#ff8a65",
  counter: "#ffd166",
  chords: "#6ea8fe",
  bass: "#4fd1b5",
  drums: "#c7b6f5",
};
const DRUMS = new Map([
  [49, ["crash", "Crash"]],
  [51, ["ride", "Ride"]],
  [46, ["open", "Open hi-hat"]],
  [42, ["hi-hat", "Closed hi-hat"]],
  [50, ["high", "High tom"]],
  [47, ["mid", "Mid tom"]],
  [43, ["low", "Low tom"]],
  [38, ["snare", "Snare"]],
  [36, ["kick", "Kick"]],
]);
const NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
const MANUAL_SCROLL = 2500; // ms that the view stays where the hand has put it
const CLOSEST = 360; // pixels a bar, zoomed in all the way
const ZOOM = 1.5; // of one press

const find = (name) => element.querySelector(".mg-" + name);
const root = find("player");
const stage = find("stage");
const roll = find("roll");
const scroller = find("scroll");
const overview = find("overview");
const tip = find("tip");
const cells = find("phrases");
const wantsLessMotion = matchMedia("(prefers-reduced-motion: reduce)");

let piece = null; // what `read` makes of the value
const mixer = new Mixer(heard);
root.mixer = mixer; // for who wants to measure
const muted = new Set(); // names of parts; these three stay from piece to piece
const soloed = new Set();
const volumes = new Map(); // percent, by name of the part
let chosen = null; // index of a phrase
let playWhenReady = false;
let touched = false; // since when browsers let this page sound
let handScrolled = -Infinity;
let pixels = { width: 0, height: 0, ratio: 1, perStep: 1, gutter: 0, ruler: 26 };
const still = document.createElement("canvas"); // the roll without what moves
let stillIsOld = true;
let frame = 0;
let zoom = 1; // of the roll's width as it is at first

// Time ----------------------------------------------------------------------------------------

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

function stepAt(seconds) {
  const { times, steps } = piece;
  let i = 0;
  while (i < times.length - 2 && seconds >= times[i + 1]) i += 1;
  const share = (seconds - times[i]) / (times[i + 1] - times[i]);
  return clamp((i + share) * STEPS_PER_PHRASE, 0, steps);
}

function secondsAt(step) {
  const { times } = piece;
  const i = clamp(Math.floor(step / STEPS_PER_PHRASE), 0, times.length - 2);
  const share = step / STEPS_PER_PHRASE - i;
  return times[i] + share * (times[i + 1] - times[i]);
}

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds + 0.05));
  return Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
}

const position = () => mixer.position / RATE;
const hasSound = () => root.dataset.state === "ready";

function seek(seconds) {
  if (!piece) return;
  mixer.seek(clamp(seconds, 0, piece.seconds) * RATE);
  handScrolled = -Infinity;
  follow(true);
  tell();
  draw();
}

// Reading what Python sends ----------------------------------------------------------------------

function read(value) {
  const rows = JSON.parse(value.notes);
  const names = value.parts.map((part) => part[0]);
  const notes = rows.map(([onset, part, pitch, duration, velocity]) => ({
    onset, part: names[part], pitch, duration, velocity,
  }));
  const steps = value.bars * STEPS_PER_BAR;
  const pitched = notes.filter((note) => note.part !== "drums").map((note) => note.pitch);
  const kinds = new Set(notes.filter((note) => note.part === "drums").map((note) => note.pitch));
  let low = pitched.length ? Math.min(...pitched) - 2 : 0;
  let high = pitched.length ? Math.max(...pitched) + 2 : -1;
  while (pitched.length && high - low < 30) {
    low -= 1;
    high += 1;
  }
  const result = {
    ...value, notes, steps, low, high,
    parts: value.parts.map(([name, instrument]) => ({ name, instrument })),
    marks: JSON.parse(value.marks),
    stream: JSON.parse(value.stream),
    phrases: Math.ceil(steps / STEPS_PER_PHRASE),
    drums: [...DRUMS.keys()].filter((pitch) => kinds.has(pitch)),
  };
  const i = Math.floor(steps / STEPS_PER_PHRASE);
  const rest = steps / STEPS_PER_PHRASE - i;
  const { times } = value;
  result.seconds = rest ? times[i] + rest * (times[i + 1] - times[i]) : times[i];
  return result;
}

function receive() {
  const value = props.value;
  if (!value || !value.id) {
    say("");
    return;
  }
  const isNew = !piece || piece.id !== value.id;
  if (isNew) {
    mixer.clear();
    if (piece) root.dataset.state = "drawn";
    playWhenReady = true;
    scroller.scrollLeft = 0;
    keepLink(value.link);
    bringIntoView();
    letSpaceGo();
  }
  piece = read(value);
  find("title").textContent = piece.title;
  find("details").textContent = piece.details.join("  ·  ");
  find("total").textContent = clock(piece.seconds);
  find("copy").hidden = !piece.link;
  root.dataset.notes = piece.notes.length;
  root.dataset.id = piece.id;
  legend();
  phraseCells();
  if (chosen !== null && (isNew || chosen >= piece.phrases)) choose(null);
  offerFiles();
  hearSound();
  layOut();
  tell();
}

function hearSound() {
  const source = piece.sound && piece.sound.url;
  if (source) {
    if (root.dataset.sound !== source) {
      root.dataset.loading = source;
      mixer.load(source, piece.stream);
    }
    say(hasSound() ? piece.problem || "" : "Fetching the sound …");
  } else if (piece.problem) {
    mixer.clear();
    root.dataset.state = "problem";
    say(piece.problem);
  } else {
    if (!hasSound()) root.dataset.state = "drawn"; // else the old sound plays until the new is there
    say("Playing it into a file …");
  }
  find("play").disabled = !hasSound();
}

// What the mixer tells.
function heard(what) {
  if (what === "ready") {
    root.dataset.sound = root.dataset.loading;
    root.dataset.state = "ready";
    find("play").disabled = false;
    say(piece.problem || "");
    find("said").textContent = `${piece.title}, ${piece.bars} bars, is ready to play: ` +
      piece.parts.map(({ name, instrument }) => `${name} (${instrument})`).join(", ");
    if (isLooping()) loop(true); // at another tempo a phrase lies elsewhere
    if (playWhenReady) play();
    playWhenReady = false;
  } else if (what === "failed") {
    if (!hasSound()) root.dataset.state = "problem";
    say("The sound did not arrive: draw it again");
  }
  tell();
  draw();
}

// The address makes the piece again; one that does not any more would be a lie.
function keepLink(link) {
  const url = new URL(location.href);
  for (const name of ["seed", "bars", "form", "temperature", "tempo", "key"]) {
    url.searchParams.delete(name);
  }
  if (link) new URLSearchParams(link).forEach((value, name) => url.searchParams.set(name, value));
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}

function bringIntoView() {
  const { top, bottom } = root.getBoundingClientRect();
  if (top >= 0 && bottom <= innerHeight) return;
  if (top >= -20 && top < innerHeight * 0.35) return;
  root.scrollIntoView({ block: "start", behavior: wantsLessMotion.matches ? "auto" : "smooth" });
}

// The mouse leaves its button focused, which would take the space bar from play and pause. Who
// came by keyboard stays where they are.
function letSpaceGo() {
  const { activeElement } = document;
  if (activeElement && activeElement.matches("button:not(:focus-visible)")) activeElement.blur();
}

// Sound -----------------------------------------------------------------------------------------

function play() {
  if (!hasSound()) return;
  // Browsers refuse sound that nobody asked for with a click; ours then waits for one.
  if (!touched) {
    say("Press play to hear it");
    return;
  }
  mixer.wake();
  mixer.play();
  if (!piece.problem) say("");
  tell();
  draw();
}

function toggle() {
  if (!hasSound()) return;
  if (!mixer.playing) return play();
  mixer.pause();
  tell();
  draw();
}

// A click anywhere opens the way for the music that comes a second later.
function unlock(event) {
  // Not every key counts, and none that a script has pressed.
  if (!event.isTrusted || navigator.userActivation?.hasBeenActive === false) return;
  touched = true;
  mixer.wake();
}

// A part that is asked for alone is heard, be it muted or not.
const isHeard = (name) => (soloed.size ? soloed.has(name) : !muted.has(name));
const volumeOf = (name) => volumes.get(name) ?? 100;
const asWritten = () => piece.parts.every(({ name }) => isHeard(name) && volumeOf(name) === 100);

function mix() {
  for (const { name } of piece.parts) {
    mixer.setLevel(name, isHeard(name) ? (volumeOf(name) / 100) ** 2 : 0); // ears hear ratios
  }
  legend();
  offerFiles();
  refresh();
}

function mute(name) {
  const set = soloed.size ? soloed : muted; // a press always changes what is heard of this part
  if (set.has(name)) set.delete(name);
  else set.add(name);
  mix();
}

function solo(name) {
  if (soloed.has(name)) soloed.delete(name);
  else soloed.add(name);
  mix();
}

// Phrases -----------------------------------------------------------------------------------------

const startOf = (phrase) => phrase * STEPS_PER_PHRASE;
const endOf = (phrase) => Math.min(piece.steps, startOf(phrase + 1));
const sectionOf = (phrase) => {
  const bar = (phrase * STEPS_PER_PHRASE) / STEPS_PER_BAR;
  const mark = piece.marks.filter(([start]) => start <= bar).pop();
  return mark ? mark[1] : "";
};

function phraseCells() {
  if (cells.children.length !== piece.phrases) {
    cells.replaceChildren(...Array.from({ length: piece.phrases }, (_, i) => {
      const cell = document.createElement("button");
      cell.type = "button";
      cell.className = "mg-phrase";
      cell.dataset.phrase = i;
      cell.append(document.createElement("b"), document.createElement("span"));
      return cell;
    }));
  }
  [...cells.children].forEach((cell, i) => {
    const section = sectionOf(i);
    const [from, to] = [startOf(i) / STEPS_PER_BAR + 1, endOf(i) / STEPS_PER_BAR];
    const bars = from === to ? `bar ${from}` : `bars ${from} to ${to}`;
    cell.children[0].textContent = i + 1;
    cell.children[1].textContent = section;
    cell.setAttribute("aria-label", `Phrase ${i + 1}${section && `, ${section}`}, ${bars}`);
    cell.style.left = (startOf(i) / piece.steps) * 100 + "%";
    cell.style.width = ((endOf(i) - startOf(i)) / piece.steps) * 100 + "%";
  });
  markCells();
}

function markCells() {
  const stop = cells.contains(document.activeElement)
    ? Number(document.activeElement.dataset.phrase)
    : chosen ?? 0;
  [...cells.children].forEach((cell, i) => {
    cell.setAttribute("aria-pressed", String(i === chosen));
    cell.dataset.looped = String(i === chosen && isLooping());
    cell.tabIndex = i === stop ? 0 : -1; // one stop for the tabulator; arrows go on from there
  });
}

function choose(phrase) {
  if (phrase === chosen) return;
  chosen = phrase;
  if (isLooping()) loop(phrase !== null);
  root.dataset.phrase = phrase ?? "";
  markCells();
  refresh();
  trigger("phrase", { index: phrase });
}

const isLooping = () => mixer.loop !== null;

function loop(wanted) {
  if (wanted && chosen === null) {
    if (!piece) return;
    choose(Math.min(piece.phrases - 1, Math.floor(stepAt(position()) / STEPS_PER_PHRASE)));
  }
  const [from, to] = wanted
    ? [startOf(chosen), endOf(chosen)].map((step) => Math.round(secondsAt(step) * RATE))
    : [];
  mixer.setLoop(wanted ? { from, to } : null);
  if (wanted && (mixer.position < from || mixer.position >= to)) seek(secondsAt(startOf(chosen)));
  root.dataset.looping = String(wanted);
  find("again").setAttribute("aria-pressed", String(wanted));
  markCells();
  refresh();
}

// Words and files ---------------------------------------------------------------------------------

function say(text) {
  find("status").textContent = text;
}

function legend() {
  const list = find("parts");
  const same = [...list.children].map((strip) => strip.dataset.part).join() ===
    piece.parts.map((part) => part.name).join();
  if (!same) list.replaceChildren(...piece.parts.map(strip));
  const missing = piece.stream ? (name) => !piece.stream.parts.includes(name) : () => false;
  for (const own of list.children) {
    const name = own.dataset.part;
    const { instrument } = piece.parts.find((part) => part.name === name);
    const [chip, alone, volume] = own.querySelectorAll("button, input");
    own.setAttribute("aria-label", `${title(name)}: ${instrument}`);
    chip.setAttribute("aria-pressed", String(isHeard(name)));
    const press = isHeard(name) ? "click to mute" : "muted, click to hear";
    chip.title = `${instrument}: ${missing(name) ? "no sound" : press}`;
    alone.setAttribute("aria-pressed", String(soloed.has(name)));
    volume.value = volumeOf(name);
    volume.style.setProperty("--share", volumeOf(name) + "%");
  }
}

const title = (name) => name[0].toUpperCase() + name.slice(1);

// The controls of a part: heard or muted, alone, how loud.
function strip({ name }) {
  const own = document.createElement("div");
  own.className = "mg-part";
  own.dataset.part = name;
  own.setAttribute("role", "group");
  own.style.setProperty("--part", COLOURS[name]);
  const chip = document.createElement("button");
  chip.type = "button";
  chip.className = "mg-chip";
  chip.append(document.createElement("i"), title(name));
  chip.addEventListener("click", (event) => {
    if (event.shiftKey || event.altKey) solo(name);
    else mute(name);
  });
  const alone = document.createElement("button");
  alone.type = "button";
  alone.className = "mg-solo";
  alone.textContent = "S";
  alone.title = `Solo: the ${name} alone (or Shift and click on the name)`;
  alone.setAttribute("aria-label", `Solo ${name}`);
  alone.addEventListener("click", () => solo(name));
  const volume = document.createElement("input");
  volume.type = "range";
  volume.className = "mg-volume";
  volume.max = 100;
  volume.title = "Volume";
  volume.setAttribute("aria-label", `Volume of ${name}`);
  volume.addEventListener("input", () => {
    volumes.set(name, Number(volume.value));
    mix();
  });
  own.append(chip, alone, volume);
  return own;
}

function offerFiles() {
  for (const link of root.querySelectorAll("a.mg-file")) {
    const file = piece[link.dataset.file];
    if (file) {
      link.href = file.url;
      link.download = file.orig_name;
      link.removeAttribute("aria-disabled");
      link.removeAttribute("role");
    } else {
      link.removeAttribute("href");
      link.removeAttribute("download");
      link.setAttribute("role", "link");
      link.setAttribute("aria-disabled", "true");
    }
  }
  // The file is of the whole piece; where the page plays less, that is said.
  find("wav").textContent = asWritten() ? "WAV" : "WAV, all parts";
  find("stems").disabled = !piece.audio || find("stems").ariaBusy === "true";
}

function askForStems() {
  find("stems").ariaBusy = "true";
  find("stems").disabled = true;
  say("Making the stems …");
  trigger("stems");
}

function takeStems(event) {
  find("stems").ariaBusy = null;
  say("");
  if (piece) offerFiles();
  if (!event.detail) return;
  const link = document.createElement("a");
  link.href = event.detail.url;
  link.download = event.detail.orig_name;
  link.click();
}

async function copyLink() {
  const button = find("copy");
  const address = new URL(piece.link, location.origin + location.pathname).href;
  try {
    await navigator.clipboard.writeText(address);
    button.textContent = "Copied";
  } catch {
    prompt("The link that makes this piece again:", address); // no clipboard without https
  }
  setTimeout(() => { button.textContent = "Copy link"; }, 1600);
}

function tell() {
  if (!piece) return;
  const now = position();
  const step = stepAt(now);
  const bar = Math.min(piece.bars, Math.floor(step / STEPS_PER_BAR) + 1);
  find("now").textContent = clock(Math.min(now, piece.seconds));
  scroller.setAttribute("aria-valuemax", piece.seconds.toFixed(1));
  scroller.setAttribute("aria-valuenow", Math.min(now, piece.seconds).toFixed(1));
  scroller.setAttribute("aria-valuetext", `bar ${bar} of ${piece.bars}, ${clock(now)} of ${clock(piece.seconds)}`);
  const name = mixer.playing ? "Pause" : "Play";
  if (find("play").getAttribute("aria-label") !== name) find("play").setAttribute("aria-label", name);
  root.dataset.playing = String(mixer.playing);
}

// Picture -----------------------------------------------------------------------------------------

function layOut() {
  const width = stage.clientWidth;
  const height = stage.clientHeight;
  if (!width || !height) return;
  const ratio = Math.min(3, devicePixelRatio || 1);
  const small = width < 560;
  const gutter = small ? 40 : 54;
  const ruler = 26;
  pixels = { width, height, ratio, gutter, ruler, small, perStep: 1 };
  for (const canvas of [roll, still]) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  overview.width = Math.round(overview.clientWidth * ratio);
  overview.height = Math.round(overview.clientHeight * ratio);
  scroller.style.left = gutter + "px";
  root.style.setProperty("--gutter", gutter + "px");
  if (piece) {
    const view = width - gutter;
    const full = clamp(
      Math.max(view, piece.bars * (small ? 58 : 44)) * zoom, view, Math.max(view, piece.bars * CLOSEST),
    );
    pixels.view = view;
    pixels.full = full;
    pixels.perStep = full / piece.steps;
    find("width").style.width = full + "px";
    cells.style.width = full + "px";
    root.dataset.bar = (full / piece.bars).toFixed(1);
    for (const [name, end] of [["closer", piece.bars * CLOSEST], ["farther", view]]) {
      find(name).setAttribute("aria-disabled", String(Math.abs(full - end) < 1 || end < view));
    }
    const lane = piece.drums.length ? clamp(Math.floor(height * 0.36 / piece.drums.length), 9, 17) : 0;
    pixels.lane = lane;
    const hasPitch = piece.high >= piece.low;
    pixels.gap = piece.drums.length && hasPitch ? 9 : 0;
    pixels.drumTop = height - 8 - lane * piece.drums.length;
    pixels.pitchTop = ruler + 4;
    const room = pixels.drumTop - pixels.gap - pixels.pitchTop;
    pixels.row = hasPitch ? room / (piece.high - piece.low + 1) : 0;
  }
  refresh();
}

// Zoom, with what is at `x` of the view staying there; the playhead, if nothing is said.
function zoomTo(wanted, x) {
  if (!piece || !pixels.view) return;
  const head = stepAt(position()) * pixels.perStep - scroller.scrollLeft;
  const at = x ?? (head >= 0 && head <= pixels.view ? head : pixels.view / 2);
  const step = (scroller.scrollLeft + at) / pixels.perStep;
  const first = Math.max(pixels.view, piece.bars * (pixels.small ? 58 : 44));
  zoom = clamp(wanted, pixels.view / first, Math.max(1, (piece.bars * CLOSEST) / first));
  layOut();
  scroller.scrollLeft = step * pixels.perStep - at;
  handScrolled = performance.now();
  refresh();
}

function refresh() {
  stillIsOld = true;
  draw();
}

const xOf = (step) => pixels.gutter + step * pixels.perStep - scroller.scrollLeft;

function boxOf(note) {
  const { perStep, row, lane, pitchTop, drumTop } = pixels;
  const x = xOf(note.onset);
  if (note.part === "drums") {
    const at = piece.drums.indexOf(note.pitch);
    const width = clamp(perStep * 0.85, 3, lane * 0.95);
    return { x, y: drumTop + at * lane + 1.5, width, height: lane - 3 };
  }
  const height = Math.max(2, row - 0.6);
  const y = pitchTop + (piece.high - note.pitch) * row;
  return { x, y, width: Math.max(2, note.duration * perStep - 1.2), height };
}

function box(context, { x, y, width, height }, radius) {
  context.beginPath();
  if (context.roundRect) context.roundRect(x, y, width, height, Math.min(radius, height / 2, width / 2));
  else context.rect(x, y, width, height);
  context.fill();
}

function drawStill() {
  stillIsOld = false;
  const context = still.getContext("2d");
  const { width, height, ratio, gutter } = pixels;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  if (!piece) return drawRest(context);
  drawGrid(context);
  drawChosen(context);
  context.save();
  context.beginPath();
  context.rect(gutter, 0, width - gutter, height);
  context.clip();
  let drawn = 0;
  for (const note of piece.notes) {
    if (!isHeard(note.part)) continue;
    drawn += 1;
    const place = boxOf(note);
    if (place.x > width || place.x + place.width < gutter) continue;
    context.globalAlpha = 0.5 + 0.5 * clamp((note.velocity - 30) / 80, 0, 1);
    context.fillStyle = COLOURS[note.part];
    box(context, place, 3);
  }
  context.restore();
  roll.dataset.drawn = drawn;
  drawGutter(context);
}

// What stands there before anything is drawn: a quiet hint of a roll.
function drawRest(context) {
  const { width, height } = pixels;
  const names = Object.keys(COLOURS);
  context.globalAlpha = 0.13;
  for (let i = 0; i < 46; i += 1) {
    const wave = Math.sin(i * 0.55) * 0.22 + Math.sin(i * 0.19 + 1) * 0.16;
    context.fillStyle = COLOURS[names[(i * 7) % 5]];
    const x = (i / 46) * (width + 40) - 20;
    box(context, { x, y: height * (0.5 + wave), width: 16 + ((i * 37) % 34), height: 7 }, 3.5);
  }
  context.globalAlpha = 1;
}

function drawGrid(context) {
  const { width, height, gutter, ruler, perStep, row, pitchTop, drumTop, lane, gap } = pixels;
  context.font = `500 11px ${getComputedStyle(root).fontFamily}`;
  context.textBaseline = "middle";
  if (row) {
    context.fillStyle = "rgba(255,255,255,.028)";
    for (let pitch = piece.low; pitch <= piece.high; pitch += 1) {
      if (![1, 3, 6, 8, 10].includes(((pitch % 12) + 12) % 12)) continue;
      context.fillRect(gutter, pitchTop + (piece.high - pitch) * row, width - gutter, row);
    }
    context.fillStyle = "rgba(255,255,255,.07)";
    for (let pitch = piece.low; pitch <= piece.high; pitch += 1) {
      if (pitch % 12) continue;
      context.fillRect(gutter, Math.round(pitchTop + (piece.high - pitch + 1) * row), width - gutter, 1);
    }
  }
  piece.drums.forEach((_, i) => {
    context.fillStyle = i % 2 ? "rgba(255,255,255,.02)" : "rgba(255,255,255,.05)";
    context.fillRect(gutter, drumTop + i * lane, width - gutter, lane);
  });
  context.save();
  context.beginPath();
  context.rect(gutter, 0, width - gutter, height);
  context.clip();
  const everyBar = perStep * STEPS_PER_BAR;
  const numbered = [1, 2, 4, 8, 16].find((n) => n * everyBar > 34) || 16;
  const marks = new Map(piece.marks);
  for (let bar = 0; bar <= piece.bars; bar += 1) {
    const x = Math.round(xOf(bar * STEPS_PER_BAR));
    if (x < gutter - everyBar || x > width + everyBar) continue;
    const phrase = bar % 2 === 0;
    const section = marks.has(bar) && bar > 0;
    context.fillStyle = `rgba(255,255,255,${section ? 0.34 : phrase ? 0.15 : 0.07})`;
    context.fillRect(x, section ? 3 : ruler, 1, height);
    if (everyBar > 64 && bar < piece.bars) {
      context.fillStyle = "rgba(255,255,255,.03)";
      for (let beat = 1; beat < 4; beat += 1) context.fillRect(Math.round(x + beat * everyBar / 4), ruler, 1, height);
    }
    if (bar === piece.bars) continue;
    const label = marks.get(bar);
    if (label) {
      context.fillStyle = "#fff";
      context.fillText(label, x + 6, ruler / 2 + 1);
    } else if (bar % numbered === 0) {
      context.fillStyle = "rgba(255,255,255,.62)";
      context.fillText(String(bar + 1), x + 6, ruler / 2 + 1);
    }
  }
  context.restore();
  context.fillStyle = "rgba(255,255,255,.12)";
  context.fillRect(gutter, ruler, width - gutter, 1);
  if (gap) context.fillRect(gutter, Math.round(drumTop - gap / 2), width - gutter, 1);
}

// The phrase that was chosen, and whether it is looped.
function drawChosen(context) {
  if (chosen === null) return;
  const { width, height, gutter, ruler } = pixels;
  const from = Math.max(gutter, xOf(startOf(chosen)));
  const to = Math.min(width, xOf(endOf(chosen)));
  if (to <= from) return;
  context.fillStyle = isLooping() ? "rgba(255,138,101,.13)" : "rgba(255,255,255,.05)";
  context.fillRect(from, ruler, to - from, height);
  if (!isLooping()) return;
  context.fillStyle = "#ff8a65";
  context.fillRect(from, ruler - 3, to - from, 3);
  for (const x of [startOf(chosen), endOf(chosen)].map(xOf)) {
    if (x >= gutter - 1 && x <= width) context.fillRect(Math.round(x) - 1, ruler - 8, 2, height);
  }
}

function drawGutter(context) {
  const { gutter, row, pitchTop, drumTop, lane, small } = pixels;
  context.textAlign = "right";
  context.fillStyle = "rgba(255,255,255,.62)";
  if (row) {
    for (let pitch = piece.low; pitch <= piece.high; pitch += 1) {
      if (pitch % 12) continue;
      const y = pitchTop + (piece.high - pitch + 0.5) * row;
      context.fillText("C" + (pitch / 12 - 1), gutter - 8, y);
    }
  }
  context.font = `500 ${Math.min(10, lane - 1)}px ${getComputedStyle(root).fontFamily}`;
  piece.drums.forEach((pitch, i) => {
    context.fillText(DRUMS.get(pitch)[0], gutter - (small ? 5 : 8), drumTop + (i + 0.5) * lane);
  });
  context.textAlign = "left";
}

function draw() {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(paint);
}

function paint() {
  const playing = piece && mixer.playing;
  if (playing) {
    follow(false);
    tell();
  }
  if (stillIsOld) drawStill();
  const context = roll.getContext("2d");
  const { width, height, ratio, gutter, ruler } = pixels;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, roll.width, roll.height);
  context.drawImage(still, 0, 0);
  if (piece) {
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const step = stepAt(position());
    const x = xOf(step);
    if (playing) {
      context.save();
      context.beginPath();
      context.rect(gutter, 0, width - gutter, height);
      context.clip();
      for (const note of piece.notes) {
        if (note.onset > step) break;
        if (step >= note.onset + Math.max(note.duration, 1) || !isHeard(note.part)) continue;
        context.fillStyle = "#fff";
        context.globalAlpha = 0.72;
        box(context, boxOf(note), 3);
      }
      context.restore();
    }
    if (x >= gutter - 1 && x <= width) {
      context.fillStyle = "#ff5b36";
      context.fillRect(x - 0.75, ruler - 8, 1.5, height);
      context.beginPath();
      context.moveTo(x - 5.5, ruler - 9);
      context.lineTo(x + 5.5, ruler - 9);
      context.lineTo(x, ruler - 1);
      context.fill();
    }
    root.dataset.step = step.toFixed(2);
  }
  paintOverview();
  if (playing) frame = requestAnimationFrame(paint);
}

function paintOverview() {
  const context = overview.getContext("2d");
  const { ratio } = pixels;
  const width = overview.width / ratio;
  const height = overview.height / ratio;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.fillStyle = "rgba(255,255,255,.06)";
  box(context, { x: 0, y: 0, width, height }, 7);
  if (!piece || !width) return;
  const scale = width / piece.steps;
  const at = stepAt(position()) * scale;
  const rows = piece.high - piece.low + 1 || 1;
  for (const note of piece.notes) {
    if (!isHeard(note.part) || note.part === "drums") continue;
    const x = note.onset * scale;
    context.fillStyle = COLOURS[note.part];
    context.globalAlpha = x <= at ? 1 : 0.42;
    const y = 4 + ((piece.high - note.pitch) / rows) * (height - 8);
    context.fillRect(x, y, Math.max(1, note.duration * scale - 0.4), 2);
  }
  context.globalAlpha = 1;
  if (pixels.full > pixels.view + 1) {
    const from = (scroller.scrollLeft / pixels.full) * width;
    const wide = (pixels.view / pixels.full) * width;
    context.strokeStyle = "rgba(255,255,255,.34)";
    context.lineWidth = 1;
    context.strokeRect(from + 0.5, 0.5, wide - 1, height - 1);
  }
  context.fillStyle = "#ff5b36";
  context.fillRect(clamp(at - 1, 0, width - 2), 0, 2, height);
}

// The view goes along with the music, unless a hand has just moved it.
function follow(now) {
  if (!piece || pixels.full <= pixels.view + 1) return;
  if (!now && performance.now() - handScrolled < MANUAL_SCROLL) return;
  const x = stepAt(position()) * pixels.perStep;
  const target = clamp(x - pixels.view * 0.35, 0, pixels.full - pixels.view);
  if (Math.abs(target - scroller.scrollLeft) < 0.5) return;
  scroller.scrollLeft = target;
  stillIsOld = true;
}

// Hands -------------------------------------------------------------------------------------------

function stepUnder(event) {
  const left = scroller.getBoundingClientRect().left;
  return clamp((event.clientX - left + scroller.scrollLeft) / pixels.perStep, 0, piece.steps);
}

function noteUnder(event) {
  const bounds = stage.getBoundingClientRect();
  const x = event.clientX - bounds.left;
  const y = event.clientY - bounds.top;
  for (let i = piece.notes.length - 1; i >= 0; i -= 1) {
    const note = piece.notes[i];
    if (!isHeard(note.part)) continue;
    const place = boxOf(note);
    const grace = Math.max(0, (7 - place.height) / 2);
    if (x >= place.x && x <= place.x + place.width &&
        y >= place.y - grace && y <= place.y + place.height + grace) return { note, place };
  }
  return null;
}

function hover(event) {
  const found = piece && event.pointerType !== "touch" ? noteUnder(event) : null;
  tip.hidden = !found;
  if (!found) return;
  const { note, place } = found;
  const { instrument } = piece.parts.find((part) => part.name === note.part);
  const drum = DRUMS.get(note.pitch);
  const name = note.part === "drums" && drum
    ? drum[1]
    : NAMES[note.pitch % 12] + (Math.floor(note.pitch / 12) - 1);
  tip.replaceChildren();
  const strong = document.createElement("b");
  strong.textContent = name;
  tip.append(strong, `${instrument}, velocity ${note.velocity}`);
  tip.style.setProperty("--part", COLOURS[note.part]);
  const left = clamp(place.x, 4, pixels.width - tip.offsetWidth - 4);
  const above = place.y - tip.offsetHeight - 7;
  tip.style.left = left + "px";
  tip.style.top = (above > 2 ? above : place.y + place.height + 7) + "px";
}

scroller.addEventListener("click", (event) => {
  if (piece) seek(secondsAt(stepUnder(event)));
});
scroller.addEventListener("pointermove", hover);
scroller.addEventListener("pointerleave", () => { tip.hidden = true; });
for (const kind of ["wheel", "touchmove"]) {
  scroller.addEventListener(kind, () => { handScrolled = performance.now(); }, { passive: true });
}
// The phrases scroll with the roll, whichever of the two a hand moves.
const rail = cells.parentElement;
scroller.addEventListener("scroll", () => {
  tip.hidden = true;
  rail.scrollLeft = scroller.scrollLeft;
  refresh();
}, { passive: true });
rail.addEventListener("scroll", () => {
  if (Math.abs(rail.scrollLeft - scroller.scrollLeft) > 1) scroller.scrollLeft = rail.scrollLeft;
}, { passive: true });
rail.addEventListener("touchmove", () => { handScrolled = performance.now(); }, { passive: true });

scroller.addEventListener("wheel", (event) => {
  if (!event.ctrlKey) return; // pinching on a touchpad comes as this too
  event.preventDefault();
  const x = event.clientX - scroller.getBoundingClientRect().left;
  zoomTo(zoom * Math.exp(-clamp(event.deltaY, -60, 60) * 0.008), x);
}, { passive: false });

let pinch = null; // { distance, zoom } at its beginning
const spread = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
scroller.addEventListener("touchstart", ({ touches }) => {
  pinch = touches.length === 2 ? { distance: spread(touches), zoom } : null;
}, { passive: true });
scroller.addEventListener("touchmove", (event) => {
  if (!pinch || event.touches.length !== 2) return;
  event.preventDefault();
  const [a, b] = event.touches;
  const x = (a.clientX + b.clientX) / 2 - scroller.getBoundingClientRect().left;
  zoomTo((pinch.zoom * spread(event.touches)) / pinch.distance, x);
}, { passive: false });

const MOVES = {
  ArrowLeft: -STEPS_PER_BAR, ArrowDown: -STEPS_PER_BAR,
  ArrowRight: STEPS_PER_BAR, ArrowUp: STEPS_PER_BAR,
  PageDown: -STEPS_PER_PHRASE, PageUp: STEPS_PER_PHRASE,
};
scroller.addEventListener("keydown", (event) => {
  if (!piece || event.ctrlKey || event.metaKey || event.altKey) return;
  let step = stepAt(position());
  if (event.key in MOVES) {
    // To the bar line, not a bar from wherever the playhead is; back first to this bar's own.
    const move = MOVES[event.key];
    const grid = Math.abs(move);
    step = move > 0
      ? (Math.floor(step / grid + 0.01) + 1) * grid
      : (Math.ceil(step / grid - (mixer.playing ? 0.25 : 0.01)) - 1) * grid;
    step = clamp(step, 0, piece.steps);
  } else if (event.key === "Home") step = 0;
  else if (event.key === "End") step = piece.steps;
  else return;
  event.preventDefault();
  seek(secondsAt(step));
});

cells.addEventListener("click", (event) => {
  const cell = event.target.closest(".mg-phrase");
  if (!cell) return;
  choose(Number(cell.dataset.phrase));
  seek(secondsAt(startOf(chosen)));
});
cells.addEventListener("keydown", (event) => {
  const here = Number(document.activeElement.dataset.phrase);
  const last = piece.phrases - 1;
  const there = {
    ArrowLeft: here - 1, ArrowUp: here - 1, ArrowRight: here + 1, ArrowDown: here + 1,
    Home: 0, End: last,
  }[event.key];
  if (there === undefined) return;
  event.preventDefault();
  cells.children[clamp(there, 0, last)].focus();
  markCells();
});

function scrub(event) {
  if (!piece) return;
  const bounds = overview.getBoundingClientRect();
  const share = clamp((event.clientX - bounds.left) / bounds.width, 0, 1);
  seek(secondsAt(share * piece.steps));
}
overview.addEventListener("pointerdown", (event) => {
  overview.setPointerCapture(event.pointerId);
  scrub(event);
});
overview.addEventListener("pointermove", (event) => {
  if (event.buttons) scrub(event);
});

find("play").addEventListener("click", toggle);
find("copy").addEventListener("click", copyLink);
find("invite").addEventListener("click", () => trigger("draw"));
find("stems").addEventListener("click", askForStems);
find("again").addEventListener("click", () => loop(!isLooping()));
find("loop").addEventListener("click", (event) => {
  mixer.setRepeat(!mixer.repeats);
  event.currentTarget.setAttribute("aria-pressed", String(mixer.repeats));
});
find("closer").addEventListener("click", () => zoomTo(zoom * ZOOM));
find("farther").addEventListener("click", () => zoomTo(zoom / ZOOM));

// Who came to a button by mouse means the music with the space bar, not the button again. (Browsers
// say `:focus-visible` as soon as the key goes down.)
let pointed = null;
root.addEventListener("click", (event) => {
  pointed = event.detail ? event.target.closest("button") : null;
});
root.addEventListener("focusin", () => { pointed = null; });

// Keys for the player work in it, and wherever else on the page nothing else wants them.
function pageKey(event) {
  if (!root.isConnected || event.ctrlKey || event.metaKey || event.altKey) return;
  const { target } = event;
  const inside = root.contains(target) && !target.matches("input");
  const free = target === document.body || target === scroller || target === pointed ||
    target.matches(".mg-volume");
  if (event.key === " ") {
    if (!free || event.repeat) return;
    toggle();
  } else if (!free && !inside) return;
  else if (event.key === "l" || event.key === "L") loop(!isLooping());
  else if (event.key === "+" || event.key === "=") zoomTo(zoom * ZOOM);
  else if (event.key === "-") zoomTo(zoom / ZOOM);
  else return;
  event.preventDefault();
}
document.addEventListener("keydown", pageKey);
for (const kind of ["click", "keydown", "touchend"]) {
  document.addEventListener(kind, unlock, { capture: true, passive: true });
}
document.addEventListener("musegen:busy", () => {
  root.dataset.busy = "true";
  say("Composing …");
});
document.addEventListener("musegen:idle", () => {
  delete root.dataset.busy;
  say("");
});
document.addEventListener("musegen:file", takeStems);

watch("value", () => {
  delete root.dataset.busy;
  receive();
});
new ResizeObserver(layOut).observe(stage);
layOut();
receive();
