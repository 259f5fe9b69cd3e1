// The picture: the roll of the whole piece as an image, with its title and what the colours mean.

const NARROWEST = 1200; // pixels
const TALLEST = 640;
const HEADING = 84;
const WIDEST = 16000; // more than this some browsers do not paint

// A PNG, or null where the piece is longer than the browser can paint.
function picture() {
  const width = clamp(54 + firstWidth(0, false) + 16, NARROWEST, WIDEST);
  const sharpness = width * 2 > WIDEST ? 1 : 2; // text is to be read on any screen
  const own = viewOf(width - 16, TALLEST - HEADING, width - 16 - 54, false);
  const canvas = document.createElement("canvas");
  canvas.width = width * sharpness;
  canvas.height = TALLEST * sharpness;
  const context = canvas.getContext("2d");
  context.scale(sharpness, sharpness);
  context.fillStyle = "#16151a";
  context.fillRect(0, 0, width, TALLEST);
  drawHeading(context, width);
  context.translate(0, HEADING);
  context.fillStyle = "#0f0e12";
  context.fillRect(0, 0, width, TALLEST - HEADING);
  drawGrid(context, own);
  drawNotes(context, own, () => true);
  drawGutter(context, own);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function drawHeading(context, width) {
  context.textBaseline = "alphabetic";
  context.font = fontOf(680, 22);
  context.fillStyle = "#fff";
  const most = width * 0.55;
  context.fillText(piece.title, 20, 36, most);
  const x = 20 + Math.min(most, context.measureText(piece.title).width) + 18;
  context.font = fontOf(400, 13);
  context.fillStyle = "#a8a4ad";
  context.fillText(piece.details.join("  ·  "), x, 36, width - x - 20);
  let left = 20;
  for (const { name, instrument } of piece.parts) {
    context.fillStyle = COLOURS[name];
    box(context, { x: left, y: 55, width: 11, height: 11 }, 3);
    context.fillStyle = "#e9e6ee";
    const text = `${title(name)}: ${instrument}`;
    context.fillText(text, left + 18, 65);
    left += 18 + context.measureText(text).width + 24;
  }
}
