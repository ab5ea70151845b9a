import { hueOf, initialOf } from "../hue";
import { text } from "../texts";
import type { Mention } from "./api";
import { element } from "./elements";

const shown = 6;
let lists = 0;

/** Who can be mentioned. */
export type Candidate = { id: string; name: string };

/** Offers members while "@" and the beginning of a name are typed, and remembers which were chosen. */
export class Mentions {
  private readonly chosen = new Map<string, Candidate>();
  private readonly list = element("ul", "mention-list");
  private offered: Candidate[] = [];
  private active = 0;
  private start = -1;

  constructor(private readonly field: HTMLTextAreaElement, private readonly candidates: () => Candidate[]) {
    this.list.id = `mentions-${++lists}`;
    this.list.role = "listbox";
    this.list.ariaLabel = text("discussionMentionWhom");
    this.list.hidden = true;
    field.after(this.list);
    // A field of several lines can't be a combobox; it works like one.
    field.ariaAutoComplete = "list";
    field.ariaHasPopup = "listbox";
    field.setAttribute("aria-controls", this.list.id);
    field.addEventListener("input", () => this.offer());
    field.addEventListener("click", () => this.offer());
    field.addEventListener("blur", () => this.close());
    // Before the composer's own keys.
    field.addEventListener("keydown", event => this.press(event), { capture: true });
  }

  /** Remembers those that are in the text already. */
  remember(mentions: Mention[]): void { for (const { id, name } of mentions) if (name) this.chosen.set(id, { id, name }); }

  /** Those whose name is still in the text. */
  in(words: string): Candidate[] { return [...this.chosen.values()].filter(({ name }) => words.toLocaleLowerCase().includes(`@${name.toLocaleLowerCase()}`)).slice(0, 10); }

  private offer(): void {
    const before = this.field.value.slice(0, this.field.selectionStart);
    // "@" at the beginning of a word: an e-mail address mentions nobody.
    const match = /(?:^|[\s(])@([^@\n]{0,50})$/.exec(before);
    if (!match) { this.close(); return; }
    const begun = match[1]!.toLocaleLowerCase();
    this.start = before.length - match[1]!.length - 1;
    this.offered = this.candidates().filter(({ name }) => name.toLocaleLowerCase().startsWith(begun)).slice(0, shown);
    if (this.offered.length === 0 || this.offered.length === 1 && this.offered[0]!.name.toLocaleLowerCase() === begun) { this.close(); return; }
    this.active = 0;
    this.draw();
  }

  private draw(): void {
    this.list.replaceChildren(...this.offered.map((mention, index) => {
      const letter = element("span", "person", initialOf(mention.name));
      letter.style.setProperty("--hue", String(hueOf(mention.id)));
      letter.ariaHidden = "true";
      const option = element("li", "", letter, element("span", "", mention.name));
      option.id = `${this.list.id}-${index}`;
      option.role = "option";
      option.ariaSelected = String(index === this.active);
      // Not click: the field must not lose the focus.
      option.addEventListener("pointerdown", event => { event.preventDefault(); this.choose(mention); });
      return option;
    }));
    this.list.hidden = false;
    this.field.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
  }

  private press(event: KeyboardEvent): void {
    if (this.list.hidden || event.ctrlKey || event.metaKey) return;
    const count = this.offered.length;
    switch (event.key) {
      case "ArrowDown": this.active = (this.active + 1) % count; this.draw(); break;
      case "ArrowUp": this.active = (this.active + count - 1) % count; this.draw(); break;
      case "Enter": case "Tab": this.choose(this.offered[this.active]!); break;
      case "Escape": this.close(); break;
      default: return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  private choose(mention: Candidate): void {
    this.chosen.set(mention.id, mention);
    this.field.setRangeText(`@${mention.name} `, this.start, this.field.selectionStart, "end");
    this.close();
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  private close(): void {
    this.list.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }
}
