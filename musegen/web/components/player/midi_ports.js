// MIDI devices, where the browser has Web MIDI. It asks the visitor for permission, so it is asked
// for when a visitor presses the button, and not before.

const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;

/**
 * @typedef {object} Events
 * @property {(pitch: number, velocity: number) => void} noteOn
 * @property {(pitch: number) => void} noteOff
 * @property {(line: string) => void} say
 * @property {() => void} changed devices have come or gone
 */

export class MidiPorts {
  /** @type {MIDIAccess | null} */
  #access = null;
  /** @type {MIDIOutput | null} what the music is sent to */
  output = null;

  /** @param {Events} events */
  constructor(events) {
    this.events = events;
  }

  /** Why there is no MIDI here; "" where there is. */
  get obstacle() {
    if (typeof navigator.requestMIDIAccess === "function") return "";
    return globalThis.isSecureContext === false
      ? "MIDI devices need an address that begins with https, or this computer's own"
      : "This browser has no MIDI: try Chrome, Edge or Firefox";
  }

  get isOpen() {
    return this.#access !== null;
  }

  get outputs() {
    return [...(this.#access?.outputs.values() ?? [])].filter(isConnected);
  }

  get #inputs() {
    return [...(this.#access?.inputs.values() ?? [])].filter(isConnected);
  }

  /** Ask for the devices, and listen to all keyboards. */
  async open() {
    const { say } = this.events;
    try {
      this.#access = await navigator.requestMIDIAccess();
    } catch {
      say(
        "MIDI was not allowed: allow it for this page in the browser, and press the button again",
      );
      return;
    }
    this.#access.onstatechange = ({ port }) => port && this.#portChanged(port);
    this.#listen();
    const names = this.#inputs.map(({ name }) => name);
    const sent = this.outputs.length ? "choose where the music is sent to" : "";
    if (names.length) say(`Play on ${names.join(", ")}${sent && `, or ${sent}`}`);
    else say(sent ? `No MIDI keyboard is connected; ${sent}` : "No MIDI device is connected");
    this.events.changed();
  }

  #listen() {
    for (const input of this.#inputs)
      input.onmidimessage = ({ data }) => data && this.#receive(data);
  }

  /** @param {MIDIPort} port */
  #portChanged(port) {
    if (port.state === "connected") {
      if (port.type === "input") this.#listen();
    } else {
      const isOutput = port.type === "output" && port.id === this.output?.id;
      if (isOutput) this.output = null;
      this.events.say(
        `${port.name} was unplugged${isOutput ? ": nothing is sent to it any more" : ""}`,
      );
    }
    this.events.changed();
  }

  /** @param {Uint8Array} message */
  #receive([status, pitch, velocity]) {
    const kind = status & 0xf0;
    if (kind === NOTE_ON && velocity) this.events.noteOn(pitch, velocity);
    else if (kind === NOTE_ON || kind === NOTE_OFF) this.events.noteOff(pitch);
  }

  /** @param {string} id of an output; "" for none */
  chooseOutput(id) {
    this.output = this.outputs.find((output) => output.id === id) ?? null;
  }

  /**
   * Send a message, at a time of `performance.now()`; say if that is not possible.
   * @param {MIDIOutput} output @param {number[]} message @param {number} [time]
   */
  send(output, message, time) {
    try {
      output.send(message, time);
    } catch {
      if (output !== this.output) return; // it was said before
      this.output = null;
      this.events.say(`${output.name} does not answer: choose it again once it is connected`);
      this.events.changed();
    }
  }
}

/** @param {MIDIPort} port */
const isConnected = (port) => port.state === "connected";
