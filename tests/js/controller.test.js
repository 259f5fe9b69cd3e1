import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { cellAt, columnOf, rowOf, toData } from "../../musegen/web/components/player/cells.js";
import { Controller } from "../../musegen/web/components/player/controller.js";
import { FakeMixer, FakeSynthesizer, fakeStorage, playerData, withSound } from "./support.js";

const RATE = 44100;
const BASS = 3; // index of the part
let mixer;
let synthesizer;
let controller;
let sent;

/** Show a piece and its sound, as Python sends them one after the other. */
function show(data = playerData()) {
  controller.receive(data);
  controller.receive(withSound(data, `sound of ${data.recipe}`));
  soundArrives();
  sent = sent.filter(([event]) => event !== "sound");
}

function soundArrives() {
  mixer.finishLoading();
  controller.mixerChanged("ready");
}

const state = () => controller.state;

beforeEach(() => {
  globalThis.localStorage = fakeStorage();
  mixer = new FakeMixer();
  sent = [];
  globalThis.fetch = () => new Promise(() => {});
  synthesizer = new FakeSynthesizer();
  controller = new Controller(mixer, synthesizer, (event, data) => sent.push([event, data]));
  controller.isAllowedToSound = true;
});

test("notes are shown first, and played when their sound has arrived", () => {
  controller.receive(playerData());
  assert.equal(state().stage, "drawn");
  assert.deepEqual(mixer.loaded, []);
  controller.receive(withSound(playerData()));
  assert.deepEqual(mixer.loaded, ["sound"]);
  assert.equal(state().stage, "drawn");
  soundArrives();
  assert.equal(state().stage, "ready");
  assert.ok(mixer.playing);
});

test("a value without a piece changes nothing", () => {
  controller.receive(null);
  controller.receive({ id: "" });
  assert.equal(state().stage, "empty");
});

test("before the first click it asks for one", () => {
  controller.isAllowedToSound = false;
  show();
  assert.ok(!mixer.playing);
  assert.equal(state().status, "Press play to hear it");
});

test("a sound of other notes than those shown is late, and is ignored", () => {
  show();
  controller.receive(playerData({ recipe: "newer" }));
  controller.receive(withSound(playerData(), "late"));
  assert.equal(state().piece.recipe, "newer");
  assert.ok(!mixer.loaded.includes("late"));
});

test("an edit keeps the sound that plays, the selection and the locks", () => {
  show();
  controller.select(2);
  controller.toggleLock(1);
  controller.receive(playerData({ recipe: "edited" }));
  assert.equal(mixer.length, 8 * RATE);
  assert.deepEqual([state().selected, [...state().locks]], [2, columnOf(1)]);
});

test("another piece stops the sound and starts without selection and locks", () => {
  show();
  controller.select(2);
  controller.toggleLock(1);
  controller.receive(playerData({ id: "two", recipe: "other" }));
  assert.equal(mixer.length, 0);
  assert.deepEqual([state().selected, state().locks.size], [null, 0]);
  assert.deepEqual(sent.at(-2), ["phrase", { index: null }]);
});

test("a selection beyond the end of a shorter piece is dropped", () => {
  show();
  controller.select(3);
  controller.toggleLock(3);
  controller.receive(playerData({ phrases: 2, recipe: "shorter" }));
  assert.deepEqual([state().selected, state().locks.size], [null, 0]);
});

test("a mix of the server plays all parts, and says so to a visitor who has muted one", () => {
  show();
  controller.changeMix((mix) => mix.toggleMute("bass"));
  const other = playerData({ id: "two", recipe: "other" });
  controller.receive(other);
  controller.receive(withSound(other, "mix", ["mix"]));
  soundArrives();
  assert.equal(state().stage, "ready");
  assert.match(state().status, /^All parts are heard/);
  controller.changeMix((mix) => mix.toggleMute("bass"));
  assert.equal(state().status, "");
});

test("while the page's own sound is on its way, a visitor who has muted a part waits for it", () => {
  synthesizer.isUsable = true;
  show();
  controller.changeMix((mix) => mix.toggleMute("bass"));
  const other = playerData({ id: "two", recipe: "other" });
  controller.receive(other);
  controller.receive(withSound(other, "mix", ["mix"]));
  assert.equal(mixer.loaded.at(-1), "own font other");
});

