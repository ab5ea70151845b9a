import { hueOf, initialOf } from "./hue";
import { text } from "./texts";

/** docs/live-protocol.md: a participant. */
export type Person = [number: number, name: string, member: string | null, isIdle: boolean];

const shown = 5;

/** Who is here: a circle with letters for each of the first few, and a number for the rest. */
export class People {
  private readonly all = new Map<number, { person: Person; isYou: boolean }>();

  constructor(private readonly list: HTMLElement) {}

  set(person: Person, isYou: boolean): void { this.all.set(person[0], { person, isYou }); }

  remove(number: number): void { this.all.delete(number); }

  clear(): void { this.all.clear(); this.draw(); }

  name(number: number): string | undefined { return this.all.get(number)?.person[1]; }

  /** The same for the same member, or the same guest's name, on every screen. */
  hue(number: number): number {
    const person = this.all.get(number)?.person;
    return hueOf(person?.[2] ?? person?.[1] ?? "");
  }

  /** Those who can be mentioned: guests are not known elsewhere. */
  members(): { id: string; name: string }[] {
    return [...this.all.values()].flatMap(({ person: [, name, id] }) => id ? [{ id, name }] : []);
  }

  draw(): void {
    // One for a member, however many pages they have open.
    const people = new Map<string, { person: Person; isYou: boolean }>();
    for (const entry of this.all.values()) {
      const who = entry.person[2] ?? `guest ${entry.person[0]}`;
      if (!people.has(who) || entry.isYou) people.set(who, entry);
    }
    const entries = [...people.values()].sort((a, b) => Number(a.isYou) - Number(b.isYou));
    const items = entries.slice(0, shown).map(({ person: [number, name, , isIdle], isYou }) => {
      const item = document.createElement("li");
      const label = isYou ? text("livePersonYou", name) : isIdle ? text("livePersonIdle", name) : name;
      item.className = isIdle ? "person idle" : "person";
      item.style.setProperty("--hue", String(this.hue(number)));
      item.title = label;
      const letters = document.createElement("span");
      letters.setAttribute("aria-hidden", "true");
      letters.textContent = initialOf(name);
      const words = document.createElement("span");
      words.className = "hidden";
      words.textContent = label;
      item.append(letters, words);
      return item;
    });
    if (entries.length > shown) {
      const more = document.createElement("li");
      more.className = "person more";
      more.textContent = `+${entries.length - shown}`;
      more.title = entries.slice(shown, shown + 50).map(entry => entry.person[1]).join(", ");
      items.push(more);
    }
    // Alone there is nobody to show.
    this.list.hidden = entries.length < 2;
    this.list.replaceChildren(...items);
  }
}
