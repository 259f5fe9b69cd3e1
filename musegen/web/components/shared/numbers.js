// Arithmetic that several components use.

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/**
 * Points at even distances along a line, its two ends among them.
 * @param {number[][]} points corners of the line, `[x, y]`
 * @param {number} number how many points, at least 2
 */
export function pointsAlong(points, number) {
  const distances = [0];
  for (let i = 1; i < points.length; i += 1) {
    const [[ax, ay], [bx, by]] = [points[i - 1], points[i]];
    distances.push(distances[i - 1] + Math.hypot(bx - ax, by - ay));
  }
  const whole = distances[distances.length - 1];
  let i = 0;
  return Array.from({ length: number }, (_, k) => {
    const distance = (k / (number - 1)) * whole;
    while (i < points.length - 2 && distances[i + 1] < distance) i += 1;
    const length = distances[i + 1] - distances[i];
    const share = clamp((distance - distances[i]) / (length || 1), 0, 1);
    return [0, 1].map((axis) => points[i][axis] + share * (points[i + 1][axis] - points[i][axis]));
  });
}

/**
 * Length of a line.
 * @param {number[][]} points its corners, `[x, y]`
 */
export const lengthOf = (points) =>
  points
    .slice(1)
    .reduce((sum, [x, y], i) => sum + Math.hypot(x - points[i][0], y - points[i][1]), 0);

/** @param {string} text */
export const capitalize = (text) => text.charAt(0).toUpperCase() + text.slice(1);
