import { all, find } from "./dom";

type Point = { x: number; y: number };

/** How far from the edge a spot has to be to be in sight, in pixels. */
const margin = 40;

/** Zoom and pan of the image on the stage: wheel, pinch, double click, drag, buttons; a swipe goes to a neighbour. */
export class Zoom {
  /** 1 is as large as fits. */
  private scale = 1;
  private offset: Point = { x: 0, y: 0 };
  private readonly pointers = new Map<number, Point>();
  private start: Point = { x: 0, y: 0 };
  /** Whether a touch has had more than one finger since it began. */
  private several = false;

  private constructor(
    private readonly canvas: HTMLElement,
    private readonly image: HTMLImageElement,
    private readonly level: HTMLElement | null,
    private readonly swipe: (direction: "newer" | "older") => boolean,
  ) {}

  /** Starts it, when there is an image. */
  static attach(viewer: HTMLElement, swipe: (direction: "newer" | "older") => boolean): Zoom | undefined {
    const canvas = find("[data-canvas]", viewer);
    const image = canvas && find<HTMLImageElement>("img", canvas);
    if (!canvas || !image) return undefined;
    const zoom = new Zoom(canvas, image, find("[data-zoom-level]", viewer), swipe);
    zoom.listen(viewer);
    return zoom;
  }

  get isZoomed(): boolean { return this.scale > 1.001; }

  /** Back to as large as fits. */
  fit(): void {
    this.scale = 1;
    this.offset = { x: 0, y: 0 };
    this.draw();
  }

  /** Moves the image; not beyond its edges. */
  pan(x: number, y: number): void {
    this.offset = { x: this.offset.x + x, y: this.offset.y + y };
    this.draw();
  }

  /** Brings a spot of the image (0 to 1) into sight. */
  show(spot: Point): void {
    const box = this.canvas.getBoundingClientRect();
    const middle = { x: (spot.x - 0.5) * this.image.clientWidth * this.scale, y: (spot.y - 0.5) * this.image.clientHeight * this.scale };
    const isSeen = Math.abs(middle.x + this.offset.x) < box.width / 2 - margin && Math.abs(middle.y + this.offset.y) < box.height / 2 - margin;
    if (isSeen || !this.isZoomed) return;
    this.offset = { x: -middle.x, y: -middle.y };
    this.draw();
  }

  /** Enlarges by a factor, keeping a point of the canvas (its middle if not given) where it is. */
  by(factor: number, around: Point = { x: 0, y: 0 }): void {
    const next = Math.min(Math.max(this.scale * factor, 1), this.most);
    const ratio = next / this.scale;
    this.offset = {
      x: around.x - (around.x - this.offset.x) * ratio,
      y: around.y - (around.y - this.offset.y) * ratio,
    };
    this.scale = next;
    if (next > 1.001) this.sharpen();
    this.draw();
  }

  /** As far as four times the image's own pixels, and eight times the fit at least. */
  private get most(): number { return Math.max(8, 4 / this.ownScale); }

  /** Pixels of the screen for a pixel of the image, when it fits. */
  private get ownScale(): number { return this.image.clientWidth / Number(this.image.getAttribute("width")); }

  // A larger variant is taken only when somebody looks closely.
  private sharpen(): void {
    const sizes = `${Math.ceil(this.image.clientWidth * this.scale)}px`;
    for (const source of [this.image, ...all<HTMLSourceElement>("source", this.canvas)]) source.sizes = sizes;
  }

  private draw(): void {
    const box = this.canvas.getBoundingClientRect();
    const reach = (size: number, room: number) => Math.max(0, (size * this.scale - room) / 2);
    const x = reach(this.image.clientWidth, box.width);
    const y = reach(this.image.clientHeight, box.height);
    this.offset = { x: Math.min(Math.max(this.offset.x, -x), x), y: Math.min(Math.max(this.offset.y, -y), y) };
    this.image.style.transform = this.isZoomed ? `translate(${this.offset.x}px, ${this.offset.y}px) scale(${this.scale})` : "";
    this.canvas.classList.toggle("zoomed", this.isZoomed);
    if (this.level) this.level.textContent = `${Math.round(this.ownScale * this.scale * 100)}%`;
  }

  private at(event: { clientX: number; clientY: number }): Point {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
  }

  private listen(viewer: HTMLElement): void {
    this.canvas.classList.add("live");
    this.canvas.addEventListener("wheel", event => {
      event.preventDefault();
      this.by(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), this.at(event));
    }, { passive: false });
    this.canvas.addEventListener("dblclick", event => { if (this.isZoomed) this.fit(); else this.by(2.5, this.at(event)); });
    this.canvas.addEventListener("pointerdown", event => this.down(event));
    this.canvas.addEventListener("pointermove", event => this.move(event));
    this.canvas.addEventListener("pointerup", event => this.up(event));
    this.canvas.addEventListener("pointercancel", event => this.up(event));
    const group = find("[data-zoom]", viewer);
    if (group) group.hidden = false;
    find("[data-zoom-by=in]", viewer)?.addEventListener("click", () => this.by(1.5));
    find("[data-zoom-by=out]", viewer)?.addEventListener("click", () => this.by(1 / 1.5));
    find("[data-zoom-by=fit]", viewer)?.addEventListener("click", () => this.fit());
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    if (this.pointers.size === 0) [this.start, this.several] = [client(event), false];
    this.pointers.set(event.pointerId, client(event));
    this.several ||= this.pointers.size > 1;
    this.canvas.classList.add("moving");
  }

  private move(event: PointerEvent): void {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = client(event);
    const pinch = this.pinch();
    this.pointers.set(event.pointerId, now);
    const next = this.pinch();
    if (pinch && next) {
      this.pan(next.middle.x - pinch.middle.x, next.middle.y - pinch.middle.y);
      this.by(next.span / pinch.span, this.at({ clientX: next.middle.x, clientY: next.middle.y }));
    } else if (this.isZoomed) {
      this.pan(now.x - before.x, now.y - before.y);
    } else if (event.pointerType === "touch" && !this.several) {
      // Up and down scroll to the details, as touch-action can't be changed during a touch.
      if (Math.abs(now.y - this.start.y) > Math.abs(now.x - this.start.x)) scrollBy(0, before.y - now.y);
    }
  }

  private up(event: PointerEvent): void {
    this.pointers.delete(event.pointerId);
    if (this.pointers.size > 0) return;
    this.canvas.classList.remove("moving");
    // The last finger of two may have come a long way, and yet it is no swipe.
    if (this.several || this.isZoomed || event.type === "pointercancel" || event.pointerType !== "touch") return;
    const [x, y] = [event.clientX - this.start.x, event.clientY - this.start.y];
    if (Math.abs(x) > 50 && Math.abs(x) > 2 * Math.abs(y)) this.swipe(x > 0 ? "newer" : "older");
  }

  /** Two fingers: where the middle is, and how far they are apart. */
  private pinch(): { middle: Point; span: number } | undefined {
    const [a, b] = [...this.pointers.values()];
    return a && b && { middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, span: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)) };
  }
}

/** Where a pointer is in the window: the canvas itself moves when one scrolls. */
const client = (event: PointerEvent): Point => ({ x: event.clientX, y: event.clientY });
