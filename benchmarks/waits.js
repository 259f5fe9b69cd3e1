// How long a visitor waits for the next piece: seconds from the press of a button to its picture
// on the screen, and to its first sound.
async () => {
  const player = () => document.querySelector('.mg-player');
  const frame = () => new Promise(requestAnimationFrame);
  const turn = () => new Promise((done) => setTimeout(done));
  if (player().mixer.playing) document.querySelector('.mg-play').click();
  while (window.sounds()) await turn();
  const before = player().dataset.id;
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  document.querySelector('#draw').click();
  while (player().dataset.id === before) await frame();
  await frame(); // it is painted in this one
  const picture = seconds();
  while (!window.sounds()) await turn();
  return [picture, seconds()];
}
