// Which part of something larger is visible: the arithmetic of zooming and panning, on one axis
// (the roll) or two (the map). It knows no page.
//
// A place is a share of the whole content, 0 to 1 on each axis; pixels count from the viewport's
// left or top.

import { clamp } from "./numbers.js";

export class Viewport {
  zoom = 1;
  unit = 1; // pixels of the whole content at zoom 1
  shown = 1; // pixels of the content that are visible at a time
  most = 1; // closest zoom

  /**
   * @param {number} axes @param {number} [edge] pixels that stay free before and after the content
   */
  constructor(axes, edge = 0) {
    this.edge = edge;
    /** Pixels of the content before the visible part, on each axis. */
    this.offsets = Array(axes).fill(0);
  }

  /** Pixels of the whole content. */
  get full() {
    return this.unit * this.zoom;
  }

  /** The zoom at which everything is visible. */
  get least() {
    return Math.min(1, this.shown / this.unit);
  }

  get isClosest() {
    return this.zoom > this.most - 1e-3;
  }

  get isFarthest() {
    return this.zoom < this.least + 1e-3;
  }

  /**
   * Change the size; the same part of the content stays visible.
   * @param {number} unit @param {number} shown @param {number} most
   */
  resize(unit, shown, most) {
    const shares = this.offsets.map((offset) => offset / this.full);
    Object.assign(this, { unit, shown, most });
    this.zoom = clamp(this.zoom, this.least, this.most);
    this.moveTo(shares.map((share) => share * this.full));
  }

  /** @param {number[]} offsets */
  moveTo(offsets) {
    const last = Math.max(0, this.full - this.shown);
    this.offsets = offsets.map((offset) => clamp(offset, 0, last));
  }

  /** @param {number[]} place */
  pixelsOf(place) {
    return place.map((share, axis) => this.edge + share * this.full - this.offsets[axis]);
  }

  /** @param {number[]} pixels */
  placeAt(pixels) {
    return pixels.map((pixel, axis) => (this.offsets[axis] + pixel - this.edge) / this.full);
  }

  /**
   * Zoom, and show a place at these pixels; without a place, what is there stays there.
   * @param {number} zoom @param {number[]} pixels @param {number[]} [place]
   */
  zoomTo(zoom, pixels, place = this.placeAt(pixels)) {
    this.zoom = clamp(zoom, this.least, this.most);
    this.moveTo(place.map((share, axis) => share * this.full - pixels[axis] + this.edge));
  }
}
