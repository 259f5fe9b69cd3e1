// The roll: where everything stands in it, and how it is painted. A view says how large it is and
// what part of the piece it shows; the page has one, and a picture to take away has its own.

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
const MANUAL_SCROLL = 2500; // ms that the view stays where the hand has put it
const FIRST = 44; // pixels a bar, as it is first laid out
const FIRST_SMALL = 58; // on a telephone
const CLOSEST = 360; // zoomed in all the way
const ZOOM = 1.5; // of one press
const RULER = 26; // pixels
const BLEND = 6; // the strip under it, in a morph
const [A, B] = [[255, 138, 101], [110, 168, 254]]; // colours of a morph's two ends

const roll = find("roll");
const overview = find("overview");
const still = document.createElement("canvas"); // the roll without what moves
let view = null; // of the page
let stillIsOld = true;
let frame = 0;
let zoom = 1; // of the roll's width as it is at first
let handScrolled = -Infinity;

// Where things stand ------------------------------------------------------------------------------

const firstWidth = (shown, small) => Math.max(shown, piece.bars * (small ? FIRST_SMALL : FIRST));

// A view of the piece `full` pixels long, of which there is room for `width`.
function viewOf(width, height, full, small) {
  const gutter = small ? 40 : 54;
  const made = { width, height, gutter, small, full, shown: width - gutter, left: 0, perStep: 1 };
  if (!piece) return made;
  const drums = piece.drums.length;
  const hasPitch = piece.high >= piece.low;
  const lane = drums ? clamp(Math.floor(height * 0.36 / drums), 9, 17) : 0;
  const drumTop = height - 8 - lane * drums;
  const gap = drums && hasPitch ? 9 : 0;
  const pitchTop = RULER + 4 + (piece.blend ? BLEND : 0);
  const row = hasPitch ? (drumTop - gap - pitchTop) / (piece.high - piece.low + 1) : 0;
  return { ...made, perStep: full / piece.steps, lane, drumTop, gap, pitchTop, row };
}

function layOut() {
  const width = stage.clientWidth;
  const height = stage.clientHeight;
  if (!width || !height) return;
  const ratio = Math.min(3, devicePixelRatio || 1);
  const small = width < 560;
  const shown = width - (small ? 40 : 54);
  const longest = piece ? Math.max(shown, piece.bars * CLOSEST) : shown;
  const full = piece ? clamp(firstWidth(shown, small) * zoom, shown, longest) : shown;
  view = { ...viewOf(width, height, full, small), ratio, left: scroller.scrollLeft };
  for (const canvas of [roll, still]) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  overview.width = Math.round(overview.clientWidth * ratio);
  overview.height = Math.round(overview.clientHeight * ratio);
  scroller.style.left = view.gutter + "px";
  root.style.setProperty("--gutter", view.gutter + "px");
  if (piece) {
    find("width").style.width = full + "px";
    cells.style.width = full + "px";
    root.dataset.bar = (full / piece.bars).toFixed(1);
    for (const [name, end] of [["closer", piece.bars * CLOSEST], ["farther", shown]]) {
      find(name).setAttribute("aria-disabled", String(Math.abs(full - end) < 1 || end < shown));
    }
    view.left = scroller.scrollLeft; // a shorter roll may have moved it
  }
  refresh();
}

// Zoom, with what is at `x` of the view staying there; the playhead, if nothing is said.
function zoomTo(wanted, x) {
  if (!piece || !view) return;
  const { shown, small } = view;
  const head = stepAt(position()) * view.perStep - view.left;
  const stays = x ?? (head >= 0 && head <= shown ? head : shown / 2);
  const step = (view.left + stays) / view.perStep;
  const first = firstWidth(shown, small);
  zoom = clamp(wanted, shown / first, Math.max(1, (piece.bars * CLOSEST) / first));
  layOut();
  scrollTo(step * view.perStep - stays);
  handScrolled = performance.now();
  refresh();
}

function scrollTo(left) {
  scroller.scrollLeft = left;
  view.left = scroller.scrollLeft;
}

const xOf = (step, { gutter, perStep, left }) => gutter + step * perStep - left;

function boxOf(note, own) {
  const { perStep, row, lane, pitchTop, drumTop } = own;
  const x = xOf(note.onset, own);
  if (note.part === "drums") {
    const nth = piece.drums.indexOf(note.pitch);
    const width = clamp(perStep * 0.85, 3, lane * 0.95);
    return { x, y: drumTop + nth * lane + 1.5, width, height: lane - 3 };
  }
  const height = Math.max(2, row - 0.6);
  const y = pitchTop + (piece.high - note.pitch) * row;
  return { x, y, width: Math.max(2, note.duration * perStep - 1.2), height };
}

