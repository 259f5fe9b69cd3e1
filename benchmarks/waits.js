// How long a visitor waits for other music: seconds from the press of a button to its picture on
// the screen, and to its first sound. `changes` names what tells it from the music before, among the
// player's data.
async ({ button, changes }) => {
  const player = () => document.querySelector('.mg-player');
  const frame = () => new Promise(requestAnimationFrame);
  const turn = () => new Promise((done) => setTimeout(done));
  if (player().mixer.playing) document.querySelector('.mg-play').click();
  while (window.sounds()) await turn();
  const before = player().dataset[changes];
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  document.querySelector(button).click();
  while (player().dataset[changes] === before) {
    if (seconds() > 60) throw new Error(`${button} has brought nothing new in a minute`);
    await frame();
  }
  await frame(); // it is painted in this one
  const picture = seconds();
  while (!window.sounds()) await turn();
  return [picture, seconds()];
}
