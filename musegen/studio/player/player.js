// The player: a piano roll and its sound. Runs once, with `element`, `props`, `watch`, `trigger`.
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
const SETTLE = 350; // ms after the last part was toggled until the new sound is asked for

const find = (name) => element.querySelector(".mg-" + name);
const root = find("player");
const stage = find("stage");
const roll = find("roll");
const scroller = find("scroll");
const overview = find("overview");
const tip = find("tip");
const audio = root.querySelector("audio");
const wantsLessMotion = matchMedia("(prefers-reduced-motion: reduce)");

let piece = null; // what `read` makes of the value
let hidden = new Set();
let playWhenReady = false;
let pendingSeek = null; // seconds, asked for before there was sound
let handScrolled = -Infinity;
let pixels = { width: 0, height: 0, ratio: 1, perStep: 1, gutter: 0, ruler: 26 };
const still = document.createElement("canvas"); // the roll without what moves
let stillIsOld = true;
let frame = 0;
let settle = 0;
let unlocked = false;

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

const position = () => (pendingSeek === null ? audio.currentTime || 0 : pendingSeek);
const hasSound = () => root.dataset.state === "ready";

function seek(seconds) {
  if (!piece) return;
  const target = clamp(seconds, 0, piece.seconds);
  if (hasSound() && audio.readyState > 0) {
    audio.currentTime = target;
    pendingSeek = null;
  } else {
    pendingSeek = target;
  }
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
    stop();
    pendingSeek = null;
    playWhenReady = true;
    scroller.scrollLeft = 0;
    keepLink(value.link);
    bringIntoView();
    letSpaceGo();
  }
  piece = read(value);
  if (isNew) hidden = new Set(piece.parts.map((p) => p.name).filter((n) => !value.shown.includes(n)));
  find("title").textContent = piece.title;
  find("details").textContent = piece.details.join("  ·  ");
  find("total").textContent = clock(piece.seconds);
  find("copy").hidden = !piece.link;
  root.dataset.notes = piece.notes.length;
  root.dataset.id = piece.id;
  legend();
  offerFiles();
  hearSound();
  layOut();
  tell();
}

function hearSound() {
  const source = piece.audio && piece.audio.url;
  if (!source) {
    const waits = !piece.problem;
    if (!waits) stop();
    if (root.dataset.state !== "ready" || !audio.src || !waits) {
      root.dataset.state = waits ? "drawn" : "problem";
    }
    say(waits ? "Playing it into a file …" : piece.problem);
    find("play").disabled = root.dataset.state !== "ready";
    return;
  }
  say("");
  find("play").disabled = false;
  const goOn = playWhenReady || !audio.paused;
  const from = position();
  playWhenReady = false;
  root.dataset.state = "ready";
  audio.muted = allHidden();
  if (audio.getAttribute("src") !== source) {
    audio.src = source;
    if (from > 0) {
      pendingSeek = from;
      audio.addEventListener("loadedmetadata", takeUpPosition, { once: true });
    }
  }
  if (goOn) play();
}

function takeUpPosition() {
  if (pendingSeek === null) return;
  audio.currentTime = pendingSeek;
  pendingSeek = null;
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

async function play() {
  if (!hasSound()) return;
  try {
    await audio.play();
  } catch (error) {
    // Browsers refuse sound that nobody asked for with a click; ours then waits for one.
    if (error.name === "NotAllowedError") say("Press play to hear it");
  }
}

function stop() {
  audio.pause();
  if (audio.hasAttribute("src")) {
    audio.removeAttribute("src");
    audio.load();
  }
  if (piece) root.dataset.state = "drawn";
}

function toggle() {
  if (!hasSound()) return;
  if (audio.paused) play();
  else audio.pause();
}

// A click somewhere lets this page play sound for a moment only, and Safari only inside the click
// itself: a breath of silence then opens the element for the music that comes a second later.
function unlock() {
  if (unlocked || audio.hasAttribute("src")) return;
  unlocked = true;
  audio.src = "data:audio/wav;base64,UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQgAAAAAAAAAAAAAAA==";
  audio.play().then(
    () => { if (!hasSound()) audio.pause(); },
    () => {},
  );
}

const allHidden = () => piece.parts.every((part) => hidden.has(part.name));

function toggled(name) {
  if (hidden.has(name)) hidden.delete(name);
  else hidden.add(name);
  legend();
  refresh();
  audio.muted = allHidden();
  clearTimeout(settle);
  if (allHidden()) return;
  settle = setTimeout(() => {
    say("Mixing …");
    trigger("parts", { shown: piece.parts.map((p) => p.name).filter((n) => !hidden.has(n)) });
  }, SETTLE);
}

// Words and files ---------------------------------------------------------------------------------

function say(text) {
  find("status").textContent = text;
}

function legend() {
  const list = find("parts");
  const same = [...list.children].map((chip) => chip.dataset.part).join() ===
    piece.parts.map((part) => part.name).join();
  if (!same) {
    list.replaceChildren(...piece.parts.map(({ name }) => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "mg-chip";
      chip.dataset.part = name;
      chip.style.setProperty("--part", COLOURS[name]);
      chip.append(document.createElement("i"), name[0].toUpperCase() + name.slice(1));
      chip.addEventListener("click", () => toggled(name));
      return chip;
    }));
  }
  for (const chip of list.children) {
    const { instrument } = piece.parts.find((part) => part.name === chip.dataset.part);
    chip.setAttribute("aria-pressed", String(!hidden.has(chip.dataset.part)));
    chip.title = instrument;
  }
}

