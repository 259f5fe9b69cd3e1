import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const FOLDER = new URL("../../musegen/web/components/synth/", import.meta.url);
const SCRIPT = readFileSync(new URL("worker.js", FOLDER), "utf8");

class FakeChannel {
  port1 = {};
  port2 = { postMessage() {} };
}

/**
 * Run the worker's script, whose engine is a function that gets `Module`; return what it posts
 * first.
 */
function firstMessage(engine) {
  return new Promise((done) => {
    const scope = { postMessage: done, importScripts: () => engine(scope.Module) };
    new Function("self", "MessageChannel", SCRIPT)(scope, FakeChannel);
    const renderer = new URL("renderer.js", FOLDER).href;
    scope.onmessage({ data: { engine: "engine.js", renderer, sounding: {}, fonts: [] } });
  });
}

test("a worker whose engine has started is ready", async () => {
  const answer = await firstMessage((module) =>
    setTimeout(() => {
      module.calledRun = true;
      module.onRuntimeInitialized?.();
    }, 1),
  );
  assert.equal(answer.kind, "ready");
});

test("instruments are fetched while the engine starts, and once", async () => {
  const fetched = [];
  globalThis.fetch = async (url) => {
    fetched.push(url);
    return { ok: true, arrayBuffer: async () => new ArrayBuffer(0) };
  };
  const answers = [];
  await new Promise((done) => {
    const scope = {
      postMessage(answer) {
        answers.push(answer);
        if (answer.kind === "ready") done();
      },
      importScripts() {
        assert.deepEqual(fetched, ["lead.sf3"]);
        scope.Module.calledRun = true;
      },
    };
    new Function("self", "MessageChannel", SCRIPT)(scope, FakeChannel);
    const renderer = new URL("renderer.js", FOLDER).href;
    scope.onmessage({ data: { engine: "engine.js", renderer, sounding: {}, fonts: ["lead.sf3"] } });
    scope.onmessage({ data: { kind: "prepare", fonts: ["lead.sf3", "bass.sf3"] } });
  });
  await new Promise((done) => setTimeout(done, 10));
  assert.deepEqual(fetched, ["lead.sf3", "bass.sf3"]);
});

for (const [name, engine] of [
  [
    "did not arrive",
    () => {
      throw new Error("NetworkError");
    },
  ],
  [
    "must not compile, as where a policy forbids WebAssembly,",
    (module) => {
      const abort = () => (module.onAbort ? module.onAbort("refused") : setTimeout(abort, 1));
      setTimeout(abort, 1);
    },
  ],
]) {
  test(`a worker whose engine ${name} says that it is broken`, async () => {
    assert.equal((await firstMessage(engine)).kind, "broken");
  });
}
