// Reads payloads as they were before they became typed. To be removed with them.

// @ts-nocheck

/** @param {any} value */
export function upgradePlayer(value) {
  if (!value || typeof value.notes !== "string") return value;
  const rows = JSON.parse(value.notes);
  const column = (/** @type {number} */ i, /** @type {any} */ type) =>
    btoa(
      String.fromCharCode(
        ...new Uint8Array(type.from(rows.map((/** @type {number[]} */ row) => row[i])).buffer),
      ),
    );
  return {
    ...value,
    notes: {
      onset: column(0, Float32Array),
      part: column(1, Uint8Array),
      pitch: column(2, Uint8Array),
      duration: column(3, Float32Array),
      velocity: column(4, Uint8Array),
    },
    parts: value.parts.map(([name, instrument]) => ({ name, instrument })),
    marks: JSON.parse(value.marks).map(([bar, text]) => ({ bar, text })),
    blend: JSON.parse(value.blend)?.map(([bar, share]) => ({ bar, share })) ?? null,
    stream: JSON.parse(value.stream),
  };
}

/** @param {any} value */
const parsed = (value) => (typeof value === "string" ? (value ? JSON.parse(value) : null) : value);

export function upgradeMap(value) {
  const data = parsed(value);
  if (!data || Array.isArray(data.attributes)) return data;
  const attributes = Object.entries(data.attributes).map(([name, rest]) => ({ name, ...rest }));
  return { ...data, attributes };
}

export const upgradeSquare = parsed;

let hasTurns = false;

export const assignData = ({ request, ...rest }) =>
  hasTurns ? { ...rest, turn: request } : { ...rest, request };

export function upgradeTracks(value) {
  const data = parsed(value);
  if (!data) return data;
  if ("turn" in data) hasTurns = true;
  const { turn = null, tracks = null, tempos = [], ...rest } = data;
  return {
    request: turn,
    tracks,
    tempos: tempos.map((tempo) =>
      Array.isArray(tempo) ? { factor: tempo[0], label: tempo[1] } : tempo,
    ),
    ...rest,
  };
}
