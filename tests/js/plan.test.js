import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addSection,
  barsOf,
  moveSection,
  nameOf,
  readPlan,
  writePlan,
} from "../../musegen/web/components/plan/sections.js";

const PLAN = "i4 A8 A8 b6 o4";

test("a plan is read and written", () => {
  const sections = readPlan(PLAN);
  assert.deepEqual(sections[3], { letter: "b", bars: 6 });
  assert.equal(barsOf(sections), 30);
  assert.equal(writePlan(sections), PLAN);
  assert.equal(writePlan(readPlan(" A8B8 ")), "A8 B8");
});

test("other forms are no plans", () => {
  for (const form of ["recall", "AABA", "", "A8 B"]) assert.deepEqual(readPlan(form), []);
});

test("sections have names that musicians use", () => {
  assert.deepEqual(["i", "A", "b", "o"].map(nameOf), ["Intro", "A", "Bridge", "Outro"]);
});

test("an intro is added before, all else after, as long as others of its kind", () => {
  const sections = readPlan("A6 B8");
  assert.equal(writePlan(addSection(sections, "i")), "i4 A6 B8");
  assert.equal(writePlan(addSection(sections, "A")), "A6 B8 A6");
  assert.equal(writePlan(addSection(sections, "b")), "A6 B8 b8");
});

test("a section is moved to another place", () => {
  const sections = readPlan("A8 B6 C4");
  assert.equal(writePlan(moveSection(sections, 0, 2)), "B6 C4 A8");
  assert.equal(writePlan(moveSection(sections, 2, 0)), "C4 A8 B6");
});