test("levels follow the mix", () => {
  show();
  controller.changeMix((mix) => mix.toggleSolo("bass"));
  assert.deepEqual(
    [...mixer.levels],
    [
      ["lead", 0],
      ["bass", 1],
      ["drums", 0],
    ],
  );
});

test("parts that another piece brings along follow the mix, too", () => {
  show(playerData({ parts: ["lead", "bass"] }));
  controller.changeMix((mix) => mix.toggleSolo("lead"));
  show(playerData({ id: "two", recipe: "other" }));
  assert.equal(mixer.levels.get("drums"), 0);
});

test("a sound that does not arrive is a problem", () => {
  controller.receive(playerData());
  controller.receive(withSound(playerData()));
  controller.mixerChanged("failed");
  assert.equal(state().stage, "problem");
  assert.equal(state().status, "The sound did not arrive: draw it again");
});

test("a problem that Python reports is shown", () => {
  controller.receive(playerData());
  controller.receive(playerData({ problem: "There is no soundfont" }));
  assert.equal(state().stage, "problem");
  assert.equal(state().status, "There is no soundfont");
});

test("pressing a phrase selects it and plays from there", () => {
  show();
  controller.press(2);
  assert.deepEqual(sent, [["phrase", { index: 2 }]]);
  assert.equal(mixer.position, 4 * RATE);
  controller.press(2);
  assert.equal(sent.length, 1);
});

test("the selected phrase is looped, to the sample", () => {
  show();
  controller.press(1);
  controller.loop(true);
  assert.deepEqual(mixer.loop, { from: 2 * RATE, to: 4 * RATE });
  controller.select(3);
  assert.deepEqual(mixer.loop, { from: 6 * RATE, to: 8 * RATE });
  assert.equal(mixer.position, 6 * RATE);
  controller.loop(false);
  assert.equal(mixer.loop, null);
});

test("without a selection the phrase that is played is looped", () => {
  show();
  mixer.position = 5 * RATE;
  controller.loop(true);
  assert.equal(state().selected, 2);
  assert.equal(mixer.position, 5 * RATE);
});

test("at another tempo the loop moves with its phrase", () => {
  show();
  controller.press(1);
  controller.loop(true);
  show(playerData({ recipe: "slower", times: [0, 1.5, 3, 4.5, 6, 7.5, 9, 10.5, 12] }));
  assert.deepEqual(mixer.loop, { from: 3 * RATE, to: 6 * RATE });
});

test("redraw changes the selected phrase and plays from it", () => {
  show();
  controller.select(2);
  controller.redraw(state().edited);
  const edit = { do: "fill", phrases: [2] };
  assert.deepEqual(sent.at(-1), ["edit", edit]);
  assert.ok(state().isBusy);
  show(playerData({ recipe: "edited" }));
  assert.ok(!state().isBusy);
  assert.equal(mixer.position, 4 * RATE);
  assert.equal(state().versions.current, 1);
});

test("vary says how similar the music is to be", () => {
  show();
  controller.select(0);
  controller.vary();
  const edit = { do: "vary", phrases: [0], similarity: 0.8 };
  assert.deepEqual(sent.at(-1), ["edit", edit]);
  state().amount = 75;
  controller.vary();
  assert.equal(sent.at(-1)[1].similarity, 0.25);
});

test("the rest is redrawn without what is locked", () => {
  show();
  controller.toggleLock(1);
  controller.redraw(state().unlocked);
  assert.deepEqual(sent.at(-1)[1], { do: "fill", phrases: [0, 2, 3] });
  controller.toggleLocks(rowOf(BASS, 4));
  controller.redraw(state().unlocked);
  const edit = { do: "fill", phrases: [0, 2, 3], parts: ["lead", "drums"] };
  assert.deepEqual(sent.at(-1)[1], edit);
  controller.toggleLocks([cellAt(3, 0)]);
  controller.redraw(state().unlocked);
  const cells = { lead: [0, 2], drums: [0, 2, 3] };
  assert.deepEqual(sent.at(-1)[1], { do: "fill", cells });
});

