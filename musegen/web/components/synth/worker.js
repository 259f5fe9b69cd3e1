// The worker in which FluidSynth runs. It is a classic script, not a module, since libfluidsynth is
// one: a module could not load it. The first message says where everything is.

{
  /** @type {any} */
  const scope = self;

  const MOST_TIME = 60_000; // ms for an instrument to arrive

  const fetchFont = async (/** @type {string} */ url) => {
    const signal = AbortSignal.timeout(MOST_TIME);
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`The instrument's sound did not arrive (${response.status})`);
    return new Uint8Array(await response.arrayBuffer());
  };

  /** @param {{ engine: string, renderer: string, sounding: object, fonts: string[] }} addresses */
  const start = async ({ engine, renderer, sounding, fonts }) => {
    // They arrive while the engine is compiled; the renderer says what is wrong with them.
    const early = new Map(fonts.map((url) => [url, fetchFont(url)]));
    for (const fetching of early.values()) fetching.catch(() => {});
    scope.Module = { print() {}, printErr() {} }; // FluidSynth reports each file without a date
    const importing = import(renderer);
    scope.importScripts(engine);
    const { Renderer } = await importing;
    const fluid = scope.Module;
    if (!fluid.calledRun) {
      await new Promise((done, fail) => {
        fluid.onRuntimeInitialized = done;
        fluid.onAbort = fail; // where a page's policy forbids WebAssembly, or there is no memory
      });
    }
    const { port1, port2 } = new MessageChannel(); // timers would wait for 4 ms each time
    /** @type {((value?: unknown) => void)[]} */
    const waiting = [];
    port1.onmessage = () => waiting.shift()?.();
    const rest = () =>
      new Promise((done) => {
        waiting.push(done);
        port2.postMessage(null);
      });
    const takeFont = (/** @type {string} */ url) => {
      const fetching = early.get(url) ?? fetchFont(url);
      early.delete(url);
      return fetching;
    };
    const send = (/** @type {any} */ answer) => {
      const buffers = (answer.parts ?? []).flatMap((/** @type {Float32Array[] | null} */ stereo) =>
        (stereo ?? []).map(({ buffer }) => buffer),
      );
      scope.postMessage(answer, buffers);
    };
    return new Renderer(fluid, sounding, send, takeFont, rest);
  };

  /** @type {Promise<any> | undefined} */
  let running;
  scope.onmessage = async (/** @type {MessageEvent} */ { data }) => {
    try {
      if (!running) {
        running = start(data);
        await running;
        scope.postMessage({ kind: "ready" });
      } else await (await running).receive(data);
    } catch (error) {
      scope.postMessage({ kind: "broken", problem: String(error) });
    }
  };
}
