// The variants of one image, as PixelCraft makes them: node render.js FILE COUNT. Prints CPU-seconds per image and bytes of each variant.
import sharp from 'sharp';

const [file, count] = [process.argv[2], Number(process.argv[3] ?? 5)];
const sizes = [1600, 800, 400, 200];
sharp.cache(false);
sharp.concurrency(1);
const fit = (size) => ({ width: size, height: size, fit: 'inside', withoutEnlargement: true });

/** Decodes once, with JPEG shrink-on-load, to the largest; the others are made from its pixels. WebP at quality 80, effort 4. */
async function render() {
  const { data, info } = await sharp(file).autoOrient().resize(fit(sizes[0])).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  const bytes = [];
  for (const size of sizes) bytes.push((await sharp(data, { raw }).resize(fit(size)).webp({ quality: 80, effort: 4 }).toBuffer()).length);
  return bytes;
}

await render();
const begin = process.cpuUsage();
let bytes;
for (let i = 0; i < count; i++) bytes = await render();
const used = process.cpuUsage(begin);
console.log(JSON.stringify({ cpuSeconds: (used.user + used.system) / 1e6 / count, bytes }));
