// Takes: what was shown on this page, for undo and redo; and what was made in this browser, ever.
// A recipe makes its piece again, so a recipe is all that is kept.

const KEY = "musegen-history";
const MOST = 50; // pieces
const LONGEST = 20000; // characters of a recipe: 50 of them fit in what a browser keeps

const takes = []; // { recipe, line } in the order of their making
let at = -1; // the one that is shown
let line = 0; // counts the pieces: takes of one line are one piece that was worked on

function remember(value, isNew) {
  if (asked && asked.at !== undefined && takes[asked.at]?.recipe === value.recipe) at = asked.at;
  else if (takes[at]?.recipe !== value.recipe) {
    line = isNew ? line + 1 : takes[at].line;
    takes.splice(at + 1, Infinity, { recipe: value.recipe, line });
    at += 1;
    record(value);
  }
  root.dataset.take = at;
}

// Undo and redo. Within one piece, the id says to go on with it.
function goTo(place) {
  if (busy || !takes[place]) return;
  const { recipe } = takes[place];
  const goesOn = takes[place].line === takes[at].line;
  ask("open", goesOn ? { recipe, id: piece.id } : { recipe }, { at: place });
}

// History -----------------------------------------------------------------------------------------

const dialog = find("history");

const isText = (value) => typeof value === "string";
const isEntry = (entry) => entry && isText(entry.recipe) && isText(entry.title) &&
  Array.isArray(entry.details) && entry.details.every(isText) && Number.isFinite(entry.when);

function readHistory() {
  try {
    return JSON.parse(localStorage.getItem(KEY)).filter(isEntry);
  } catch {
    return []; // nothing yet, nothing of ours, or a private window
  }
}

function writeHistory(entries) {
  try {
    localStorage.setItem(KEY, JSON.stringify(entries));
  } catch {
    // A private window, or a full one: the page works without it.
  }
}

function record({ recipe, title, details }) {
  if (recipe.length > LONGEST) return;
  const others = readHistory().filter((entry) => entry.recipe !== recipe);
  writeHistory([{ recipe, title, details, when: Date.now() }, ...others].slice(0, MOST));
}

function showHistory() {
  const entries = readHistory();
  find("history-note").textContent = entries.length
    ? "Kept in this browser alone. The newest come first."
    : "Nothing is kept in this browser yet.";
  find("forget").hidden = !entries.length;
  find("made").replaceChildren(...entries.map((entry) => {
    const facts = make("span", "", entry.details.join("  ·  "));
    const when = make("time", "", new Date(entry.when).toLocaleString([], {
      dateStyle: "medium", timeStyle: "short",
    }));
    const button = make("button", "mg-entry", make("b", "", entry.title), when, facts);
    button.addEventListener("click", () => {
      dialog.close();
      ask("open", { recipe: entry.recipe }, {});
    });
    return make("li", "", button);
  }));
  if (!dialog.open) dialog.showModal();
}

onPress(tool("undo"), () => goTo(at - 1));
onPress(tool("redo"), () => goTo(at + 1));
tool("history").addEventListener("click", showHistory);
find("close").addEventListener("click", () => dialog.close());
find("forget").addEventListener("click", () => {
  writeHistory([]);
  showHistory();
  find("close").focus();
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close(); // beside it
});

const isTyping = (target) => target.isContentEditable || target.matches(
  "textarea, input:not([type=range], [type=checkbox], [type=radio], [type=button], [type=file])",
);
document.addEventListener("keydown", (event) => {
  if (!root.isConnected || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  if (isTyping(event.target) || dialog.open) return;
  const key = event.key.toLowerCase();
  const isRedo = key === "y" || (key === "z" && event.shiftKey);
  if (!isRedo && key !== "z") return;
  event.preventDefault();
  goTo(isRedo ? at + 1 : at - 1);
});
