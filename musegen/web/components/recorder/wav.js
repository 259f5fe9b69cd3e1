// WAV files of one channel with 16 bits. It knows no page.

const HEADER = 44; // bytes

/**
 * @param {Float32Array} samples in [-1, 1]
 * @param {number} rate samples a second
 */
export function encodeWav(samples, rate) {
  const view = new DataView(new ArrayBuffer(HEADER + 2 * samples.length));
  /** @param {number} at @param {string} text */
  const write = (at, text) => {
    for (let i = 0; i < text.length; i += 1) view.setUint8(at + i, text.charCodeAt(i));
  };
  write(0, "RIFF");
  view.setUint32(4, view.byteLength - 8, true);
  write(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // whole numbers
  view.setUint16(22, 1, true); // channel
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  write(36, "data");
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, i) => {
    const whole = Math.round(Math.max(-1, Math.min(1, sample)) * 32767);
    view.setInt16(HEADER + 2 * i, whole, true);
  });
  return view.buffer;
}

/** @param {number} seconds */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/**
 * Why there is no microphone, in a line for visitors.
 * @param {unknown} error of `getUserMedia`
 */
export function describeRefusal(error) {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") {
    return "The microphone was not allowed: allow it for this page in the browser, and press again";
  }
  if (name === "NotFoundError") return "No microphone was found: connect one, and press again";
  if (name === "NotReadableError") {
    return "The microphone is used by another program: close that, and press again";
  }
  return "The microphone cannot be used here: give a recording as a file instead";
}