test("what is drawn anew plays the locked chords, in the key of the piece", () => {
  const chords = ["C", "G", "Am", "F"].map((name, i) => ({ beat: 4 * i, name }));
  show(playerData({ phrases: 2, chords, keys: [0, 0] }));
  controller.toggleChordLock();
  controller.redraw([cellAt(0, BASS)]);
  assert.equal(sent.at(-1)[1].chords, "| C | G | Am | F |");
  show(playerData({ phrases: 2, chords: [{ beat: 0, name: "D" }], keys: [2, 2], recipe: "up" }));
  controller.playAround("lead");
  assert.equal(sent.at(-1)[1].chords, "| D | A | Bm | G |");
  controller.vary();
  assert.ok(sent.at(-1)[1].keep_chords);
  controller.toggleChordLock();
  controller.redraw([cellAt(0, BASS)]);
  assert.ok(!("chords" in sent.at(-1)[1]));
});

test("another piece plays the locked chords if it was drawn with them", () => {
  const chords = [{ beat: 0, name: "C" }];
  show(playerData({ phrases: 2, chords, keys: [0, 0] }));
  assert.equal(controller.takeChords(2), null);
  controller.toggleChordLock();
  assert.equal(controller.takeChords(2), "| C | C |");
  controller.announceBusy();
  show(playerData({ id: "two", recipe: "two" }));
  assert.equal(controller.lockedChords, "| C | C |");
  controller.announceBusy();
  show(playerData({ id: "three", recipe: "three" }));
  assert.equal(controller.lockedChords, null);
});

test("chords that are changed while they are locked are locked instead", () => {
  show(playerData({ phrases: 2, chords: [{ beat: 0, name: "C" }], keys: [0, 0] }));
  controller.toggleChordLock();
  controller.setChords("| F |", false);
  show(playerData({ phrases: 2, keys: [0, 0], recipe: "changed" }));
  assert.equal(controller.lockedChords, "| F |");
});

test("cells are chosen with their phrase, if it is only one", () => {
  show();
  controller.choose([cellAt(2, BASS), cellAt(2, 0)]);
  assert.equal(state().selected, 2);
  assert.deepEqual(sent, [["phrase", { index: 2 }]]);
  controller.redraw(state().edited);
  const edit = { do: "fill", phrases: [2], parts: ["lead", "bass"] };
  assert.deepEqual(sent.at(-1), ["edit", edit]);
  controller.choose(rowOf(BASS, 4));
  assert.equal(state().selected, null);
  controller.select(null);
  assert.equal(state().chosen, null);
});

test("what is locked is not cleared, and not copied over", () => {
  show();
  controller.choose([cellAt(0, BASS), cellAt(0, 0)]);
  controller.toggleCopying();
  state().locks.add(cellAt(2, 0)).add(cellAt(0, 0));
  controller.press(2);
  const edit = { do: "copy", source: 0, target: 2, cells: { bass: [0] } };
  assert.deepEqual(sent.at(-1), ["edit", edit]);
  controller.clear();
  assert.deepEqual(sent.at(-1), ["edit", { do: "clear", cells: { bass: [0] } }]);
});

test("cells are silenced beside those that are silent, and heard again", () => {
  show(playerData({ silent: { bass: [1] } }));
  controller.choose([cellAt(0, BASS)]);
  controller.toggleSilence();
  assert.deepEqual(sent.at(-1), ["edit", { do: "silence", cells: { bass: [0, 1] } }]);
  controller.choose([cellAt(1, BASS)]);
  controller.toggleSilence();
  assert.deepEqual(sent.at(-1), ["edit", { do: "silence", cells: {} }]);
});

test("where the grid is closed, only phrases are chosen", () => {
  show();
  controller.showGrid();
  controller.choose([cellAt(2, BASS)]);
  controller.showGrid(false);
  assert.deepEqual([state().selected, state().chosen], [2, null]);
});

test("undo brings back the locks that a version had", () => {
  show();
  controller.toggleLock(1);
  show(playerData({ recipe: "edited" }));
  controller.toggleLock(2);
  controller.goToVersion(-1);
  show();
  assert.deepEqual([...state().locks], columnOf(1));
});

test("a phrase is copied to the one that is pressed next", () => {
  show();
  controller.toggleLock(3);
  controller.select(0);
  controller.toggleCopying();
  assert.match(state().status, /phrase 1 is copied to/);
  controller.press(3);
  assert.match(state().status, /Phrase 4 is locked/);
  controller.press(1);
  assert.deepEqual(sent.at(-1), ["edit", { do: "copy", source: 0, target: 1 }]);
  assert.equal(state().copying, null);
});

