import { hueOf, initialOf } from "../hue";
import { exactTime, text } from "../texts";
import { toast } from "../toast";
import type { Comment } from "./api";
import { Composer } from "./composer";
import { remove } from "./deletions";
import { button, element, icon, say } from "./elements";
import type { Talk } from "./talk";
import { ago, words } from "./words";

/** A comment, with what one can do with it. */
export class CommentView {
  readonly element = element("article", "comment");
  private readonly mark: HTMLElement;
  private readonly author = element("b", "");
  private readonly time = element("time", "");
  private readonly edited = element("span", "edited");
  private readonly body = element("div", "comment-text");
  private readonly actions = element("div", "comment-actions");
  private readonly likeButton: HTMLButtonElement;
  private readonly likeCount = element("span", "");
  private comment!: Comment;
  private editor: Composer | null = null;
  private drawn = "";

  /**
   * @param mark What stands before it: somebody's letter, or the number of a pin.
   * @param reply Where one answers to it.
   * @param corner What stands at its end.
   */
  constructor(private readonly talk: Talk, comment: Comment, mark: HTMLElement | null, reply: HTMLElement | null, corner: HTMLElement | null) {
    this.mark = mark ?? element("span", "person");
    this.likeButton = button("act like", icon("heart"), () => void this.like());
    this.likeButton.append(this.likeCount);
    this.actions.append(this.likeButton, ...(reply ? [reply] : []));
    if (talk.me && talk.me === comment.authorId) this.actions.append(button("act", text("discussionEdit"), () => this.edit()));
    if (talk.me && (talk.me === comment.authorId || talk.isModerator)) this.actions.append(button("act", text("discussionDelete"), () => remove(talk.store, comment.id)));
    this.likeButton.disabled = !talk.me;
    this.element.id = `comment-${comment.id}`;
    this.element.append(this.mark, element("div", "comment-main", element("header", "", this.author, this.time, this.edited, corner), this.body, this.actions));
    this.update(comment);
  }

  update(comment: Comment): void {
    this.comment = comment;
    const name = comment.authorName ?? text("discussionNobody");
    this.tick();
    const state = JSON.stringify([name, comment.text, comment.mentions, comment.editedAt, comment.deletedAt, comment.likes, comment.liked]);
    if (state === this.drawn) return;
    this.drawn = state;
    if (this.mark.classList.contains("person")) {
      this.mark.textContent = initialOf(name);
      this.mark.ariaHidden = "true";
    }
    this.mark.style.setProperty("--hue", String(hueOf(comment.authorId ?? "")));
    this.time.dateTime = comment.createdAt;
    this.time.title = exactTime(comment.createdAt);
    say(this.edited, comment.editedAt ? text("discussionEdited") : "");
    this.edited.title = comment.editedAt ? exactTime(comment.editedAt) : "";
    const isGone = comment.deletedAt !== null;
    say(this.author, isGone ? "" : name);
    this.element.classList.toggle("gone", isGone);
    this.body.replaceChildren(isGone ? text("discussionWasDeleted") : words(comment.text, comment.mentions, this.talk.me));
    this.actions.hidden = isGone;
    if (isGone) this.stopEditing();
    this.likeButton.ariaPressed = String(comment.liked);
    this.likeButton.ariaLabel = text(comment.likes === 1 ? "discussionLikesOne" : "discussionLikesMany", comment.likes);
    // A visitor sees how many there are; none is nothing to see.
    this.likeButton.hidden = !this.talk.me && comment.likes === 0;
    say(this.likeCount, comment.likes > 0 ? String(comment.likes) : "");
  }

  /** Time goes on. */
  tick(): void { say(this.time, ago(this.comment.createdAt, text("discussionJustNow"))); }

  private async like(): Promise<void> {
    const why = await this.talk.store.like(this.comment.id, !this.comment.liked);
    if (why) toast(why);
  }

  private edit(): void {
    if (this.editor) return;
    this.editor = new Composer({
      label: text("discussionEditLabel"),
      send: text("discussionSave"),
      value: this.comment.text,
      mentions: this.comment.mentions,
      candidates: this.talk.candidates,
      submit: async (text, mentions) => {
        const why = await this.talk.store.edit(this.comment.id, text, mentions);
        if (why === null) this.stopEditing();
        return why;
      },
      cancel: () => this.stopEditing(),
    });
    this.body.hidden = this.actions.hidden = true;
    this.body.after(this.editor.form);
    this.editor.field.focus();
    this.editor.field.setSelectionRange(-1, -1);
  }

  private stopEditing(): void {
    if (!this.editor) return;
    const hadFocus = this.editor.form.contains(document.activeElement);
    this.editor.form.remove();
    this.editor = null;
    this.body.hidden = false;
    this.actions.hidden = this.comment.deletedAt !== null;
    if (hadFocus) (this.element.closest<HTMLElement>("[tabindex]"))?.focus({ preventScroll: true });
  }
}
