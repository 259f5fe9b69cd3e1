// How long a visitor waits for the next piece: seconds from the press of a button to its picture
// on the screen, and to its first sound.
async () => {
  const player = () => document.querySelector('.mg-player');
  const frame = () => new Promise(requestAnimationFrame);
  const before = player().dataset.id;
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  document.querySelector('#draw').click();
  while (player().dataset.id === before) await frame();
  await frame(); // it is painted in this one
  const picture = seconds();
  while (!(player().mixer.playing && player().mixer.position > 0)) await frame();
  const sound = seconds();
  // The parts follow the mix: the next press is not to wait for their renderers.
  while (player().mixer.stream.parts[0] === 'mix') await frame();
  return [picture, sound];
}
