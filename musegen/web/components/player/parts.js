// Parts: which are heard, how loud, and their controls. These stay from piece to piece.

const COLOURS = {
  lead: "#ff8a65",
  counter: "#ffd166",
  chords: "#6ea8fe",
  bass: "#4fd1b5",
  drums: "#c7b6f5",
};
const muted = new Set(); // names of parts
const soloed = new Set();
const volumes = new Map(); // percent, by name of the part

// A part that is asked for alone is heard, be it muted or not.
const isHeard = (name) => (soloed.size ? soloed.has(name) : !muted.has(name));
const volumeOf = (name) => volumes.get(name) ?? 100;
const asWritten = () => piece.parts.every(({ name }) => isHeard(name) && volumeOf(name) === 100);
const title = (name) => name[0].toUpperCase() + name.slice(1);

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

function legend() {
  const list = find("parts");
  const same = [...list.children].map((strip) => strip.dataset.part).join() ===
    piece.parts.map((part) => part.name).join();
  if (!same) list.replaceChildren(...piece.parts.map(strip));
  list.setAttribute("aria-busy", String(isMix()));
  const apart = piece.stream && !isMix();
  for (const own of list.children) {
    const name = own.dataset.part;
    const { instrument } = piece.parts.find((part) => part.name === name);
    const [chip, alone, volume] = own.querySelectorAll("button, input");
    const isMissing = apart && !piece.stream.parts.includes(name);
    own.setAttribute("aria-label", `${title(name)}: ${instrument}`);
    chip.setAttribute("aria-pressed", String(isHeard(name)));
    const press = isHeard(name) ? "click to mute" : "muted, click to hear";
    chip.title = `${instrument}: ${isMissing ? "no sound" : press}`;
    alone.setAttribute("aria-pressed", String(soloed.has(name)));
    volume.value = volumeOf(name);
    volume.style.setProperty("--share", volumeOf(name) + "%");
  }
}

// The controls of a part: heard or muted, alone, how loud.
function strip({ name }) {
  const own = make("div", "mg-part");
  own.dataset.part = name;
  own.setAttribute("role", "group");
  own.style.setProperty("--part", COLOURS[name]);
  const chip = make("button", "mg-chip", make("i"), title(name));
  chip.addEventListener("click", (event) => {
    if (event.shiftKey || event.altKey) solo(name);
    else mute(name);
  });
  const alone = make("button", "mg-solo", "S");
  alone.title = `Solo: the ${name} alone (or Shift and click on the name)`;
  alone.setAttribute("aria-label", `Solo ${name}`);
  alone.addEventListener("click", () => solo(name));
  const volume = make("input", "mg-volume");
  volume.type = "range";
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
