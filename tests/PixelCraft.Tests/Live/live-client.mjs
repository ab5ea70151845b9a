// A program in a room, written from docs/live-protocol.md alone, with @microsoft/signalr as it is: node live-client.mjs MODULES URL IMAGE
// It points at the middle, moves on after each reconnection, and says what it sees, a line of JSON each. It goes when somebody called "host" points at 0, 0.
import path from "node:path";
import { createRequire } from "node:module";

const [modules, url, image] = process.argv.slice(2);
const require = createRequire(path.join(modules, "x.js"));
const { HttpTransportType, HubConnectionBuilder, LogLevel } = require("@microsoft/signalr");
const { MessagePackHubProtocol } = require("@microsoft/signalr-protocol-msgpack");

const key = crypto.getRandomValues(new Uint8Array(16));
let attempt = 0;
let room = -1;
let leaves = false;
let people = new Map();
let cursors = new Map();
const say = what => console.log(JSON.stringify(what));

const connection = new HubConnectionBuilder()
  .withUrl(url, { skipNegotiation: true, transport: HttpTransportType.WebSockets })
  .withHubProtocol(new MessagePackHubProtocol())
  // After a pause that grows and has chance in it, for as long as it takes.
  .withAutomaticReconnect({ nextRetryDelayInMilliseconds: ({ previousRetryCount }) => Math.min(200 * 2 ** previousRetryCount, 5_000) * (0.5 + Math.random()) })
  .configureLogging(LogLevel.None)
  .build();
connection.keepAliveIntervalInMilliseconds = 10_000;

function take([, moved, participants, left]) {
  for (const number of left) { people.delete(number); cursors.delete(number); }
  for (const [number, name, member, isIdle] of participants) people.set(number, { name, member, isIdle });
  for (let i = 0; i < moved.length; i += 3) cursors.set(moved[i], [moved[i + 1], moved[i + 2]]);
  const names = [...people.values()].map(person => person.name);
  if (new Set(names).size !== names.length) say({ doubled: names });
  for (const [number, { name, member }] of people) {
    const [x, y] = cursors.get(number) ?? [-1, -1];
    if (name === "host" && x >= 0) say({ sees: [x, y], member });
    if (name === "host" && x === 0 && y === 0) { leaves = true; void connection.stop(); }
  }
}

async function join() {
  people = new Map();
  cursors = new Map();
  const [code, you, whole] = await connection.invoke("Join", image, key, ++attempt, "Node");
  say({ joined: code, attempt, you: typeof you });
  if (code !== "ok") process.exit(1);
  room = whole[0];
  take(whole);
  await connection.send("Begin", room);
  // So that somebody who looks can tell before the break from after it.
  await connection.send("Move", room, 32_000 + attempt, 32_000);
}

connection.on("frame", frame => { if (frame[0] === room) take(frame); });
connection.on("end", reason => say({ end: reason }));
connection.onreconnecting(() => say({ lost: attempt }));
connection.onreconnected(() => join());
connection.onclose(error => { say({ closed: `${error}` }); process.exit(leaves ? 0 : 1); });
await connection.start();
await join();
