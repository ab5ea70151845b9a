import { Api, type Comment, type Mention, type Refusal } from "./api";
import type { Candidate } from "./mentions";
import { Drafts, type Draft } from "./drafts";
import { isPassing, reason } from "./refusals";
import { text } from "../texts";

const pageSize = 100;

/** A thread, with what is shown of it. */
export type Thread = { first: Comment; replies: Comment[]; drafts: Draft[]; number: number | null };

/** What is wanted and not acknowledged yet, shown over what is known. */
type Overlay = Partial<Pick<Comment, "liked" | "likes" | "resolvedAt" | "text" | "mentions" | "deletedAt">>;

/**
 * What is said about an image: all comments by id, as of a revision, and what of one's own is on the way. Whoever shows it
 * is told of each change by the event "change", of drafts that are new or refused by "added" and "refused".
 */
export class Store extends EventTarget {
  /** All changes up to this one are in it. */
  known = 0;
  likes = 0;
  liked = false;
  /** Whether the list has been read once. */
  isLoaded = false;
  private readonly api: Api;
  private readonly comments = new Map<string, Comment>();
  private readonly overlays = new Map<string, Overlay>();
  private readonly drafts: Drafts;
  private fetching: Promise<boolean> | undefined;
  private isAskedAgain = false;
  private isPlanned = false;

  constructor(readonly image: string, readonly me: string | null) {
    super();
    this.api = new Api(image);
    this.drafts = new Drafts(image, me ?? "");
    addEventListener("online", () => this.sendAgain());
  }

  /** Begins: what was on its way when the page was left goes out again. */
  start(): void {
    for (const draft of this.drafts.all) if (draft.state === "sending") void this.send(draft);
  }

  /** A comment as it is shown; undefined when it is not known. */
  find(id: string): Comment | undefined {
    const comment = this.comments.get(id);
    const overlay = this.overlays.get(id);
    return comment && overlay ? { ...comment, ...overlay } : comment;
  }

  /** All threads by age. A deleted comment is there only while it has replies. */
  threads(): Thread[] {
    const threads = new Map<string, Thread>();
    const all = [...this.comments.keys()].map(id => this.find(id)!).sort(byAge);
    let number = 0;
    for (const first of all) {
      if (first.threadId !== first.id) continue;
      // Those that are gone keep their number: "see 3" stays right.
      threads.set(first.id, { first, replies: [], drafts: [], number: first.x === null ? null : ++number });
    }
    for (const reply of all) if (reply.threadId !== reply.id && !reply.deletedAt && !this.isOnItsWay(reply)) threads.get(reply.threadId)?.replies.push(reply);
    for (const draft of this.drafts.all) if (draft.threadId) threads.get(draft.threadId)?.drafts.push(draft);
    return [...threads.values()].filter(thread => thread.first.deletedAt ? thread.replies.length + thread.drafts.length > 0 : !this.isOnItsWay(thread.first));
  }

  /** Threads that are not acknowledged yet, and replies to what is gone. */
  newThreads(): Draft[] { return this.drafts.all.filter(draft => !draft.threadId || this.isLoaded && !this.comments.has(draft.threadId)); }

  /** Everybody who has written something, and can be mentioned. */
  authors(): Candidate[] {
    const authors = new Map<string, string>();
    for (const { authorId, authorName } of this.comments.values()) if (authorId && authorName) authors.set(authorId, authorName);
    return [...authors].map(([id, name]) => ({ id, name }));
  }

  /** Takes in comments in whatever order they come; an older state never replaces a newer one. */
  apply(comments: Comment[]): void {
    for (const comment of comments) {
      const now = this.comments.get(comment.id);
      if (!now || comment.revision >= now.revision) this.comments.set(comment.id, comment);
    }
    this.tell();
  }

  /** Takes in what is new after a revision; asks for it where something between is missing. */
  news(from: number, revision: number, likes: number, comments: Omit<Comment, "liked">[]): void {
    if (revision < this.known) return;
    if (from > this.known) { void this.catchUp(revision); return; }
    this.known = revision;
    this.likes = likes;
    this.apply(comments.map(comment => ({ ...comment, liked: this.comments.get(comment.id)?.liked ?? false })));
  }

  /** Reads what is missing up to a revision. */
  async catchUp(revision: number): Promise<void> { if (this.known < revision) await this.fetch(); }

  /** Reads what has changed since the known revision; false when that could not be had. */
  fetch(): Promise<boolean> {
    // What is asked for now may have happened after the answer that is under way was put together.
    if (this.fetching) this.isAskedAgain = true;
    return this.fetching ??= this.read().finally(() => { this.fetching = undefined; });
  }

  private async read(): Promise<boolean> {
    for (;;) {
      this.isAskedAgain = false;
      const result = await this.api.list(this.known, pageSize);
      if (!result.done) return false;
      const { items, next, likes, liked } = result.value;
      const isAll = items.length < pageSize;
      [this.likes, this.liked] = [likes, liked];
      this.known = Math.max(this.known, next);
      this.isLoaded ||= isAll;
      this.apply(items);
      if (isAll && !this.isAskedAgain) return true;
    }
  }

