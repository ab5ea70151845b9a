import type { Discussion } from "./discussion/index";
import { find } from "./dom";
import { Link } from "./link";
import { Room } from "./room";
import { Watch, type Watcher } from "./watch";

/** How long a hidden page stays connected for news, in milliseconds. */
const patience = 60_000;

let link: Link | undefined;
let room: Room | undefined;

/** Begins to tell a member what happens to their images; called by every page. */
export function watch(watcher: Watcher, image: string | undefined): void {
  link ??= new Link();
  link.use(new Watch(link, watcher, image));
  // A tab that is not looked at needs no news. One that shows a room is in it.
  let timer = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (room) return;
    if (!document.hidden) link!.open();
    else timer = window.setTimeout(() => { if (!room) link!.close(); }, patience);
  });
  link.open();
}

/** Enters the room of an image; called by the image page's script once the image is there. */
export function enter(viewer: HTMLElement, discussion: Discussion | null): void {
  if (viewer.dataset.member !== undefined) { begin(null); return; }
  // A guest is in the room when they say so, under the name that they choose.
  const remembered = sessionStorage.getItem("guest");
  if (remembered) { begin(remembered); return; }
  const [button, dialog] = [find("[data-guest]", viewer), find("#guest", viewer)];
  if (!button || !dialog) return;
  button.hidden = false;
  find<HTMLFormElement>("form", dialog)?.addEventListener("submit", event => {
    event.preventDefault();
    const name = find<HTMLInputElement>("input", dialog)!.value.trim();
    if (!name) return;
    sessionStorage.setItem("guest", name);
    dialog.hidePopover();
    button.hidden = true;
    begin(name);
  });

  function begin(name: string | null): void {
    link ??= new Link();
    link.use(room = new Room(link, viewer, discussion, name));
    link.open();
  }
}
