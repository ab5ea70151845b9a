import { text } from "../texts";
import { toast } from "../toast";
import { CommentView } from "./comment";
import { Composer } from "./composer";
import { draftView } from "./draft";
import { arrange, button, element, icon } from "./elements";
import type { Thread } from "./store";
import type { Talk } from "./talk";

/** How many replies are shown before one asks for all. */
const shown = 20;

/** A thread in the list: its first comment, the replies, and where one answers. */
export class ThreadView {
  readonly element = element("li", "thread");
  private readonly first: CommentView;
  private readonly replies = new Map<string, CommentView>();
  private readonly list = element("ol", "replies");
  private readonly earlier = button("act earlier", "", () => { this.isWhole = true; this.update(this.thread, this.name); });
  private readonly replyButton: HTMLButtonElement;
  private readonly resolveButton: HTMLButtonElement;
  private readonly number: HTMLButtonElement | null;
  private composer: Composer | null = null;
  private isWhole = false;
  private drafts = "";
  private draftElements: HTMLElement[] = [];
  private thread: Thread;
  private name: string;

  constructor(private readonly talk: Talk, thread: Thread, name: string) {
    [this.thread, this.name] = [thread, name];
    const id = thread.first.id;
    this.number = thread.number === null ? null : button("pin-number", String(thread.number), () => talk.select(id, "list"));
    this.replyButton = button("act", text("discussionReply"), () => this.reply());
    this.resolveButton = button("act resolve", icon("check"), () => void this.resolve());
    this.first = new CommentView(talk, thread.first, this.number, this.replyButton, this.resolveButton);
    this.element.id = `thread-${id}`;
    this.element.tabIndex = -1;
    this.element.append(this.first.element, this.earlier, this.list);
    if (this.number) {
      this.element.addEventListener("pointerenter", () => talk.point(id));
      this.element.addEventListener("pointerleave", () => talk.point(null));
    }
    this.update(thread, name);
  }

  update(thread: Thread, name: string): void {
    [this.thread, this.name] = [thread, name];
    const { first, replies, drafts, number } = thread;
    const isResolved = first.resolvedAt !== null;
    if (this.number) {
      this.number.textContent = String(number);
      this.number.ariaLabel = text("discussionShowPin", String(number));
    }
    this.first.update(first);
    this.element.classList.toggle("resolved", isResolved);
    this.replyButton.hidden = !this.talk.me;
    this.resolveButton.hidden = !this.talk.me || !(this.talk.isModerator || this.talk.me === first.authorId) || first.deletedAt !== null;
    this.resolveButton.title = this.resolveButton.ariaLabel = text(isResolved ? "discussionReopen" : "discussionResolve");
    this.resolveButton.classList.toggle("done", isResolved);

    const visible = this.isWhole || replies.length <= shown + 1 ? replies : replies.slice(-shown);
    this.earlier.hidden = visible.length === replies.length;
    this.earlier.textContent = text("discussionEarlier", replies.length - visible.length);
    const views = visible.map(reply => {
      const view = this.replies.get(reply.id) ?? new CommentView(this.talk, reply, null, null, null);
      view.update(reply);
      return [reply.id, view] as const;
    });
    this.replies.clear();
    for (const [id, view] of views) this.replies.set(id, view);
    const state = JSON.stringify(drafts);
    if (state !== this.drafts) {
      this.drafts = state;
      this.draftElements = drafts.map(draft => element("li", "", draftView(this.talk, draft, name)));
    }
    arrange(this.list, [...views.map(([, view]) => item(view)), ...this.draftElements]);
    this.list.hidden = this.list.childElementCount === 0;
  }

  tick(): void { for (const view of [this.first, ...this.replies.values()]) view.tick(); }

  private reply(): void {
    if (this.composer) { this.composer.field.focus(); return; }
    const close = () => {
      const hadFocus = this.composer?.form.contains(document.activeElement);
      this.composer?.form.remove();
      this.composer = null;
      if (hadFocus) this.replyButton.focus({ preventScroll: true });
    };
    this.composer = new Composer({
      label: text("discussionReplyLabel"),
      send: text("discussionReply"),
      candidates: this.talk.candidates,
      submit: (words, mentions) => {
        if (!this.talk.store.add({ text: words, threadId: this.thread.first.id, mentions })) return text("discussionTooManyDrafts");
        close();
        return null;
      },
      cancel: close,
    });
    this.element.append(this.composer.form);
    this.composer.field.focus();
  }

  private async resolve(): Promise<void> {
    const resolved = this.thread.first.resolvedAt === null;
    const why = await this.talk.store.resolve(this.thread.first.id, resolved);
    if (why) toast(why);
    else this.talk.announce(text(resolved ? "discussionResolved" : "discussionReopened"));
  }
}

const items = new WeakMap<CommentView, HTMLElement>();

function item(view: CommentView): HTMLElement {
  const made = items.get(view) ?? element("li", "", view.element);
  items.set(view, made);
  return made;
}
