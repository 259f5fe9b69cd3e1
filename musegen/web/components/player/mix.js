// Which parts are heard, and how loud. This stays the same from piece to piece.

export class Mix {
  /** @type {Set<string>} names of parts */
  muted = new Set();
  /** @type {Set<string>} */
  soloed = new Set();
  /** @type {Map<string, number>} percent */
  volumes = new Map();

  /** @param {string} part */
  isHeard(part) {
    return this.soloed.size ? this.soloed.has(part) : !this.muted.has(part);
  }

  /** @param {string} part */
  volumeOf(part) {
    return this.volumes.get(part) ?? 100;
  }

  /**
   * A square, since loudness is heard in ratios.
   * @param {string} part
   */
  gainOf(part) {
    return this.isHeard(part) ? (this.volumeOf(part) / 100) ** 2 : 0;
  }

  /**
   * Mute or unmute a part. While parts are soloed, it joins or leaves them, so that a press always
   * changes whether the part is heard.
   * @param {string} part
   */
  toggleMute(part) {
    if (!this.soloed.size) return toggle(this.muted, part);
    toggle(this.soloed, part);
    if (!this.soloed.size) this.muted.add(part); // all others are heard now
  }

  /** @param {string} part */
  toggleSolo(part) {
    toggle(this.soloed, part);
  }

  /**
   * Whether all these parts are heard at full volume.
   * @param {string[]} parts
   */
  isFull(parts) {
    return parts.every((part) => this.isHeard(part) && this.volumeOf(part) === 100);
  }
}

/**
 * @template T
 * @param {Set<T>} set
 * @param {T} value
 */
export function toggle(set, value) {
  if (!set.delete(value)) set.add(value);
}
