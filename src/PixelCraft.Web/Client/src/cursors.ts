import { Follower } from "./follow";
import type { People } from "./people";

type Cursor = { element: HTMLElement; from: Point; to: Point; since: number; movedAt: number };
type Point = { x: number; y: number };

const scale = 65_535;
/** A little longer than the server's tick, so that a cursor has not stood still when the next place comes. */
const glide = 80;
const fadeAfter = 10_000;
const most = 100;

/** The others' cursors on the image, wherever it is on the screen and however large. */
export class Cursors {
  private readonly all = new Map<number, Cursor>();
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");
  private readonly follower: Follower;
  private drawing = 0;
  private fading = 0;

  constructor(viewer: HTMLElement, private readonly layer: HTMLElement, private readonly people: People) {
    this.follower = new Follower(viewer, layer, () => this.plan());
  }

  move(number: number, x: number, y: number): void {
    let cursor = this.all.get(number);
    if (x < 0) { this.remove(number); return; }
    const now = performance.now();
    const to = { x: x / scale, y: y / scale };
    if (!cursor) {
      // One that has faded gives its place to one that moves.
      if (this.all.size >= most && !this.removeFaded(now)) return;
      cursor = { element: this.create(number), from: to, to, since: now, movedAt: now };
      this.all.set(number, cursor);
    }
    cursor.from = this.at(cursor, now);
    cursor.to = to;
    cursor.since = cursor.movedAt = now;
    this.plan();
  }

  remove(number: number): void {
    this.all.get(number)?.element.remove();
    this.all.delete(number);
  }

  clear(): void { for (const number of [...this.all.keys()]) this.remove(number); }

  private removeFaded(now: number): boolean {
    for (const [number, cursor] of this.all)
      if (now - cursor.movedAt > fadeAfter) { this.remove(number); return true; }
    return false;
  }

  private create(number: number): HTMLElement {
    const element = document.createElement("div");
    element.className = "cursor";
    element.style.setProperty("--hue", String(this.people.hue(number)));
    const name = document.createElement("span");
    name.textContent = this.people.name(number) ?? "";
    element.append(name);
    this.layer.append(element);
    return element;
  }

  private at(cursor: Cursor, now: number): Point {
    const part = this.still.matches ? 1 : Math.min(1, (now - cursor.since) / glide);
    return { x: cursor.from.x + (cursor.to.x - cursor.from.x) * part, y: cursor.from.y + (cursor.to.y - cursor.from.y) * part };
  }

  private plan(): void { this.drawing ||= requestAnimationFrame(now => { this.drawing = 0; this.draw(now); }); }

  private draw(now: number): void {
    const image = this.follower.box();
    if (!image) return;
    let moving = false;
    let nextToFade = Infinity;
    for (const cursor of this.all.values()) {
      const { x, y } = this.at(cursor, now);
      cursor.element.style.transform = `translate(${image.left + x * image.width}px, ${image.top + y * image.height}px)`;
      const silent = now - cursor.movedAt > fadeAfter;
      cursor.element.classList.toggle("silent", silent);
      if (!silent) nextToFade = Math.min(nextToFade, cursor.movedAt);
      if (now - cursor.since < glide) moving = true;
    }
    clearTimeout(this.fading);
    if (moving) this.plan();
    // Nothing is drawn while nothing moves, but for a cursor that is to fade.
    else if (nextToFade < Infinity) this.fading = window.setTimeout(() => this.plan(), nextToFade + fadeAfter - now + glide);
  }
}