// The view goes along with the music, unless a hand has just moved it.
function follow(now) {
  if (!piece || !view || view.full <= view.shown + 1) return;
  if (!now && performance.now() - handScrolled < MANUAL_SCROLL) return;
  const x = stepAt(position()) * view.perStep;
  const target = clamp(x - view.shown * 0.35, 0, view.full - view.shown);
  if (Math.abs(target - view.left) < 0.5) return;
  scrollTo(target);
  stillIsOld = true;
}

// Painting ----------------------------------------------------------------------------------------

const fontOf = (weight, size) => `${weight} ${size}px ${getComputedStyle(root).fontFamily}`;

function refresh() {
  stillIsOld = true;
  draw();
}

function draw() {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(paint);
}

function box(context, { x, y, width, height }, radius) {
  context.beginPath();
  if (context.roundRect) context.roundRect(x, y, width, height, Math.min(radius, height / 2, width / 2));
  else context.rect(x, y, width, height);
  context.fill();
}

function beside(context, { gutter, width, height }) {
  context.save();
  context.beginPath();
  context.rect(gutter, 0, width - gutter, height);
  context.clip();
}

function drawStill() {
  stillIsOld = false;
  const context = still.getContext("2d");
  const { width, height, ratio } = view;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  if (!piece) return drawRest(context);
  drawGrid(context, view);
  drawChosen(context);
  roll.dataset.drawn = drawNotes(context, view, isHeard);
  drawGutter(context, view);
}

// What stands there before anything is drawn: a quiet hint of a roll.
function drawRest(context) {
  const { width, height } = view;
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

function drawGrid(context, own) {
  const { width, height, gutter, row, pitchTop, drumTop, lane, gap } = own;
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
  beside(context, own);
  drawBars(context, own);
  drawBlend(context, own);
  context.restore();
  context.fillStyle = "rgba(255,255,255,.12)";
  context.fillRect(gutter, RULER, width - gutter, 1);
  if (gap) context.fillRect(gutter, Math.round(drumTop - gap / 2), width - gutter, 1);
}

function drawBars(context, own) {
  const { width, height, gutter } = own;
  context.font = fontOf(500, 11);
  const everyBar = own.perStep * STEPS_PER_BAR;
  const numbered = [1, 2, 4, 8, 16].find((n) => n * everyBar > 34) || 16;
  const marks = new Map(piece.marks);
  for (let bar = 0; bar <= piece.bars; bar += 1) {
    const x = Math.round(xOf(bar * STEPS_PER_BAR, own));
    if (x < gutter - everyBar || x > width + everyBar) continue;
    const phrase = bar % BARS_PER_PHRASE === 0;
    const section = marks.has(bar) && bar > 0;
    context.fillStyle = `rgba(255,255,255,${section ? 0.34 : phrase ? 0.15 : 0.07})`;
    context.fillRect(x, section ? 3 : RULER, 1, height);
    if (everyBar > 64 && bar < piece.bars) {
      context.fillStyle = "rgba(255,255,255,.03)";
      for (let beat = 1; beat < 4; beat += 1) context.fillRect(Math.round(x + beat * everyBar / 4), RULER, 1, height);
    }
    if (bar === piece.bars) continue;
    const label = marks.get(bar);
    if (label) {
      context.fillStyle = "#fff";
      context.fillText(label, x + 6, RULER / 2 + 1);
    } else if (bar % numbered === 0) {
      context.fillStyle = "rgba(255,255,255,.62)";
      context.fillText(String(bar + 1), x + 6, RULER / 2 + 1);
    }
  }
}

// Of a morph, how much each section has of either end.
function drawBlend(context, own) {
  (piece.blend || []).forEach(([bar, share], i) => {
    const from = Math.round(xOf(bar * STEPS_PER_BAR, own));
    const end = piece.blend[i + 1]?.[0] ?? piece.bars;
    const to = Math.round(xOf(end * STEPS_PER_BAR, own));
    const colour = A.map((a, channel) => Math.round(a + (B[channel] - a) * share));
    context.fillStyle = `rgb(${colour.join()})`;
    context.fillRect(from + 1, RULER + 1, to - from - 1, BLEND - 1);
  });
}

// The phrase that was chosen, and whether it is looped.
function drawChosen(context) {
  if (chosen === null) return;
  const { width, height, gutter } = view;
  const from = Math.max(gutter, xOf(startOf(chosen), view));
  const to = Math.min(width, xOf(endOf(chosen), view));
  if (to <= from) return;
  const top = RULER + (piece.blend ? BLEND : 0);
  context.fillStyle = isLooping() ? "rgba(255,138,101,.13)" : "rgba(255,255,255,.05)";
  context.fillRect(from, top, to - from, height);
  if (!isLooping()) return;
  context.fillStyle = "#ff8a65";
  context.fillRect(from, RULER - 3, to - from, 3);
  for (const x of [startOf(chosen), endOf(chosen)].map((step) => xOf(step, view))) {
    if (x >= gutter - 1 && x <= width) context.fillRect(Math.round(x) - 1, RULER - 8, 2, height);
  }
}

// Give how many notes there are of the parts that are shown.
function drawNotes(context, own, isShown) {
  beside(context, own);
  let drawn = 0;
  for (const note of piece.notes) {
    if (!isShown(note.part)) continue;
    drawn += 1;
    const place = boxOf(note, own);
    if (place.x > own.width || place.x + place.width < own.gutter) continue;
    context.globalAlpha = 0.5 + 0.5 * clamp((note.velocity - 30) / 80, 0, 1);
    context.fillStyle = COLOURS[note.part];
    box(context, place, 3);
  }
  context.restore();
  return drawn;
}

function drawGutter(context, own) {
  const { gutter, row, pitchTop, drumTop, lane, small } = own;
  context.font = fontOf(500, 11);
  context.textAlign = "right";
  context.fillStyle = "rgba(255,255,255,.62)";
  if (row) {
    for (let pitch = piece.low; pitch <= piece.high; pitch += 1) {
      if (pitch % 12) continue;
      const y = pitchTop + (piece.high - pitch + 0.5) * row;
      context.fillText("C" + (pitch / 12 - 1), gutter - 8, y);
    }
  }
  context.font = fontOf(500, Math.min(10, lane - 1));
  piece.drums.forEach((pitch, i) => {
    context.fillText(DRUMS.get(pitch)[0], gutter - (small ? 5 : 8), drumTop + (i + 0.5) * lane);
  });
  context.textAlign = "left";
}

function paint() {
  if (!view) return;
  const playing = piece && mixer.playing;
  if (playing) {
    follow(false);
    tell();
  }
  if (stillIsOld) drawStill();
  const context = roll.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, roll.width, roll.height);
  context.drawImage(still, 0, 0);
  if (piece) {
    context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
    const step = stepAt(position());
    if (playing) drawSounding(context, step);
    drawPlayhead(context, step);
    root.dataset.step = step.toFixed(2);
  }
  paintOverview();
  if (playing) frame = requestAnimationFrame(paint);
}

