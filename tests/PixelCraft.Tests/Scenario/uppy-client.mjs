// Drives Uppy with its tus plugin, as they are, against a server: node uppy-client.mjs MODULES ENDPOINT COOKIE FILE
// Uploads the file once, interrupted in the middle; writes the id of the image that it became and how far the server was after the interruption.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, endpoint, cookie, file] = process.argv.slice(2);
const load = async name => import(pathToFileURL(createRequire(path.join(modules, "x.js")).resolve(name)));
const { default: Uppy } = await load("@uppy/core");
const { default: Tus } = await load("@uppy/tus");

// In a browser it would be a Blob; what the client reads in Node is a Buffer.
const data = fs.readFileSync(file);
data.size = data.length;

let image;
let resumedAt;
let interrupted = false;
const uppy = new Uppy({ autoProceed: false });
uppy.use(Tus, {
  endpoint,
  chunkSize: 64 * 1024,
  headers: { Cookie: cookie },
  retryDelays: [100, 300, 1000],
  onAfterResponse: (request, response) => {
    image = response.getHeader("Pixelcraft-Image") ?? image;
    if (request.getMethod() === "HEAD") resumedAt = Number(response.getHeader("Upload-Offset"));
  },
});
const id = uppy.addFile({ name: path.basename(file), type: "image/jpeg", data, meta: { visibility: "unlisted" } });
uppy.on("upload-progress", (_file, progress) => {
  if (interrupted || progress.bytesUploaded < data.length / 3) return;
  interrupted = true;
  uppy.pauseResume(id);
  setTimeout(() => uppy.pauseResume(id), 100);
});
const result = await uppy.upload();
if (result.failed.length > 0 || result.successful.length !== 1) throw new Error(`Uppy failed: ${JSON.stringify(result.failed.map(f => f.error))}`);
console.log(`${image} ${resumedAt}`);
process.exit(0);
