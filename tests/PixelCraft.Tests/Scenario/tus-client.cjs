// Drives tus-js-client, as it is, against a server: node tus-client.cjs MODULE ENDPOINT COOKIE FILE
// Writes the image ids that the uploads became.
const fs = require("node:fs");
const { PassThrough } = require("node:stream");
const [module_, endpoint, cookie, file] = process.argv.slice(2);
const tus = require(module_);

const options = {
  endpoint,
  headers: { Cookie: cookie },
  retryDelays: [100, 300, 1000],
  metadata: { filename: "file.png", visibility: "unlisted" },
};

/** One upload from its beginning to its end, or to where `stop` says. */
function upload(extra, stop) {
  return new Promise((resolve, reject) => {
    const size = fs.statSync(file).size;
    let image;
    const stream = fs.createReadStream(file);
    // Of a file the client would know the length.
    const upload = new tus.Upload(extra.uploadLengthDeferred ? stream.pipe(new PassThrough()) : stream, {
      ...options,
      uploadSize: size,
      ...extra,
      onAfterResponse: (_request, response) => { image = response.getHeader("Pixelcraft-Image") ?? image; },
      onError: reject,
      onSuccess: () => resolve({ image, url: upload.url }),
      onChunkComplete: (_chunk, accepted) => {
        if (stop && accepted >= stop && accepted < size) void upload.abort().then(() => resolve({ url: upload.url }));
      },
    });
    upload.start();
  });
}

(async () => {
  const images = [];
  // In one piece; in pieces; created with its first piece.
  images.push((await upload({ chunkSize: Infinity })).image);
  images.push((await upload({ chunkSize: 10_000 })).image);
  images.push((await upload({ chunkSize: 20_000, uploadDataDuringCreation: true })).image);
  // Stopped, and gone on with.
  const stopped = await upload({ chunkSize: 10_000 }, 20_000);
  images.push((await upload({ uploadUrl: stopped.url, chunkSize: 50_000 })).image);
  // As some networks want it.
  images.push((await upload({ chunkSize: 50_000, overridePatchMethod: true })).image);
  // Of a length that is told at the end.
  images.push((await upload({ chunkSize: 50_000, uploadSize: undefined, uploadLengthDeferred: true })).image);
  // As two partial uploads at once, which make up a third.
  images.push((await upload({ chunkSize: 50_000, uploadSize: undefined, parallelUploads: 2 })).image);
  // Given up.
  const given = await upload({ chunkSize: 10_000 }, 20_000);
  await tus.Upload.terminate(given.url, options);
  if (images.some(image => !image)) throw new Error(`An upload told no image: ${images}`);
  if (new Set(images).size !== 1) throw new Error(`The same bytes became several images: ${images}`);
  console.log(images.join("\n"));
})().catch(error => { console.error(error); process.exit(1); });
