import { hueOf, initialOf } from "../hue";
import { text } from "../texts";
import type { Draft } from "./drafts";
import { button, element } from "./elements";
import type { Talk } from "./talk";
import { words } from "./words";

/** A comment that is on its way, or was refused and can be sent again. */
export function draftView(talk: Talk, draft: Draft, name: string): HTMLElement {
  const mark = element("span", "person", initialOf(name));
  mark.style.setProperty("--hue", String(hueOf(talk.me ?? "")));
  mark.ariaHidden = "true";
  const isFailed = draft.state === "failed";
  const state = element("p", isFailed ? "draft-state failed" : "draft-state", isFailed ? draft.why : text("discussionSending"));
  const body = element("div", "comment-text", words(draft.text, draft.mentions, talk.me));
  const actions = isFailed
    ? element("div", "comment-actions",
      button("act strong", text("discussionSendAgain"), () => void talk.store.send(draft)),
      button("act", text("discussionDrop"), () => talk.store.drop(draft)))
    : null;
  const made = element("article", `comment draft ${draft.state}`, mark, element("div", "comment-main", element("header", "", element("b", "", name)), body, state, actions));
  made.dataset.draft = draft.key;
  return made;
}
