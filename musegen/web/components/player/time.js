// Time: steps, which are sixteenths from the start of the piece, and seconds, which come from the
// tempo of each phrase.

const STEPS_PER_BAR = 16;
const STEPS_PER_PHRASE = 32;
const BARS_PER_PHRASE = 2;

function stepAt(seconds) {
  const { times, steps } = piece;
  let i = 0;
  while (i < times.length - 2 && seconds >= times[i + 1]) i += 1;
  const share = (seconds - times[i]) / (times[i + 1] - times[i]);
  return clamp((i + share) * STEPS_PER_PHRASE, 0, steps);
}

function secondsAt(step) {
  const { times } = piece;
  const i = clamp(Math.floor(step / STEPS_PER_PHRASE), 0, times.length - 2);
  const share = step / STEPS_PER_PHRASE - i;
  return times[i] + share * (times[i + 1] - times[i]);
}

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds + 0.05));
  return Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
}

const position = () => mixer.position / RATE;

function seek(seconds) {
  if (!piece) return;
  mixer.seek(clamp(seconds, 0, piece.seconds) * RATE);
  handScrolled = -Infinity;
  follow(true);
  tell();
  draw();
}
