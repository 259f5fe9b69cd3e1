import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { History, Versions } from "../../musegen/web/components/player/versions.js";
import { fakeStorage } from "./support.js";

const entry = (recipe, more = {}) => ({ recipe, title: recipe, details: [], ...more });

beforeEach(() => {
  globalThis.localStorage = fakeStorage();
});

test("each edit is a version, and can be undone", () => {
  const versions = new Versions();
  assert.ok(!versions.canUndo && !versions.canRedo);
  assert.ok(versions.add("a", true));
  assert.ok(versions.add("b", false));
  assert.deepEqual([versions.current, versions.canUndo, versions.canRedo], [1, true, false]);
});

test("the same recipe again is no new version", () => {
  const versions = new Versions();
  versions.add("a", true);
  assert.equal(versions.add("a", false), false);
  assert.equal(versions.all.length, 1);
});

test("undo shows an earlier version and keeps the later one", () => {
  const versions = new Versions();
  versions.add("a", true);
  versions.add("b", false);
  assert.equal(versions.add("a", false, 0), false);
  assert.deepEqual([versions.current, versions.canRedo], [0, true]);
});

test("an edit after undo drops the later versions", () => {
  const versions = new Versions();
  for (const recipe of ["a", "b", "c"]) versions.add(recipe, false || recipe === "a");
  versions.add("a", false, 0);
  versions.add("d", false);
  assert.deepEqual(
    versions.all.map(({ recipe }) => recipe),
    ["a", "d"],
  );
  assert.ok(!versions.canRedo);
});

test("an answer that is not what undo asked for is a new version", () => {
  const versions = new Versions();
  versions.add("a", true);
  versions.add("b", false);
  assert.ok(versions.add("c", true, 0));
  assert.equal(versions.current, 2);
});

test("each version keeps its locks, and an edit takes them along", () => {
  const versions = new Versions();
  versions.add("a", true);
  versions.locks.add(3);
  versions.add("b", false);
  versions.locks.add(4);
  assert.deepEqual([...versions.locks], [3, 4]);
  versions.add("a", false, 0);
  assert.deepEqual([...versions.locks], [3]);
  versions.add("b", false, 1);
  assert.deepEqual([...versions.locks], [3, 4]);
  versions.add("cut", false, -1, true);
  assert.equal(versions.locks.size, 0);
  versions.add("b", false, 1);
  assert.deepEqual([...versions.locks], [3, 4]);
  versions.add("another", true);
  assert.equal(versions.locks.size, 0);
});

test("locked chords go along with edits, and to another piece only if it takes them", () => {
  const versions = new Versions();
  const [chords, others] = ["| C |", "| F |"].map((text) => ({ text, key: 0 }));
  versions.add("a", true);
  versions.chords = chords;
  versions.add("b", false);
  assert.equal(versions.chords, chords);
  versions.add("another", true);
  assert.equal(versions.chords, null);
  versions.taken = others;
  versions.add("a third", true);
  assert.equal(versions.chords, others);
  versions.add("cut", false, -1, true);
  assert.equal(versions.chords, null);
});

test("versions know which piece they belong to", () => {
  const versions = new Versions();
  versions.add("a", true);
  versions.add("b", false);
  versions.add("c", true);
  assert.deepEqual(
    [0, 1, 2].map((i) => versions.isSamePiece(i)),
    [false, false, true],
  );
});

test("the history has the newest first, each piece once", () => {
  const history = new History();
  for (const recipe of ["a", "b", "a"]) history.add(entry(recipe));
  assert.deepEqual(
    history.read().map(({ recipe }) => recipe),
    ["a", "b"],
  );
});

test("the history keeps 50 entries and no very long recipe", () => {
  const history = new History();
  for (let i = 0; i < 60; i += 1) history.add(entry(String(i)));
  history.add(entry("x".repeat(60_001)));
  assert.equal(history.read().length, 50);
  assert.equal(history.read()[0].recipe, "59");
});

test("entries that cannot be read are left out", () => {
  const good = { ...entry("good"), when: 1 };
  const bad = [{ recipe: 1 }, null, { ...good, details: "text" }, { ...good, when: "now" }];
  localStorage.setItem("musegen-history", JSON.stringify([good, ...bad]));
  assert.deepEqual(new History().read(), [good]);
  for (const text of ["{", "{}", "7"]) {
    localStorage.setItem("musegen-history", text);
    assert.deepEqual(new History().read(), []);
  }
});

test("without storage the history is empty", () => {
  localStorage.isBroken = true;
  const history = new History();
  history.add(entry("a"));
  assert.deepEqual(history.read(), []);
});

test("the history can be cleared", () => {
  const history = new History();
  history.add(entry("a"));
  history.clear();
  assert.equal(localStorage.getItem("musegen-history"), "[]");
});
