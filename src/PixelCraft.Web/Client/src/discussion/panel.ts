import { find } from "../dom";
import { language, text } from "../texts";
import { Composer } from "./composer";
import { draftView } from "./draft";
import type { Draft } from "./drafts";
import { arrange, button, element, say } from "./elements";
import type { Thread } from "./store";
import type { Talk } from "./talk";
import { ThreadView } from "./thread";

/** How many threads are shown before one asks for more, and how many more then. */
const step = 50;
/** Where the list is beside the image (viewer.css). */
const wide = matchMedia("(min-width: 900px)");

/** The list of threads: open ones by age, then what is on its way, the resolved ones folded away. */
export class Panel {
  private readonly views = new Map<string, ThreadView>();
  private readonly open: HTMLElement;
  private readonly resolved: HTMLDetailsElement;
  private readonly empty: HTMLElement;
  private readonly more = button("button small", "", () => { this.limit += step; this.draw(); });
  private limit = step;
  private drafts = "";
  private draftElements: HTMLElement[] = [];
  private selected: string | null = null;

  /** @param name The reader's own. */
  constructor(private readonly root: HTMLElement, private readonly talk: Talk, private readonly name: string) {
    this.open = find("[data-threads]", root)!;
    this.resolved = find<HTMLDetailsElement>("[data-resolved]", root)!;
    this.empty = find("[data-no-comments]", root)!;
    this.open.after(this.more);
    this.more.hidden = true;
    talk.store.addEventListener("change", () => this.draw());
    // On a phone the list is below the image, which stays in sight.
    talk.store.addEventListener("added", event => { if (wide.matches) this.reveal((event as CustomEvent<Draft>).detail.key); });
    // "5 minutes ago" becomes 6.
    setInterval(() => { if (!document.hidden) for (const view of this.views.values()) view.tick(); }, 30_000);
    const place = find("[data-composer]", root);
    if (place && talk.me) place.replaceChildren(new Composer({
      label: text("discussionAddLabel"),
      send: text("discussionAdd"),
      candidates: talk.candidates,
      submit: (words, mentions) => talk.store.add({ text: words, mentions }) ? null : text("discussionTooManyDrafts"),
    }).form);
  }

  draw(): void {
    const { store } = this.talk;
    // What the page brought stays until all of it is known.
    if (!store.isLoaded) { this.open.append(...this.newThreads()); return; }
    find("[data-comments-away]", this.root)?.remove();
    const threads = store.threads();
    const isResolved = ({ first }: Thread) => first.resolvedAt !== null;
    const all = threads.filter(thread => !isResolved(thread));
    const done = threads.filter(isResolved);
    const beyond = this.selected ? all.findIndex(thread => thread.first.id === this.selected) : -1;
    if (beyond >= this.limit) this.limit = beyond + step;
    const visible = all.slice(0, this.limit);

    // Those folded away are made when they are looked at.
    const folded = this.resolved.open ? done : [];
    const wanted = new Set([...visible, ...folded].map(thread => thread.first.id));
    for (const id of this.views.keys()) if (!wanted.has(id)) this.views.delete(id);
    arrange(this.open, [...visible.map(thread => this.view(thread)), ...this.newThreads()]);
    arrange(find("ol", this.resolved)!, folded.map(thread => this.view(thread)));

    this.more.hidden = visible.length === all.length;
    say(this.more, text("discussionMore", all.length - visible.length));
    this.resolved.hidden = done.length === 0;
    say(find("summary span", this.resolved)!, text("discussionResolvedCount", done.length));
    this.empty.hidden = threads.length + store.newThreads().length > 0;
    const comments = threads.reduce((sum, { first, replies }) => sum + Number(!first.deletedAt) + replies.length, 0);
    for (const count of document.querySelectorAll<HTMLElement>("[data-comment-count]")) {
      say(count, comments > 0 ? comments.toLocaleString(language) : "");
    }
    this.mark();
  }

  /** Brings a draft into sight, as far as the page need not be scrolled for it; whether it is. */
  reveal(key: string): boolean {
    this.draw();
    const target = find(`[data-draft="${key}"]`, this.root);
    if (wide.matches) target?.scrollIntoView({ block: "nearest" });
    const box = target?.getBoundingClientRect();
    return box !== undefined && box.height > 0 && box.top >= 0 && box.bottom <= innerHeight;
  }

  /** Unfolds the resolved ones when one of them shall be seen. */
  select(id: string, reveal: boolean): void {
    this.selected = id;
    if (!this.views.has(id) && this.talk.store.find(id)?.resolvedAt) this.resolved.open = true;
    this.draw();
    const target = this.views.get(id)?.element;
    if (!reveal || !target) return;
    target.scrollIntoView({ block: "nearest" });
    target.focus({ preventScroll: true });
  }

  onUnfolded(then: () => void): void { this.resolved.addEventListener("toggle", () => { this.draw(); then(); }); }

  get showsResolved(): boolean { return this.resolved.open; }

  private mark(): void { for (const [id, view] of this.views) view.element.classList.toggle("selected", id === this.selected); }

  private view(thread: Thread): HTMLElement {
    const { id } = thread.first;
    let view = this.views.get(id);
    if (view) view.update(thread, this.name);
    else this.views.set(id, view = new ThreadView(this.talk, thread, this.name));
    return view.element;
  }

  private newThreads(): HTMLElement[] {
    const drafts = this.talk.store.newThreads();
    const state = JSON.stringify(drafts);
    if (state !== this.drafts) {
      this.drafts = state;
      for (const old of this.draftElements) old.remove();
      this.draftElements = drafts.map(draft => element("li", "thread", draftView(this.talk, draft, this.name)));
    }
    return this.draftElements;
  }
}