function offerFiles() {
  for (const link of root.querySelectorAll(".mg-file")) {
    const file = piece[link.dataset.file];
    if (file) {
      link.href = file.url;
      link.download = file.orig_name;
      link.removeAttribute("aria-disabled");
    } else {
      link.removeAttribute("href");
      link.removeAttribute("download");
      link.setAttribute("aria-disabled", "true");
    }
  }
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
  const name = audio.paused ? "Play" : "Pause";
  if (find("play").getAttribute("aria-label") !== name) find("play").setAttribute("aria-label", name);
  root.dataset.playing = String(!audio.paused && hasSound());
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
  if (piece) {
    const view = width - gutter;
    const full = Math.max(view, piece.bars * (small ? 58 : 44));
    pixels.view = view;
    pixels.full = full;
    pixels.perStep = full / piece.steps;
    find("width").style.width = full + "px";
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
  context.save();
  context.beginPath();
  context.rect(gutter, 0, width - gutter, height);
  context.clip();
  let drawn = 0;
  for (const note of piece.notes) {
    if (hidden.has(note.part)) continue;
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
      context.fillStyle = "rgba(255,255,255,.42)";
      context.fillText(String(bar + 1), x + 6, ruler / 2 + 1);
    }
  }
  context.restore();
  context.fillStyle = "rgba(255,255,255,.12)";
  context.fillRect(gutter, ruler, width - gutter, 1);
  if (gap) context.fillRect(gutter, Math.round(drumTop - gap / 2), width - gutter, 1);
}

function drawGutter(context) {
  const { gutter, row, pitchTop, drumTop, lane, small } = pixels;
  context.textAlign = "right";
  context.fillStyle = "rgba(255,255,255,.5)";
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
  const playing = piece && !audio.paused && hasSound();
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
        if (step >= note.onset + Math.max(note.duration, 1) || hidden.has(note.part)) continue;
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
    if (hidden.has(note.part) || note.part === "drums") continue;
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
    if (hidden.has(note.part)) continue;
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
scroller.addEventListener("scroll", () => {
  tip.hidden = true;
  refresh();
}, { passive: true });

const BEAT = 4;
const MOVES = {
  ArrowLeft: -BEAT, ArrowDown: -BEAT, ArrowRight: BEAT, ArrowUp: BEAT,
  PageUp: STEPS_PER_BAR, PageDown: -STEPS_PER_BAR,
};
scroller.addEventListener("keydown", (event) => {
  if (!piece) return;
  let step = stepAt(position());
  if (event.key in MOVES) step = clamp(step + MOVES[event.key], 0, piece.steps);
  else if (event.key === "Home") step = 0;
  else if (event.key === "End") step = piece.steps;
  else return;
  event.preventDefault();
  seek(secondsAt(step));
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
find("loop").addEventListener("click", (event) => {
  audio.loop = !audio.loop;
  event.currentTarget.setAttribute("aria-pressed", String(audio.loop));
});

// The element lives as long as its page; were it removed, these would find nothing to do.
function pageKey(event) {
  const free = event.target === document.body || event.target === scroller;
  if (event.key !== " " || !free || event.repeat || !root.isConnected) return;
  event.preventDefault();
  toggle();
}
document.addEventListener("keydown", pageKey);
document.addEventListener("click", unlock, { capture: true });
document.addEventListener("musegen:busy", () => {
  root.dataset.busy = "true";
  say("Composing …");
});
document.addEventListener("musegen:idle", () => {
  delete root.dataset.busy;
  say("");
});

for (const kind of ["play", "pause", "ended", "seeked", "loadedmetadata", "timeupdate"]) {
  audio.addEventListener(kind, () => {
    tell();
    draw();
  });
}
audio.addEventListener("play", () => {
  if (hasSound()) say("");
});
audio.addEventListener("error", () => {
  if (hasSound() && audio.hasAttribute("src")) say("The sound did not arrive: draw it again");
});

watch("value", () => {
  delete root.dataset.busy;
  receive();
});
new ResizeObserver(layOut).observe(stage);
layOut();
receive();
