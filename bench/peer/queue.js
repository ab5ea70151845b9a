// The peer's job queue, BullMQ, with jobs that do nothing. Redis is REDIS_HOST:REDIS_PORT, and REDIS_PID its process.
//   node queue.js work JOBS CONCURRENCY      CPU of processing jobs that are there, and of adding them one by one, 64 at a time
//   node queue.js wait RATE SECONDS          time from adding to start, the adding being done by another process
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

const [mode, ...numbers] = process.argv.slice(2);
const [first, second] = numbers.map(Number);
const connect = () => new Redis({ host: process.env.REDIS_HOST, port: Number(process.env.REDIS_PORT), maxRetriesPerRequest: null });
// The braces: on a cluster its keys have to be on one node.
const options = { prefix: '{bull}', defaultJobOptions: { removeOnComplete: true, removeOnFail: true } };
const queue = new Queue('bench', { connection: connect(), ...options });
const now = () => performance.timeOrigin + performance.now();

/** CPU-seconds of a process. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** CPU-microseconds of this process and of Redis for each of some jobs, and jobs a second. */
async function meter(jobs, work) {
  const [client, redis, begin] = [cpu(process.pid), cpu(process.env.REDIS_PID), performance.now()];
  await work();
  const each = (seconds) => seconds / jobs * 1e6;
  return { client: each(cpu(process.pid) - client), redis: each(cpu(process.env.REDIS_PID) - redis), rate: jobs / (performance.now() - begin) * 1e3 };
}

async function add(jobs) {
  let next = 0;
  await Promise.all(Array.from({ length: 64 }, async () => { while (next < jobs) await queue.add('job', { subject: next++ }); }));
}

async function drain(jobs, concurrency) {
  let done = 0, finish;
  const all = new Promise((resolve) => { finish = resolve; });
  const worker = new Worker('bench', async () => { if (++done === jobs) finish(); }, { connection: connect(), prefix: options.prefix, concurrency, autorun: false });
  await worker.waitUntilReady();
  const result = await meter(jobs, async () => { worker.run(); await all; });
  await worker.close();
  return result;
}

if (mode === 'work') {
  await queue.obliterate({ force: true });
  for (let i = 0; i < 3; i++) { await add(first / 2); await drain(first / 2, second); }
  const added = await meter(first, () => add(first));
  console.log(JSON.stringify({ added, processed: await drain(first, second) }));
} else if (mode === 'wait') {
  await queue.obliterate({ force: true });
  const waits = [];
  const worker = new Worker('bench', async (job) => { waits.push(now() - job.data.at); }, { connection: connect(), prefix: options.prefix, concurrency: 10 });
  await worker.waitUntilReady();
  await new Promise((resolve) => spawn(process.execPath, [process.argv[1], 'add', ...numbers], { stdio: 'inherit' }).on('exit', resolve));
  await worker.close();
  waits.splice(0, first); // the first second: code that is not compiled yet
  waits.sort((a, b) => a - b);
  console.log(JSON.stringify({ median: waits[waits.length >> 1], p99: waits[Math.floor(waits.length * 0.99)] }));
} else if (mode === 'add') {
  await queue.waitUntilReady();
  const begin = performance.now();
  for (let i = 0; i < first * second; i++) {
    const due = begin + i * 1000 / first - performance.now();
    if (due > 0) await sleep(due);
    queue.add('job', { at: now() });
  }
  await sleep(500);
}
process.exit(0);
