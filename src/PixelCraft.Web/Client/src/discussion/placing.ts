import { find } from "../dom";
import { Follower } from "../follow";
import { text } from "../texts";
import { Composer } from "./composer";
import { element } from "./elements";
import type { Pins } from "./pins";
import type { Talk } from "./talk";

type Spot = { x: number; y: number };

/** How far a finger or the mouse may slip between down and up, in pixels. */
const slip = 8;
const longPress = 550;
const doubleClick = 600;
const smallStep = 0.01;
const bigStep = 0.1;

/** Puts a new pin on the image: by a click, a tap, a long press, or the arrows and Enter. */
export class Placing {
  private readonly crosshair = element("button", "crosshair");
  private readonly follower: Follower;
  private readonly tool: HTMLButtonElement;
  private at: Spot = { x: 0.5, y: 0.5 };
  private isOn = false;
  private down: Spot = { x: 0, y: 0 };
  private pressing = 0;
  private placedAt = -Infinity;
  private composer: Composer | null = null;
  private box: HTMLElement | null = null;

  constructor(private readonly viewer: HTMLElement, private readonly layer: HTMLElement, private readonly pins: Pins, private readonly talk: Talk) {
    this.tool = find<HTMLButtonElement>("[data-pin-tool]", viewer)!;
    this.tool.hidden = false;
    this.tool.addEventListener("click", () => { if (this.isOn) this.stop(); else this.start(); });
    this.crosshair.type = "button";
    this.crosshair.ariaLabel = text("discussionCrosshair");
    this.crosshair.hidden = true;
    this.crosshair.addEventListener("keydown", event => this.press(event));
    this.crosshair.addEventListener("click", () => this.place(this.at));
    layer.append(this.crosshair);
    this.follower = new Follower(viewer, layer, box => this.put(box));
    this.listen(find("[data-canvas]", viewer)!);
  }

  /** Shows where a pin would go; the mouse, a finger, or keys say where. */
  start(): void {
    this.close();
    this.isOn = true;
    this.viewer.dataset.placing = "";
    this.tool.ariaPressed = "true";
    this.at = this.middle();
    this.crosshair.hidden = false;
    this.follower.look();
    this.crosshair.focus({ preventScroll: true });
    this.talk.announce(text("discussionPlace"));
  }

  stop(): void {
    const hadFocus = document.activeElement === this.crosshair;
    this.isOn = false;
    delete this.viewer.dataset.placing;
    this.tool.ariaPressed = "false";
    this.crosshair.hidden = true;
    if (hadFocus) this.tool.focus();
  }

  /** The middle of what is seen of the image. */
  private middle(): Spot {
    const canvas = find("[data-canvas]", this.viewer)!.getBoundingClientRect();
    return this.pins.spotAt(canvas.left + canvas.width / 2, canvas.top + canvas.height / 2) ?? { x: 0.5, y: 0.5 };
  }

  private press(event: KeyboardEvent): void {
    const step = event.shiftKey ? bigStep : smallStep;
    switch (event.key) {
      case "ArrowLeft": this.move(-step, 0); break;
      case "ArrowRight": this.move(step, 0); break;
      case "ArrowUp": this.move(0, -step); break;
      case "ArrowDown": this.move(0, step); break;
      case "Escape": this.stop(); this.talk.announce(text("discussionNotPlaced")); break;
      // A button takes them, and the keys of the page don't.
      case "Enter": case " ": event.stopPropagation(); return;
      default: return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private move(x: number, y: number): void {
    const within = (value: number) => Math.min(1, Math.max(0, value));
    this.at = { x: within(this.at.x + x), y: within(this.at.y + y) };
    this.viewer.dispatchEvent(new CustomEvent("show-spot", { detail: this.at }));
    this.follower.look();
    this.talk.announce(text("discussionSpot", Math.round(this.at.x * 100), Math.round(this.at.y * 100)));
  }

  private put(box: DOMRect): void {
    this.crosshair.style.translate = `${box.left + this.at.x * box.width}px ${box.top + this.at.y * box.height}px`;
    if (!this.box) return;
    const [width, height] = [this.layer.clientWidth, this.layer.clientHeight];
    const left = box.left + this.at.x * box.width;
    const top = box.top + this.at.y * box.height;
    const [own, tall] = [this.box.offsetWidth, this.box.offsetHeight];
    // Beside the spot, wherever there is room.
    this.box.style.left = `${Math.max(8, left + 24 + own < width ? left + 24 : left - own - 24)}px`;
    this.box.style.top = `${Math.max(8, Math.min(top - 24, height - tall - 8))}px`;
  }

  private listen(canvas: HTMLElement): void {
    canvas.addEventListener("pointerdown", event => {
      if (event.button !== 0) return;
      clearTimeout(this.pressing);
      if (!event.isPrimary) return;
      this.down = { x: event.clientX, y: event.clientY };
      if (event.pointerType === "touch" && !this.isOn) this.pressing = window.setTimeout(() => this.placeAt(event), longPress);
    });
    canvas.addEventListener("pointermove", event => {
      if (!this.isNear(event)) clearTimeout(this.pressing);
      if (this.isOn && event.pointerType === "mouse") {
        const spot = this.pins.spotAt(event.clientX, event.clientY);
        if (spot) { this.at = spot; this.follower.look(); }
      }
    });
    for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, () => clearTimeout(this.pressing));
    // Not at pointerup: what a browser makes of a tap after that would take the focus away.
    canvas.addEventListener("click", event => { if (this.isOn && this.isNear(event)) this.placeAt(event); });
    // The second click of a double click must not enlarge what the first has put a pin on.
    this.viewer.addEventListener("dblclick", event => { if (performance.now() - this.placedAt < doubleClick) event.stopImmediatePropagation(); }, { capture: true });
    canvas.addEventListener("contextmenu", event => { if ((event as PointerEvent).pointerType === "touch") event.preventDefault(); });
  }

  private isNear(event: MouseEvent): boolean { return Math.hypot(event.clientX - this.down.x, event.clientY - this.down.y) < slip; }

  private placeAt(event: MouseEvent): void {
    const spot = this.pins.spotAt(event.clientX, event.clientY);
    if (!spot) return;
    this.placedAt = performance.now();
    this.place(spot);
  }

  /** Asks what there is to say about a spot. */
  private place(spot: Spot): void {
    this.stop();
    this.close();
    const round = (value: number) => Math.round(value * 100_000) / 100_000;
    this.at = { x: round(spot.x), y: round(spot.y) };
    this.composer = new Composer({
      label: text("discussionPinLabel"),
      send: text("discussionPinSend"),
      candidates: this.talk.candidates,
      submit: (words, mentions) => {
        if (!this.talk.store.add({ text: words, ...this.at, mentions })) return text("discussionTooManyDrafts");
        this.close();
        return null;
      },
      cancel: () => { this.close(); this.tool.focus(); },
    });
    this.box = element("div", "pin-composer", this.composer.form);
    this.box.role = "group";
    this.box.ariaLabel = text("discussionPinLabel");
    this.crosshair.hidden = false;
    this.crosshair.classList.add("placed");
    this.crosshair.tabIndex = -1;
    this.layer.append(this.box);
    this.follower.look();
    this.composer.field.focus({ preventScroll: true });
  }

  private close(): void {
    this.box?.remove();
    this.box = this.composer = null;
    this.crosshair.hidden = true;
    this.crosshair.classList.remove("placed");
    this.crosshair.tabIndex = 0;
  }
}