test("cells that were chosen are copied alone, also when the grid was closed meanwhile", () => {
  show();
  controller.showGrid();
  controller.choose([cellAt(0, BASS)]);
  controller.toggleCopying();
  controller.showGrid(false);
  assert.match(state().status, /that this is copied to/);
  controller.press(2);
  const cells = { bass: [0] };
  assert.deepEqual(sent.at(-1), ["edit", { do: "copy", source: 0, target: 2, cells }]);
});

test("copying can be stopped, and to itself it does nothing", () => {
  show();
  controller.select(0);
  controller.toggleCopying();
  controller.toggleCopying();
  assert.equal(state().copying, null);
  controller.toggleCopying();
  controller.press(0);
  assert.deepEqual(sent, [["phrase", { index: 0 }]]);
});

test("what is new of a continued piece is played", () => {
  show();
  controller.extend();
  assert.deepEqual(sent.at(-1), ["edit", { do: "extend", bars: 8 }]);
  show(playerData({ phrases: 8, recipe: "longer" }));
  assert.equal(mixer.position, 8 * RATE);
});

test("a step of an interpolation becomes the piece, which starts without locks", () => {
  const blend = [0, 4].map((bar, share) => ({ bar, share }));
  show(playerData({ blend }));
  controller.toggleLock(3);
  controller.select(3);
  controller.cut();
  assert.deepEqual(sent.at(-1), ["edit", { do: "cut", first: 2, phrases: 2 }]);
  show(playerData({ phrases: 2, recipe: "cut" }));
  assert.deepEqual([state().selected, state().locks.size], [null, 0]);
});

test("undo and redo open versions of the same piece by its id", () => {
  show();
  show(playerData({ recipe: "edited" }));
  controller.goToVersion(-1);
  assert.deepEqual(sent.at(-1), ["open", { recipe: "recipe", id: "one" }]);
  show();
  assert.equal(state().versions.current, 0);
  controller.goToVersion(1);
  assert.deepEqual(sent.at(-1), ["open", { recipe: "edited", id: "one" }]);
});

test("undo opens the piece before without an id", () => {
  show();
  show(playerData({ id: "two", recipe: "other" }));
  controller.goToVersion(-1);
  assert.deepEqual(sent.at(-1), ["open", { recipe: "recipe" }]);
});

test("undo waits while the server composes, and does nothing at the first version", () => {
  show();
  controller.goToVersion(-1);
  controller.announceBusy();
  controller.goToVersion(1);
  assert.deepEqual(sent, []);
});

test("undo and redo leave the history as it is", () => {
  show();
  show(playerData({ recipe: "edited" }));
  controller.goToVersion(-1);
  show();
  const recipes = controller.history.read().map(({ recipe }) => recipe);
  assert.deepEqual(recipes, ["edited", "recipe"]);
});

test("progress is shown while the server works, and not later", () => {
  show();
  controller.showProgress({ share: 0.5, text: "late" });
  assert.equal(state().progress, null);
  controller.announceBusy();
  controller.showProgress({ share: 1.5, text: "Phrase 3 of 8" });
  assert.deepEqual(state().progress, { share: 1, text: "Phrase 3 of 8" });
  controller.becomeIdle();
  assert.deepEqual([state().progress, state().isBusy, state().status], [null, false, ""]);
});

test("a file that is being made is waited for although a request fails, until it is cancelled", () => {
  show();
  controller.fileBegins("WAV");
  controller.becomeIdle();
  assert.equal(state().making, "WAV");
  controller.cancel();
  assert.equal(state().making, null);
});

test("while the music goes on nothing is locked", () => {
  show();
  state().endless = "on";
  controller.toggleLocks([cellAt(0, BASS)]);
  assert.equal(state().locks.size, 0);
});

test("a sound that was cancelled can be requested again", () => {
  controller.receive(playerData());
  controller.becomeIdle();
  assert.equal(state().stage, "silent");
  assert.equal(state().status, "There is no sound yet: press play to make it");
  controller.togglePlaying();
  assert.deepEqual(sent.at(-1), ["sound", { recipe: "recipe", id: "one" }]);
  assert.equal(state().status, "Rendering the sound …");
  assert.ok(state().canCancel);
});