  /** Shows a comment at once and sends it; false when too many wait already. */
  add(what: { text: string; threadId?: string; x?: number; y?: number; mentions: Mention[] }): Draft | null {
    const draft: Draft = {
      key: newKey(), threadId: what.threadId ?? null, text: what.text, x: what.x ?? null, y: what.y ?? null, mentions: what.mentions,
      since: Math.max(this.known, ...[...this.comments.values()].map(comment => comment.revision)), createdAt: new Date().toISOString(), state: "sending", why: "", isCutOff: false,
    };
    if (!this.drafts.add(draft)) return null;
    void this.send(draft);
    this.dispatchEvent(new CustomEvent("added", { detail: draft }));
    return draft;
  }

  /** Sends a draft, again if it was refused. */
  async send(draft: Draft): Promise<void> {
    Object.assign(draft, { state: "sending", why: "" });
    this.drafts.save();
    this.tell();
    const { threadId, x, y, mentions } = draft;
    const result = await this.api.add({
      text: draft.text,
      ...(threadId ? { threadId } : {}),
      ...(x !== null && y !== null ? { x, y } : {}),
      ...(mentions.length > 0 ? { mentions: mentions.map(mention => mention.id) } : {}),
    }, draft.key);
    if (result.done) {
      this.drafts.remove(draft.key);
      this.apply([result.value]);
    } else {
      Object.assign(draft, { state: "failed", why: reason(result.refusal), isCutOff: isPassing(result.refusal) });
      this.drafts.save();
      this.tell();
      this.dispatchEvent(new CustomEvent("refused", { detail: draft }));
    }
  }

  /** Sends what only a broken connection has stopped: to be called when there is one again. */
  sendAgain(): void { for (const draft of this.drafts.all) if (draft.state === "failed" && draft.isCutOff) void this.send(draft); }

  drop(draft: Draft): void { this.drafts.remove(draft.key); this.tell(); }

  /** Changes the text; null when that is done, else why it is not. */
  async edit(id: string, text: string, mentions: Mention[]): Promise<string | null> {
    return this.change(id, { text, mentions }, { text, mentions: mentions.map(mention => mention.id) });
  }

  async resolve(id: string, resolved: boolean): Promise<string | null> {
    return this.change(id, { resolvedAt: resolved ? new Date().toISOString() : null }, { resolved });
  }

  private async change(id: string, overlay: Overlay, change: { text: string; mentions: string[] } | { resolved: boolean }): Promise<string | null> {
    const version = this.comments.get(id)?.version;
    if (version === undefined) return text("discussionGone");
    return this.over(id, overlay, async () => {
      const result = await this.api.change(id, version, change);
      if (result.done) { this.apply([result.value]); return null; }
      // What it is now is shown beside what was wanted.
      if (result.refusal.status === 412 || result.refusal.status === 404) await this.fetch();
      return result.refusal;
    });
  }

  /** Hides a comment that is about to be deleted; undone by the returned function, if it is not too late. */
  hide(id: string): () => void {
    this.overlays.set(id, { deletedAt: new Date().toISOString() });
    this.tell();
    return () => { this.overlays.delete(id); this.tell(); };
  }

  async remove(id: string): Promise<string | null> {
    return this.over(id, { deletedAt: new Date().toISOString() }, async () => {
      const result = await this.api.remove(id);
      if (!result.done && result.refusal.status !== 404) return result.refusal;
      const comment = this.comments.get(id);
      if (comment) this.comments.set(id, { ...comment, deletedAt: new Date().toISOString(), text: "" });
      return null;
    });
  }

  async like(id: string, liked: boolean): Promise<string | null> {
    const comment = this.comments.get(id);
    if (!comment) return text("discussionGone");
    return this.over(id, { liked, likes: comment.likes + Number(liked) - Number(comment.liked) }, async () => {
      const result = await this.api.like(id, liked);
      if (!result.done) return result.refusal;
      this.comments.set(id, { ...this.comments.get(id)!, ...result.value });
      return null;
    });
  }

  async likeImage(liked: boolean): Promise<string | null> {
    const before = { likes: this.likes, liked: this.liked };
    Object.assign(this, { liked, likes: before.likes + Number(liked) - Number(before.liked) });
    this.tell();
    const result = await this.api.like(null, liked);
    Object.assign(this, result.done ? result.value : before);
    this.tell();
    return result.done ? null : reason(result.refusal);
  }

  /** Shows something while it is asked for, and no longer when the answer is there. */
  private async over(id: string, overlay: Overlay, work: () => Promise<Refusal | null>): Promise<string | null> {
    this.overlays.set(id, overlay);
    this.tell();
    const refusal = await work();
    // Another wish may have replaced it.
    if (this.overlays.get(id) === overlay) this.overlays.delete(id);
    this.tell();
    return refusal && reason(refusal);
  }

  /** Whether a comment is one that was sent from here, and is shown as such until the answer is there. */
  private isOnItsWay(comment: Comment): boolean {
    return comment.authorId === this.me && this.drafts.all.some(draft => draft.state === "sending" && comment.revision > draft.since
      && draft.text === comment.text && (draft.x === null) === (comment.x === null) && (draft.threadId ?? comment.id) === comment.threadId);
  }

  private tell(): void {
    if (this.isPlanned) return;
    this.isPlanned = true;
    queueMicrotask(() => { this.isPlanned = false; this.dispatchEvent(new Event("change")); });
  }
}

// crypto.randomUUID would need HTTPS.
const newKey = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("");

// Ids begin with the time.
const byAge = (a: Comment, b: Comment): number => a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : a.id < b.id ? -1 : 1;
