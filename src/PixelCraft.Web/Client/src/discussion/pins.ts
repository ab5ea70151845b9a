import { find } from "../dom";
import { Follower } from "../follow";
import { hueOf } from "../hue";
import { text } from "../texts";
import { arrange, button, element } from "./elements";
import type { Thread } from "./store";
import type { Talk } from "./talk";

const longestLabel = 80;
/** More than these would hide the image. */
const most = 300;

type Pin = { button: HTMLButtonElement; peek: HTMLElement; x: number; y: number };

/** The pins on the image, wherever it is on the screen and however large. */
export class Pins {
  private readonly pins = new Map<string, Pin>();
  private readonly follower: Follower;
  private readonly waiting = element("div", "pins-waiting");
  private selected: string | null = null;

  constructor(private readonly viewer: HTMLElement, private readonly layer: HTMLElement, private readonly talk: Talk) {
    this.follower = new Follower(viewer, layer, box => this.place(box));
    // A pin is no obstacle for zooming.
    layer.addEventListener("wheel", event => {
      event.preventDefault();
      find("[data-canvas]", viewer)?.dispatchEvent(new WheelEvent("wheel", event));
    }, { passive: false });
  }

  /** @param showsResolved Whether the resolved ones are seen in the list. */
  draw(threads: Thread[], showsResolved: boolean): void {
    const seen = threads.filter(({ first }) => first.x !== null && (!first.resolvedAt || showsResolved || first.id === this.selected)).slice(0, most);
    const ids = new Set(seen.map(({ first }) => first.id));
    for (const id of this.pins.keys()) if (!ids.has(id)) this.pins.delete(id);
    const buttons = seen.map(thread => this.pin(thread).button);
    this.waiting.replaceChildren(...this.talk.store.newThreads().filter(draft => draft.x !== null).map(draft => {
      const dot = element("span", `pin waiting ${draft.state}`);
      [dot.dataset.x, dot.dataset.y] = [String(draft.x), String(draft.y)];
      dot.style.setProperty("--hue", String(hueOf(this.talk.me ?? "")));
      return dot;
    }));
    arrange(this.layer, [...buttons, this.waiting]);
    this.follower.look();
  }

  select(id: string | null, reveal: boolean): void {
    this.selected = id;
    for (const [other, pin] of this.pins) {
      pin.button.classList.toggle("selected", other === id);
      pin.button.ariaCurrent = String(other === id);
    }
    const pin = id ? this.pins.get(id) : undefined;
    if (!pin || !reveal) return;
    this.viewer.dispatchEvent(new CustomEvent("show-spot", { detail: { x: pin.x, y: pin.y } }));
    this.follower.look();
    find("#stage", this.viewer)?.scrollIntoView({ block: "nearest" });
    pin.button.focus({ preventScroll: true });
  }

  point(id: string | null): void { for (const [other, pin] of this.pins) pin.button.classList.toggle("pointed", other === id); }

  /** Where on the image a point of the window is, 0 to 1; null beside it. */
  spotAt(clientX: number, clientY: number): { x: number; y: number } | null {
    const image = find("[data-canvas] img", this.viewer)?.getBoundingClientRect();
    if (!image || image.width === 0) return null;
    const [x, y] = [(clientX - image.left) / image.width, (clientY - image.top) / image.height];
    return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? { x, y } : null;
  }

  private pin(thread: Thread): Pin {
    const { first, number, replies } = thread;
    let pin = this.pins.get(first.id);
    if (!pin) {
      const peek = element("span", "peek");
      peek.ariaHidden = "true";
      const made = button("pin", element("span", "", String(number)), () => this.talk.select(first.id, "image"));
      made.append(peek);
      made.dataset.pin = first.id;
      this.pins.set(first.id, pin = { button: made, peek, x: first.x!, y: first.y! });
    }
    const who = first.authorName ?? text("discussionNobody");
    const words = first.deletedAt ? text("discussionWasDeleted") : first.text.length > longestLabel ? `${first.text.slice(0, longestLabel)}…` : first.text;
    pin.button.ariaLabel = first.deletedAt ? text("discussionPinGone", String(number)) : text("discussionPin", String(number), who, words);
    pin.button.classList.toggle("resolved", first.resolvedAt !== null);
    pin.button.classList.toggle("selected", first.id === this.selected);
    pin.button.style.setProperty("--hue", String(hueOf(first.authorId ?? "")));
    const count = replies.length === 0 ? null : element("small", "", text(replies.length === 1 ? "discussionReplyOne" : "discussionReplyMany", replies.length));
    pin.peek.replaceChildren(...(first.deletedAt ? [] : [element("b", "", who)]), ...[element("span", "", words), ...(count ? [count] : [])]);
    return pin;
  }

  private place(box: DOMRect): void {
    const width = this.layer.clientWidth;
    const put = (target: HTMLElement, x: number, y: number) => {
      target.style.translate = `${box.left + x * box.width}px ${box.top + y * box.height}px`;
      // The words stay in the window.
      target.classList.toggle("to-left", box.left + x * box.width > width - 260);
      target.classList.toggle("below", box.top + y * box.height < 170);
    };
    for (const pin of this.pins.values()) put(pin.button, pin.x, pin.y);
    for (const dot of this.waiting.children) if (dot instanceof HTMLElement) put(dot, Number(dot.dataset.x), Number(dot.dataset.y));
  }
}