test("a request that another one overtakes is forgotten", () => {
  show();
  controller.redraw([cellAt(2, BASS)]);
  controller.announceBusy(); // the page announces this request
  controller.announceBusy(); // and then one from elsewhere
  show(playerData({ recipe: "elsewhere" }));
  assert.equal(mixer.position, 0);
});

test("play and pause alternate, and without sound nothing happens", () => {
  controller.togglePlaying();
  assert.ok(!mixer.playing);
  show();
  controller.togglePlaying();
  assert.ok(!mixer.playing);
  controller.togglePlaying();
  assert.ok(mixer.playing);
});

test("a position outside the piece is moved into it", () => {
  show();
  controller.seek(100);
  assert.equal(mixer.position, 8 * RATE);
  controller.seek(-1);
  assert.equal(mixer.position, 0);
});

test("the key for a lock asks for a phrase first", () => {
  controller.toggleLock(null);
  assert.equal(state().status, "");
  show();
  controller.toggleLock(null);
  assert.equal(state().status, "Choose the phrase that is to be locked first");
});

test("views are told when a piece is ready for the first time", () => {
  const ready = [];
  controller.views = [{ pieceIsReady: (title) => ready.push(title) }];
  show();
  controller.receive(withSound(playerData(), "the same piece with another soundfont"));
  soundArrives();
  assert.deepEqual(ready, ["Song"]);
});

// Sound that the page makes

test("where the page makes the sound, it does not wait for the server", () => {
  synthesizer.isUsable = true;
  controller.receive(playerData());
  assert.deepEqual(mixer.loaded, ["own font recipe"]);
  assert.equal(state().status, "Loading the sound …");
  assert.ok(!state().canCancel);
  soundArrives();
  assert.equal(state().stage, "ready");
  assert.equal(state().sound, "own font recipe");
});

test("the server's sound is asked for if the first instruments take long", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  synthesizer.isUsable = true;
  controller.receive(playerData());
  t.mock.timers.tick(1000);
  assert.deepEqual(sent, []);
  t.mock.timers.tick(1000);
  assert.deepEqual(sent, [["sound", { recipe: "recipe", id: "one" }]]);
});

test("the server's sound plays if it comes before the instruments", () => {
  synthesizer.isUsable = true;
  controller.receive(playerData());
  controller.receive(withSound(playerData(), "mix", ["mix"]));
  assert.deepEqual(mixer.loaded, ["own font recipe", "mix"]);
  mixer.finishLoading(1);
  controller.mixerChanged("ready");
  assert.deepEqual([state().sound, state().stage], ["mix", "ready"]);
  soundArrives();
  assert.equal(state().sound, "own font recipe");
});

test("once the instruments are there, the server renders nothing", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  synthesizer.isUsable = true;
  synthesizer.isWarm = true;
  controller.receive(playerData());
  soundArrives();
  t.mock.timers.tick(5000);
  assert.deepEqual(sent, []);
  assert.deepEqual(mixer.loaded, ["own font recipe"]);
});

test("a page that cannot make sound asks the server at once, and again for another soundfont", () => {
  controller.receive(playerData());
  assert.deepEqual(sent, [["sound", { recipe: "recipe", id: "one" }]]);
  controller.receive(playerData());
  controller.receive(withSound(playerData()));
  assert.equal(sent.length, 1);
  soundArrives();
  controller.chooseSoundfont("other");
  assert.deepEqual(sent.at(-1), ["sound", { recipe: "recipe", id: "one" }]);
  assert.ok(mixer.playing);
});

test("the first example plays before the server has answered, and its answer changes nothing", () => {
  synthesizer.isUsable = true;
  controller.example = playerData({ id: "" });
  controller.playExample();
  const { id } = state().piece;
  assert.match(id, /^[0-9a-f]{16}$/);
  assert.deepEqual(sent, [["draw", { id }]]);
  controller.noteLoading(true);
  controller.announceBusy();
  assert.equal(state().status, "Loading the sound …");
  soundArrives();
  assert.ok(mixer.playing);
  assert.equal(state().status, "");
  controller.receive(playerData({ id }));
  assert.deepEqual(mixer.loaded, ["own font recipe"]);
  assert.deepEqual(
    [state().isBusy, state().stage, state().versions.all.length],
    [false, "ready", 1],
  );
});

