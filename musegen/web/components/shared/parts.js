/** The parts of a piece, in the order in which they are shown; as in musegen.music.notes. */
export const PARTS = ["lead", "counter", "chords", "bass", "drums"];
