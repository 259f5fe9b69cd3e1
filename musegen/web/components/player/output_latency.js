// How long it takes from the audio clock until sound is heard.

const SETTLED = 1; // seconds that the audio clock has run before the browser is asked
const ASK_AGAIN = 1; // seconds: the sound can move to other loudspeakers

/**
 * The latency of an audio context.
 *
 * Firefox asks the system's sound server for it, and the page waits for the answer. Before sound has
 * gone out there may be none, and the page hangs for good (seen with PulseAudio). So the browser is
 * asked seldom, and not at the beginning.
 */
export class OutputLatency {
  #began = 0; // times of the audio clock
  #asked = -Infinity;
  #latency = 0;

  /** @param {AudioContext} context */
  constructor(context) {
    this.context = context;
  }

  /** The audio clock has stopped or goes on. */
  restart() {
    this.#began = this.context.currentTime;
  }

  /** Whether the browser can be asked. */
  get isSettled() {
    return this.context.currentTime - this.#began >= SETTLED;
  }

  /** In seconds; 0 until it is known. */
  get seconds() {
    const now = this.context.currentTime;
    if (this.isSettled && now - this.#asked >= ASK_AGAIN) {
      this.#asked = now;
      this.#latency = this.context.outputLatency || 0;
    }
    return this.#latency;
  }

  /** @returns {[number, number]} a time of the audio clock, and when, by `performance.now()`, it is heard */
  get stamp() {
    const stamp = this.isSettled ? this.context.getOutputTimestamp?.() : undefined;
    return stamp?.performanceTime
      ? [stamp.contextTime ?? 0, stamp.performanceTime]
      : [this.context.currentTime - this.seconds, performance.now()];
  }
}
