// The same job as PixelCraft's hot paths on the Node stack: Express, sharp, PostgreSQL or SQLite, Redis for sessions, limits and cache.
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import express from 'express';
import { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { openStore } from './store.js';

const env = process.env;
const folder = env.FILES;
const store = await openStore();
const redis = new Redis(env.REDIS_URL, { enableAutoPipelining: true });
const limiter = new RateLimiterRedis({ storeClient: redis, keyPrefix: 'peer:limit', points: Number(env.RATE_POINTS ?? 600), duration: 60 });
const visibilities = ['private', 'unlisted', 'public'];
const states = ['processing', 'ready', 'failed'];
const cacheSeconds = 30;
for (const name of ['variants', 'originals', 'tmp']) mkdirSync(path.join(folder, name), { recursive: true });

const fail = (status, message) => Object.assign(new Error(message), { status });

// ---- session and limit: both commands leave in one pipeline -------------------------------------------
async function guard(req, res, next) {
  const key = /(?:^|; )pixelcraft=([\w-]{43})/.exec(req.headers.cookie)?.[1];
  if (!key) throw fail(401, 'Sign in first.');
  const hash = createHash('sha256').update(key).digest('hex');
  const [text, allowance] = await Promise.all([redis.get(`pixelcraft:session:${hash}`), limiter.consume(hash)]);
  if (!text) throw fail(401, 'Sign in first.');
  req.session = JSON.parse(text);
  res.set('RateLimit', `"api";r=${allowance.remainingPoints}`);
  next();
}

// ---- members' names, kept for a minute ----------------------------------------------------------------
const names = new Map();
async function namesOf(images) {
  const now = Date.now();
  const missing = [...new Set(images.map((image) => image.ownerId))].filter((id) => !(names.get(id)?.until > now));
  if (missing.length === 0) return;
  if (names.size > 50_000) names.clear();
  for (const member of await store.names(missing)) names.set(member.id, { name: member.name, until: now + 60_000 });
}

const isPublic = (image) => image.visibility !== 0 && image.status === 1 && image.trashedAt === null;
const view = (image) => ({
  id: image.id,
  ownerId: image.ownerId,
  ownerName: names.get(image.ownerId)?.name ?? null,
  title: image.title,
  description: image.description,
  tags: image.tags,
  visibility: visibilities[image.visibility],
  status: states[image.status],
  failureReason: image.failureReason,
  fileName: image.fileName,
  contentType: image.contentType,
  bytes: image.bytes,
  sha256: image.sha256,
  width: image.width,
  height: image.height,
  thumbHash: image.thumbHash,
  createdAt: image.createdAt,
  updatedAt: image.updatedAt,
  trashedAt: image.trashedAt,
  version: image.version,
  variants: image.variants.map((variant) => ({ ...variant, url: `/i/${image.id}/${image.contentHash}/${variant.size}.webp` })),
  originalUrl: null,
});

const app = express();
app.disable('x-powered-by');
app.set('etag', false);
app.set('query parser', 'simple');

const idForm = /^[0-9a-f-]{32,36}$/;

app.get('/api/v1/images', guard, async (req, res) => {
  const limit = Number(req.query.limit ?? 50);
  if (!(limit >= 1 && limit <= 100)) throw fail(400, 'limit: 1 to 100.');
  const { after, owner, q, tag } = req.query;
  if ((after && !idForm.test(after)) || (owner && !idForm.test(owner))) throw fail(400, 'Not an id.');
  const rows = q ? await store.found(q.split(' '), limit + 1) : tag ? await store.tagged(tag, limit + 1) : owner ? await store.owned(owner, limit + 1) : await store.gallery(limit + 1, after);
  const page = rows.slice(0, limit);
  await namesOf(page);
  res.json({ items: page.map(view), next: rows.length > limit ? page.at(-1).id : null });
});

app.get('/api/v1/images/:id', guard, async (req, res) => {
  const image = idForm.test(req.params.id) && (await store.find(req.params.id));
  if (!image || !isPublic(image)) throw fail(404, 'There is nothing here.');
  await namesOf([image]);
  res.set('ETag', `"${image.version}"`).set('Cache-Control', 'private, no-cache').json(view(image));
});

// ---- variants: whoever has the URL may see them, until the hash in it changes ---------------------------
async function lookUp(id) {
  const text = await redis.get(`peer:image:${id}`);
  if (text) return JSON.parse(text);
  const image = await store.find(id);
  if (image) await redis.set(`peer:image:${id}`, JSON.stringify(image), 'EX', cacheSeconds, 'NX');
  return image;
}

const sendVariant = (res, next, id, size) => res.sendFile(`${id}-${size}.webp`, { root: path.join(folder, 'variants'), maxAge: '1y', immutable: true, lastModified: false }, (e) => {
  if (e && !res.headersSent) next(fail(404, 'There is nothing here.'));
});

app.get('/i/:id/:hash/:file', async (req, res, next) => {
  const { id, hash } = req.params;
  const size = Number(/^(\d+)\.webp$/.exec(req.params.file)?.[1]);
  const image = idForm.test(id) && (await lookUp(id));
  if (!image || !isPublic(image) || image.contentHash !== hash || !image.variants.some((variant) => variant.size === size)) throw fail(404, 'There is nothing here.');
  res.set('ETag', `"${hash}-${size}"`);
  sendVariant(res, next, id, size);
});

// The other way to do it: session and limit instead of the record, as where every URL is secret or everything is public.
app.get('/v/:id/:file', guard, (req, res, next) => {
  const size = Number(/^(\d+)\.webp$/.exec(req.params.file)?.[1]);
  if (!idForm.test(req.params.id) || !size) throw fail(404, 'There is nothing here.');
  res.set('ETag', `"${req.params.id}-${size}"`);
  sendVariant(res, next, req.params.id, size);
});

// ---- upload: streamed to disk and hashed on the way; not synced -----------------------------------------
app.post('/api/v1/images', guard, async (req, res) => {
  const id = randomUUID();
  const file = await receive(req, id);
  await redis.lpush('peer:jobs', JSON.stringify({ id, ...file })); // record and job in one: what a worker would take up
  res.status(202).location(`/api/v1/images/${id}`).json({ id, status: 'processing' });
});

function receive(req, id) {
  return new Promise((resolve, reject) => {
    const form = busboy({ headers: req.headers, limits: { files: 1, fields: 10, fileSize: 200_000_000 } });
    let saved;
    form.on('file', (_field, stream) => {
      saved = save(stream, id);
      saved.catch((e) => { req.unpipe(form); req.resume(); reject(e); });
    });
    form.on('error', (e) => reject(fail(400, e.message)));
    form.on('close', () => (saved ? saved.then(resolve, reject) : reject(fail(422, 'No file was sent.'))));
    req.on('aborted', () => form.destroy(fail(400, 'The upload ended before the file did.')));
    req.pipe(form);
  });
}

async function save(stream, id) {
  const tmp = path.join(folder, 'tmp', id);
  const hash = createHash('sha256');
  let bytes = 0;
  const measure = new Transform({
    transform(chunk, _encoding, done) {
      if (bytes === 0 && !(chunk[0] === 0xff && chunk[1] === 0xd8)) return done(fail(415, 'Not a JPEG.'));
      bytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await pipeline(stream, measure, createWriteStream(tmp));
    if (stream.truncated) throw fail(413, 'This file is too large.');
    await rename(tmp, path.join(folder, 'originals', id));
    return { bytes, sha256: hash.digest('hex') };
  } catch (e) {
    await unlink(tmp).catch(() => {});
    throw e;
  }
}

app.get('/health/ready', (_req, res) => res.send('ok'));
app.use(() => { throw fail(404, 'There is nothing here.'); });
app.use((e, _req, res, _next) => {
  if (e instanceof RateLimiterRes) return res.status(429).set('Retry-After', Math.ceil(e.msBeforeNext / 1000)).json({ title: 'Too many requests.' });
  const status = e.status ?? 500;
  if (status >= 500) console.error(e);
  if (!res.headersSent) res.status(status).json({ title: e.message });
});

const server = app.listen(Number(env.PORT), '127.0.0.1', () => console.log(`listening on ${env.PORT}`));
process.on('SIGTERM', () => { server.close(); redis.disconnect(); setTimeout(() => process.exit(0), 200); });
