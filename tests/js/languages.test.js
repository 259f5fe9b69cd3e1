import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { chooseLanguage, makeTranslator } from "../../musegen/web/components/shared/languages.js";

const translate = makeTranslator({
  Play: "播放",
  lead: "主旋律",
  Bass: "贝斯",
  "Phrase {#}": "第 {} 乐句",
  "{#} bars": "{} 小节",
  "no {} of {}": "{2}没有{1}",
  "there is no part {}: choose from {}": "没有声部 {}：请从 {} 中选择",
  "(request {})": "（请求 {}）",
  "seed {#}": "种子 {}",
  "density {#}": "密度 {}",
  "You are here: {}": "您在这里：{}",
  "That is all.": "就这些。",
});

test("texts are translated with or without a capital, and with the space around them", () => {
  assert.equal(translate("Play"), "播放");
  assert.equal(translate("play"), "播放");
  assert.equal(translate("\n  Play "), "\n  播放 ");
});

test("what the dictionary does not have stays as it is", () => {
  for (const text of ["My song", "", "0:31", "播放", "Phrase one"]) {
    assert.equal(translate(text), text);
  }
});

test("numbers and notes keep their value", () => {
  assert.equal(translate("Phrase 12"), "第 12 乐句");
});

test("what varies is translated where it can be, and takes the place that the language wants", () => {
  assert.equal(translate("no lead of My song"), "My song没有主旋律");
  assert.equal(
    translate("There is no part harp: choose from lead, bass"),
    "没有声部 harp：请从 主旋律、贝斯 中选择",
  );
});

test("a text within another one is translated too", () => {
  assert.equal(
    translate("There is no part harp: choose from lead (request 12ab)"),
    "没有声部 harp：请从 主旋律 中选择（请求 12ab）",
  );
});

test("facts side by side and sentences are translated one by one", () => {
  assert.equal(translate("16 bars · AABA  ·  Play"), "16 小节 · AABA · 播放");
  assert.equal(translate("Unknown words. That is all."), "Unknown words. 就这些。");
});

test("the first language that there is counts, unless English comes before it", () => {
  assert.equal(chooseLanguage(["zh-CN", "en"], ["zh-CN"]), "zh-CN");
  assert.equal(chooseLanguage(["de-AT", "zh"], ["zh-CN"]), "zh-CN");
  assert.equal(chooseLanguage(["zh-TW"], ["zh-CN", "zh-TW"]), "zh-TW");
  assert.equal(chooseLanguage(["en-GB", "zh-CN"], ["zh-CN"]), null);
  assert.equal(chooseLanguage(["de"], ["zh-CN"]), null);
});

test("the Chinese dictionary translates what the page says", () => {
  const address = new URL("../../musegen/web/languages/zh-CN.json", import.meta.url);
  const chinese = makeTranslator(JSON.parse(readFileSync(address, "utf8")));
  for (const [english, expected] of [
    ["16 bars  ·  AABA  ·  92 bpm  ·  C / Am", "16 小节 · AABA · 每分钟 92 拍 · C / Am"],
    ["Phrase 3", "第 3 乐句"],
    ["Lead: Alto Sax", "主旋律：中音萨克斯"],
    ["bar 3 of 16, 0:05 of 0:41", "第 3 小节，共 16 小节；0:05，共 0:41"],
  ]) {
    assert.equal(chinese(english), expected);
  }
});

test("lists are translated where all of them can be", () => {
  assert.equal(translate("You are here: seed 7, density 3.2"), "您在这里：种子 7、密度 3.2");
  assert.equal(translate("Lead, bass, 4 bars"), "主旋律、贝斯、4 小节");
  assert.equal(translate("My song, bass"), "My song, bass");
});
