import { find } from "./dom";

/** How many frames the image has to stand still until nobody looks any more where it is. */
const calm = 3;

/** Where the image is within a layer over the stage, and how large; told again while it moves or is enlarged. */
export class Follower {
  private last = "";
  private still = 0;
  private frame = 0;

  /** @param place Called with the image's left, top, width and height in pixels of the layer. */
  constructor(private readonly viewer: HTMLElement, private readonly layer: HTMLElement, private readonly place: (box: DOMRect) => void) {
    // Zooming and panning move the image under the layer, and a transition takes its time.
    for (const kind of ["wheel", "pointermove", "keydown", "click", "dblclick", "transitionrun"]) viewer.addEventListener(kind, () => this.watch(), { passive: true });
    new ResizeObserver(() => this.watch()).observe(layer);
    find("[data-canvas] img", viewer)?.addEventListener("load", () => this.watch());
    document.addEventListener("keydown", () => this.watch());
    this.look();
  }

  /** Places everything anew: something was added, or shall be elsewhere on the image. */
  look(): void {
    this.last = "";
    this.watch();
  }

  private watch(): void {
    this.still = 0;
    this.frame ||= requestAnimationFrame(() => this.step());
  }

  /** Where the image is; null when there is none. */
  box(): DOMRect | null {
    const image = find("[data-canvas] img", this.viewer)?.getBoundingClientRect();
    if (!image || image.width === 0) return null;
    const layer = this.layer.getBoundingClientRect();
    return new DOMRect(image.left - layer.left, image.top - layer.top, image.width, image.height);
  }

  private step(): void {
    this.frame = 0;
    const box = this.box();
    if (!box) return;
    const now = [box.x, box.y, box.width, box.height].join(" ");
    if (now === this.last) this.still++;
    else { this.last = now; this.still = 0; this.place(box); }
    if (this.still < calm) this.frame = requestAnimationFrame(() => this.step());
  }
}
