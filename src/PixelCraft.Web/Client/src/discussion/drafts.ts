import type { Mention } from "./api";

/** A comment that is not acknowledged yet. Its key is made once, so that sending it again never doubles it. */
export type Draft = {
  key: string;
  threadId: string | null;
  text: string;
  x: number | null;
  y: number | null;
  mentions: Mention[];
  /** What was known when it was sent: what is newer may be this one, come by another way. */
  since: number;
  createdAt: string;
  state: "sending" | "failed";
  why: string;
  /** Whether only the connection was to blame: it is sent again when there is one. */
  isCutOff: boolean;
};

/** The most that are kept for an image. */
const most = 50;

/** The drafts of an image, kept while the tab is open, over reloads too. */
export class Drafts {
  private readonly name: string;
  readonly all: Draft[];

  constructor(image: string, member: string) {
    this.name = `drafts ${member} ${image}`;
    this.all = read(this.name);
  }

  /** False when there are too many: the first ones have to go out, or be dropped. */
  add(draft: Draft): boolean {
    if (this.all.length >= most) return false;
    this.all.push(draft);
    this.save();
    return true;
  }

  remove(key: string): void {
    const index = this.all.findIndex(draft => draft.key === key);
    if (index >= 0) this.all.splice(index, 1);
    this.save();
  }

  save(): void {
    try {
      if (this.all.length === 0) sessionStorage.removeItem(this.name);
      else sessionStorage.setItem(this.name, JSON.stringify(this.all));
    } catch {
      // No room, or not allowed: they are kept as long as the page is open.
    }
  }
}

function read(name: string): Draft[] {
  try {
    return (JSON.parse(sessionStorage.getItem(name) ?? "[]") as Draft[]).slice(0, most);
  } catch {
    return [];
  }
}