test("what needs the model says that it is being loaded", () => {
  controller.noteLoading(true);
  controller.announceBusy();
  assert.equal(state().status, "Waiting for the model, which is being loaded …");
  controller.noteLoading(false);
  assert.equal(state().status, "Composing …");
});

test("a sound that the page cannot make is requested from the server", () => {
  synthesizer.isUsable = true;
  synthesizer.isWarm = true;
  controller.receive(playerData());
  controller.mixerChanged("failed");
  assert.deepEqual(sent.at(-1), ["sound", { recipe: "recipe", id: "one" }]);
  controller.receive(withSound(playerData()));
  soundArrives();
  assert.equal(state().sound, "sound");
  assert.ok(mixer.playing);
  controller.receive(playerData({ id: "two", recipe: "other" }));
  assert.equal(mixer.loaded.at(-1), "own font other");
});

test("a change that is not heard loads nothing", () => {
  synthesizer.isUsable = true;
  synthesizer.read = () => ({ key: "the same" });
  controller.receive(playerData());
  soundArrives();
  controller.receive(playerData({ recipe: "edited" }));
  assert.deepEqual(mixer.loaded, ["the same"]);
  assert.equal(state().stage, "ready");
});

test("another soundfont plays at once", () => {
  synthesizer.isUsable = true;
  show();
  controller.chooseSoundfont("other");
  assert.equal(mixer.loaded.at(-1), "own other recipe");
});

// Controls of band and sound

const CHOICES = { programs: {}, kits: {}, bands: {}, keys: { C: 0, D: 2, E: 4 } };

/** Play a piece whose sound the page makes; what it sounds like depends on its key alone. */
function playOwn() {
  synthesizer.isUsable = true;
  synthesizer.read = ({ keys }) => ({ key: `in ${keys[0]}` });
  controller.receive(playerData());
  soundArrives();
}

const inKey = (key, recipe) => playerData({ recipe, keys: [key, key, key, key] });

test("a control is heard before the server has answered, and its answer changes nothing", () => {
  playOwn();
  controller.changeSound({ name: "key", value: "D" }, CHOICES);
  assert.deepEqual(mixer.loaded, ["in 0", "in 2"]);
  soundArrives();
  controller.receive(inKey(2, "in D"));
  assert.deepEqual(mixer.loaded, ["in 0", "in 2"]);
  assert.deepEqual([state().stage, state().piece.recipe], ["ready", "in D"]);
});

test("while a control moves, the next sound begins when the last one is heard", () => {
  playOwn();
  controller.changeSound({ name: "key", value: "D" }, CHOICES);
  controller.changeSound({ name: "key", value: "E" }, CHOICES);
  assert.deepEqual(mixer.loaded, ["in 0", "in 2"]);
  soundArrives();
  assert.deepEqual(mixer.loaded, ["in 0", "in 2", "in 4"]);
});

test("an answer to an earlier position of the control is not heard", () => {
  playOwn();
  controller.changeSound({ name: "key", value: "D" }, CHOICES);
  soundArrives();
  controller.changeSound({ name: "key", value: "E" }, CHOICES);
  soundArrives();
  controller.receive(inKey(2, "in D"));
  assert.equal(state().sound, "in 4");
  assert.equal(state().stage, "ready");
  controller.receive(inKey(4, "in E"));
  assert.deepEqual(mixer.loaded, ["in 0", "in 2", "in 4"]);
});

test("if the server refuses, what is shown is heard again", () => {
  playOwn();
  controller.changeSound({ name: "key", value: "D" }, CHOICES);
  soundArrives();
  controller.becomeIdle();
  assert.deepEqual(mixer.loaded, ["in 0", "in 2", "in 0"]);
});

test("other chords are asked for with what stays: locked phrases, and the tune if that is wished", () => {
  show();
  controller.toggleLock(1);
  controller.setChords("| C | F |", false, 1);
  assert.deepEqual(sent.at(-1), ["chords", { text: "| C | F |", kept: toData(columnOf(1)) }]);
  controller.becomeIdle();
  controller.setChords("| C | F |", true);
  const kept = { ...toData(columnOf(1)), lead: [0, 1, 2, 3] };
  assert.deepEqual(sent.at(-1)[1], { text: "| C | F |", kept });
});
