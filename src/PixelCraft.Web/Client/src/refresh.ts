import { all, fetchPage, find } from "./dom";
import { showPlaceholders } from "./placeholders";
import { localTimes } from "./texts";
import type { Watcher } from "./watch";

const shortest = 1_000;
const longest = 15_000;
/** While the server tells by itself: a piece of news may be lost. */
const whileTold = 30_000;

/**
 * Keeps what is shown of images as the server would render it now. The live connection tells members what has changed; without
 * it, what is being processed is asked for after one second, then after ever longer times up to 15; not while the page is hidden.
 */
export function initRefresh(): void {
  let wait = shortest;
  let timer = 0;
  let isTold = false;
  let looking: Promise<void> | undefined;
  let isAskedAgain = false;

  const waiting = () => all("[data-processing]").filter(element => element.id);

  function look(): Promise<void> {
    if (looking) isAskedAgain = true;
    return looking ??= read().finally(() => {
      looking = undefined;
      if (isAskedAgain) { isAskedAgain = false; void look(); }
    });
  }

  async function read(): Promise<void> {
    wait = Math.min(wait * 1.5, longest);
    try {
      const page = await fetchPage(location.href);
      await dialogsAreClosed();
      if (renew(page)) wait = shortest;
    } catch {
      // The server is away for a moment: it is asked again.
    }
    plan();
  }

  function plan(): void {
    clearTimeout(timer);
    if (!document.hidden && waiting().length > 0) timer = window.setTimeout(() => void look(), isTold ? whileTold : wait);
  }

  const watcher: Watcher = {
    changed(image) { if (image === null ? waiting().length > 0 : shows(image)) void look(); },
    told(now) { isTold = now; wait = shortest; plan(); },
  };

  document.addEventListener("visibilitychange", () => { wait = shortest; plan(); });
  document.addEventListener("image-changed", () => void look());
  addEventListener("pageshow", plan);
  plan();

  // Members are told, once the page has nothing better to do.
  const script = find("#toasts")?.dataset.news;
  const start = async () => (await import(script!) as typeof import("./live")).watch(watcher, find("[data-viewer]")?.dataset.room);
  if (script) addEventListener("load", () => "requestIdleCallback" in window ? requestIdleCallback(() => void start(), { timeout: 3_000 }) : setTimeout(start, 1_000));
}

/** A dialog gives the focus back to where it was, which has to be there still. */
async function dialogsAreClosed(): Promise<void> {
  for (let open; (open = find("dialog[open]"));) await new Promise(resolve => open!.addEventListener("close", resolve, { once: true }));
}

/** One's own list shows what is new in it, too. */
const shows = (image: string): boolean =>
  document.getElementById(`i-${image}`) !== null || find("[data-viewer]")?.dataset.room === image || find("[data-rows][data-mine]") !== null;

/** Puts what is another one now in the place of what is shown; whether there was anything. */
function renew(page: Document): boolean {
  let any = false;
  for (const old of all("[data-version][id]")) {
    const now = page.getElementById(old.id);
    if (!now) { any = takeAway(old, page) || any; continue; }
    if (now.dataset.version === old.dataset.version || isBeingEdited(old)) continue;
    if (old.id === "stage" && now.dataset.status === old.dataset.status) { renewPicture(old, now); continue; }
    any = true;
    const hadFocus = old.contains(document.activeElement);
    showPlaceholders(now);
    localTimes(now);
    old.replaceWith(document.adoptNode(now));
    if (hadFocus) find("a, button", now)?.focus({ preventScroll: true });
    if (now.id === "stage") document.dispatchEvent(new CustomEvent("replaced", { detail: now }));
  }
  addNew(page);
  if (find("[data-viewer]")) document.title = page.title;
  return any;
}

/** What is new stands at the beginning of one's own list; not while somebody looks further down, where it would push everything. */
function addNew(page: Document): void {
  const rows = find("[data-rows][data-mine]");
  if (!rows || scrollY > 100) return;
  const first = rows.firstElementChild;
  for (const cell of all("[data-rows] > li", page)) {
    if (document.getElementById(cell.id)) break;
    showPlaceholders(cell);
    localTimes(cell);
    rows.insertBefore(document.adoptNode(cell), first);
  }
}

/** An image of a list is gone when one that comes after it is still there. */
function takeAway(old: HTMLElement, page: Document): boolean {
  for (let next = old.nextElementSibling; next && old.matches("[data-rows] > li"); next = next.nextElementSibling) {
    if (!page.getElementById(next.id)) continue;
    old.remove();
    return true;
  }
  return false;
}

const isBeingEdited = (old: HTMLElement): boolean => old instanceof HTMLDetailsElement && old.open || old.querySelector("details[open] form") !== null;

// Who may see it has changed, and the addresses with that: zoom and pins stay as they are.
function renewPicture(old: HTMLElement, now: HTMLElement): void {
  old.dataset.version = now.dataset.version;
  const [from, to] = [find<HTMLImageElement>("[data-canvas] img", now), find<HTMLImageElement>("[data-canvas] img", old)];
  if (!from || !to || from.getAttribute("src") === to.getAttribute("src")) return;
  const sources = all<HTMLSourceElement>("[data-canvas] source", now);
  all<HTMLSourceElement>("[data-canvas] source", old).forEach((source, index) => { source.srcset = sources[index]?.srcset ?? ""; });
  [to.srcset, to.src, to.alt] = [from.srcset, from.src, from.alt];
}
