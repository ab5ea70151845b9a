import { find } from "../dom";
import { text } from "../texts";
import { toast } from "../toast";
import type { Draft } from "./drafts";
import type { Candidate } from "./mentions";
import { Panel } from "./panel";
import { Pins } from "./pins";
import { Placing } from "./placing";
import { Store } from "./store";
import type { Talk } from "./talk";

/** How often it is asked what is new while nothing tells, in milliseconds; not while the page is hidden. */
const interval = 30_000;

/** The discussion of the image page: the list, the pins, likes. The room of the image tells it what is new. */
export class Discussion {
  private readonly store: Store;
  private readonly panel: Panel;
  private pins: Pins | null = null;
  private placing: Placing | null = null;
  private isTold = false;
  private people: () => Candidate[] = () => [];

  constructor(private readonly viewer: HTMLElement, root: HTMLElement) {
    const { room, member, memberName, owner, ownerName } = viewer.dataset;
    this.store = new Store(room!, member ?? null);
    const live = find("[data-announce]", viewer)!;
    const talk: Talk = {
      store: this.store,
      me: member ?? null,
      isModerator: viewer.dataset.moderator !== undefined,
      candidates: () => {
        const all = new Map<string, Candidate>();
        for (const mention of [...this.people(), ...this.store.authors(), ...(owner && ownerName ? [{ id: owner, name: ownerName }] : [])])
          if (mention.id !== member) all.set(mention.id, mention);
        return [...all.values()];
      },
      select: (id, from) => {
        this.pins?.select(id, from === "list");
        if (from === "image") this.viewer.dispatchEvent(new CustomEvent("show-comments"));
        this.panel.select(id, from === "image");
        this.draw();
      },
      point: id => this.pins?.point(id),
      announce: words => { live.textContent = words; },
    };
    this.panel = new Panel(root, talk, memberName ?? "");
    this.panel.onUnfolded(() => this.draw());
    this.store.addEventListener("change", () => this.draw());
    this.store.addEventListener("refused", event => this.refused((event as CustomEvent<Draft>).detail, talk));
    this.likes(talk);
    this.stage(talk);
    // Processing has ended: there is an image now.
    document.addEventListener("replaced", () => this.stage(talk));
    this.store.start();
    this.store.likes = Number(root.dataset.likes);
    this.store.liked = root.dataset.liked !== undefined;
    void this.read(Number(root.dataset.revision));
    setInterval(() => { if (!this.isTold && !document.hidden) void this.store.fetch(); }, interval);
    addEventListener("pageshow", event => { if (event.persisted) void this.store.fetch(); });
  }

  /** The room has been entered: up to here everything must be known, and the rest is told. */
  joined(revision: number, people: () => Candidate[]): void {
    this.isTold = true;
    this.people = people;
    void this.store.catchUp(revision);
    this.store.sendAgain();
  }

  news(...news: Parameters<Store["news"]>): void { this.store.news(...news); }

  /** Nobody tells any more: it is asked for, and the others' names are known no longer. */
  left(): void { this.isTold = false; }

  /** "p": a new pin. False when there is nothing to put it on. */
  place(): boolean {
    this.placing?.start();
    return this.placing !== null;
  }

  // The page brings what it says; what is not said yet needs no question.
  private async read(revision: number): Promise<void> {
    if (revision === 0) this.store.isLoaded = true; else await this.store.catchUp(revision);
    this.panel.draw();
    this.draw();
    const target = /^#comment-(\w+)$/.exec(location.hash)?.[1];
    const comment = target ? this.store.find(target) : undefined;
    if (comment) { this.viewer.dispatchEvent(new CustomEvent("show-comments")); this.panel.select(comment.threadId, true); }
  }

  // It stays in the list. Who does not see it there, since they look at the image, is told.
  private refused(draft: Draft, talk: Talk): void {
    if (this.panel.reveal(draft.key)) talk.announce(draft.why);
    else toast(draft.why, undefined, () => void this.store.send(draft));
  }

  private stage(talk: Talk): void {
    const layer = find("[data-pins]", this.viewer);
    if (!layer || !find("[data-canvas] img", this.viewer)) return;
    this.pins = new Pins(this.viewer, layer, talk);
    const over = find("[data-placing]", this.viewer);
    if (talk.me && over) this.placing = new Placing(this.viewer, over, this.pins, talk);
    this.draw();
  }

  private draw(): void {
    this.pins?.draw(this.store.threads(), this.panel.showsResolved);
  }

  private likes(talk: Talk): void {
    const like = find<HTMLButtonElement>("[data-like]");
    if (!like) return;
    if (talk.me) {
      like.disabled = false;
      like.addEventListener("click", async () => {
        const why = await this.store.likeImage(!this.store.liked);
        if (why) toast(why);
      });
    }
    this.store.addEventListener("change", () => {
      like.hidden = !talk.me && this.store.likes === 0;
      like.ariaPressed = String(this.store.liked);
      find("span", like)!.textContent = this.store.likes === 0 ? text("discussionLike") : text(this.store.likes === 1 ? "discussionLikesOne" : "discussionLikesMany", this.store.likes);
    });
  }
}

/** Begins; called by the image page's script. */
export function start(viewer: HTMLElement): Discussion | null {
  const root = find("[data-discussion]", viewer);
  return root && new Discussion(viewer, root);
}