function drawSounding(context, step) {
  beside(context, view);
  for (const note of piece.notes) {
    if (note.onset > step) break;
    if (step >= note.onset + Math.max(note.duration, 1) || !isHeard(note.part)) continue;
    context.fillStyle = "#fff";
    context.globalAlpha = 0.72;
    box(context, boxOf(note, view), 3);
  }
  context.restore();
}

function drawPlayhead(context, step) {
  const x = xOf(step, view);
  if (x < view.gutter - 1 || x > view.width) return;
  context.fillStyle = "#ff5b36";
  context.fillRect(x - 0.75, RULER - 8, 1.5, view.height);
  context.beginPath();
  context.moveTo(x - 5.5, RULER - 9);
  context.lineTo(x + 5.5, RULER - 9);
  context.lineTo(x, RULER - 1);
  context.fill();
}

function paintOverview() {
  const context = overview.getContext("2d");
  const { ratio, left, shown, full } = view;
  const width = overview.width / ratio;
  const height = overview.height / ratio;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.fillStyle = "rgba(255,255,255,.06)";
  box(context, { x: 0, y: 0, width, height }, 7);
  if (!piece || !width) return;
  const scale = width / piece.steps;
  const head = stepAt(position()) * scale;
  const rows = piece.high - piece.low + 1 || 1;
  for (const note of piece.notes) {
    if (!isHeard(note.part) || note.part === "drums") continue;
    const x = note.onset * scale;
    context.fillStyle = COLOURS[note.part];
    context.globalAlpha = x <= head ? 1 : 0.42;
    const y = 4 + ((piece.high - note.pitch) / rows) * (height - 8);
    context.fillRect(x, y, Math.max(1, note.duration * scale - 0.4), 2);
  }
  context.globalAlpha = 1;
  if (full > shown + 1) {
    context.strokeStyle = "rgba(255,255,255,.34)";
    context.lineWidth = 1;
    context.strokeRect((left / full) * width + 0.5, 0.5, (shown / full) * width - 1, height - 1);
  }
  context.fillStyle = "#ff5b36";
  context.fillRect(clamp(head - 1, 0, width - 2), 0, 2, height);
}
