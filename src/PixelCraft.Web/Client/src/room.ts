import { Cursors } from "./cursors";
import type { Discussion } from "./discussion/index";
import { find } from "./dom";
import type { Link, User } from "./link";
import { People, type Person } from "./people";
import { text } from "./texts";

/** docs/live-protocol.md: a comment in a frame. */
type Note = [
  id: string, thread: string, author: string | null, name: string | null, text: string, x: number | null, y: number | null, created: number,
  edited: number | null, deleted: number | null, resolved: number | null, likes: number, version: number, revision: number, mentions: [id: string, name: string | null][],
];
type News = [from: number, revision: number, likes: number, version: number, status: number, comments: Note[]];
/** A frame. */
type Frame = [room: number, cursors: number[], participants: Person[], left: number[], news?: News | null];
type Answer = [code: string, you: number, whole: Frame | null, revision?: number, version?: number];

const moveInterval = 50;
const idleAfter = 60_000;
const scale = 65_535;

/** The room of the image page: who is here, where their cursors are, and what is new. */
export class Room implements User {
  private readonly key = crypto.getRandomValues(new Uint8Array(16));
  private readonly cursors: Cursors;
  private readonly people: People;
  private readonly state: HTMLElement;
  private attempt = 0;
  private room = -1;
  private you = 0;
  private version = 0;
  private ended = false;
  private isIdle = false;
  private idleTimer = 0;
  private moveTimer = 0;
  private lastMove = 0;
  private waiting: [number, number] | undefined;

  /** @param name What a guest is called; null for a member. */
  constructor(private readonly link: Link, private readonly viewer: HTMLElement, private readonly discussion: Discussion | null, private readonly name: string | null) {
    this.people = new People(find("[data-people]", viewer)!);
    this.cursors = new Cursors(viewer, find("[data-cursors]", viewer)!, this.people);
    this.state = find("[data-live-state]", viewer)!;
    this.version = Number(viewer.dataset.version);
    link.connection.on("frame", (frame: Frame) => this.take(frame));
    link.connection.on("gone", () => this.end());
    link.connection.on("end", () => { this.end(); link.close(); });
    this.listen();
  }

  async connected(): Promise<void> {
    if (this.ended) return;
    const { connection } = this.link;
    const [code, you, whole, revision, version] = await connection.invoke<Answer>("Join", this.viewer.dataset.room, this.key, ++this.attempt, this.name);
    if (!whole) { this.end(code); return; }
    this.you = you;
    this.room = whole[0];
    this.take(whole);
    await connection.send("Begin", this.room);
    if (this.isIdle) this.send("Idle", true);
    this.say("");
    this.discussion?.joined(revision ?? 0, () => this.people.members());
    this.changed(version ?? 0);
  }

  lost(): void {
    this.forget();
    if (!this.ended) this.say(text("liveReconnecting"));
  }

  private end(code = ""): void {
    this.ended = true;
    if (code === "name") sessionStorage.removeItem("guest");
    this.forget();
    this.say(text(code === "name" ? "liveName" : code === "full" ? "liveFull" : "liveEnded"));
    if (this.name !== null) this.link.close();
  }

  private forget(): void {
    this.room = -1;
    this.people.clear();
    this.cursors.clear();
    this.discussion?.left();
  }

  private take([room, cursors, participants, left, news]: Frame): void {
    if (room !== this.room) return;
    for (const number of left) { this.people.remove(number); this.cursors.remove(number); }
    for (const person of participants) this.people.set(person, person[0] === this.you);
    for (let i = 0; i + 2 < cursors.length; i += 3)
      if (cursors[i] !== this.you) this.cursors.move(cursors[i]!, cursors[i + 1]!, cursors[i + 2]!);
    if (left.length > 0 || participants.length > 0) this.people.draw();
    if (!news) return;
    const [from, revision, likes, version, , comments] = news;
    this.discussion?.news(from, revision, likes, comments.map(commentOf));
    this.changed(version);
  }

  /** The image's record is another one than the page was made of. */
  private changed(version: number): void {
    if (version <= this.version) return;
    this.version = version;
    document.dispatchEvent(new CustomEvent("image-changed"));
  }

  private listen(): void {
    const canvas = find("[data-canvas]", this.viewer)!;
    canvas.addEventListener("pointermove", event => {
      const box = find("img", canvas)?.getBoundingClientRect();
      if (!box) return;
      const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
      this.move(x >= 0 && x <= 1 && y >= 0 && y <= 1 ? [Math.round(x * scale), Math.round(y * scale)] : [-1, -1]);
    });
    canvas.addEventListener("pointerleave", () => this.move([-1, -1]));
    for (const kind of ["pointerdown", "pointermove", "keydown"]) document.addEventListener(kind, () => this.touched(), { passive: true });
    this.touched();
  }

  /** At once after a rest, else when the last is long enough ago. */
  private move(to: [number, number]): void {
    this.waiting = to;
    if (this.moveTimer) return;
    const wait = Math.max(0, moveInterval - (performance.now() - this.lastMove));
    this.moveTimer = window.setTimeout(() => {
      this.moveTimer = 0;
      this.lastMove = performance.now();
      if (this.waiting) this.send("Move", ...this.waiting);
    }, wait);
  }

  private touched(): void {
    if (this.isIdle) this.send("Idle", this.isIdle = false);
    clearTimeout(this.idleTimer);
    this.idleTimer = window.setTimeout(() => this.send("Idle", this.isIdle = true), idleAfter);
  }

  private send(method: string, ...values: unknown[]): void {
    if (this.room >= 0) this.link.connection.send(method, this.room, ...values).catch(() => { /* it is closing, and comes back by itself */ });
  }

  private say(what: string): void {
    this.state.textContent = what;
    this.state.hidden = what === "";
  }
}

function commentOf([id, threadId, authorId, authorName, text, x, y, created, edited, deleted, resolved, likes, version, revision, mentions]: Note) {
  const time = (milliseconds: number | null) => milliseconds === null ? null : new Date(milliseconds).toISOString();
  return {
    id, threadId, authorId, authorName, text, x, y, likes, version, revision,
    createdAt: time(created)!, editedAt: time(edited), deletedAt: time(deleted), resolvedAt: time(resolved),
    mentions: mentions.map(([id, name]) => ({ id, name })),
  };
}
