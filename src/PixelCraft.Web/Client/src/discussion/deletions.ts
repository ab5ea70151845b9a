import { text } from "../texts";
import { toast } from "../toast";
import type { Store } from "./store";

const waiting = new Set<() => void>();

// Who leaves the page has not thought better of it.
addEventListener("pagehide", () => { for (const finish of [...waiting]) finish(); });

/** Takes a comment away: at once for the eye, for good when the time to undo is over. */
export function remove(store: Store, id: string): void {
  const undo = store.hide(id);
  let isOver = false;
  const finish = () => {
    waiting.delete(finish);
    if (isOver) return;
    isOver = true;
    void store.remove(id).then(why => { if (why) toast(why, undefined, () => remove(store, id)); });
  };
  waiting.add(finish);
  toast(text("discussionDeleted"), () => { isOver = true; waiting.delete(finish); undo(); }, undefined, finish);
}
