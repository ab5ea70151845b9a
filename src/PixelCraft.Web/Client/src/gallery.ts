import { all, fetchPage, find, isTyping } from "./dom";
import { showPlaceholders } from "./placeholders";
import { text } from "./texts";
import { toast } from "./toast";

/** Pages that are loaded by scrolling before the button must be pressed: the foot of the page stays within reach. */
const pagesByScrolling = 10;

/** Lists of images: further pages as one scrolls, arrows, the place kept on return. */
export function initGallery(): void {
  const rows = find("[data-rows]");
  if (!rows) return;
  const loaded: string[] = [];
  const observer = new IntersectionObserver(
    entries => { if (entries.some(entry => entry.isIntersecting) && loaded.length < pagesByScrolling) void loadNext(); },
    { rootMargin: "1200px" });
  let loading: Promise<boolean> | undefined;

  const loadNext = (): Promise<boolean> => (loading ??= load().finally(() => { loading = undefined; }));

  async function load(): Promise<boolean> {
    const more = find(".more");
    const link = more && find<HTMLAnchorElement>("a[rel=next]", more);
    if (!more || !link) return false;
    more.classList.add("loading");
    try {
      const page = await fetchPage(link.href);
      const cells = all("[data-rows] > li", page);
      for (const cell of cells) {
        if (document.getElementById(cell.id)) continue;
        showPlaceholders(cell);
        rows!.append(cell);
      }
      loaded.push(link.href);
      const next = find(".more", page);
      observer.unobserve(more);
      if (next) { more.replaceWith(next); watch(); } else more.remove();
      return true;
    } catch {
      more.classList.remove("loading");
      observer.unobserve(more);
      toast(text("loadFailed"));
      return false;
    }
  }

  function watch(): void {
    const more = find(".more");
    if (!more) return;
    observer.observe(more);
    find("a[rel=next]", more)?.addEventListener("click", async event => {
      event.preventDefault();
      const last = rows!.lastElementChild;
      // The button goes away: go on with the first of the new images.
      if (await loadNext()) (last?.nextElementSibling?.querySelector("a") as HTMLElement | null)?.focus({ preventScroll: true });
    });
  }

  // The browser's own cache of pages brings everything back; without it the same pages are loaded again.
  const key = `list ${location.pathname}${location.search}`;
  addEventListener("pagehide", () => sessionStorage.setItem(key, JSON.stringify({ pages: loaded.length, y: scrollY })));
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const stored = sessionStorage.getItem(key);
  if (entry?.type === "back_forward" && stored) void restore(JSON.parse(stored) as { pages: number; y: number });
  else watch();

  async function restore(place: { pages: number; y: number }): Promise<void> {
    for (let page = 0; page < place.pages && await loadNext();) page++;
    if (place.pages > 0) scrollTo({ top: place.y, behavior: "instant" });
    if (!loading) watch();
  }

  document.addEventListener("keydown", event => {
    if (isTyping(event)) return;
    if (event.key === "Delete" && rows.dataset.mine !== undefined) trashFocused();
    else if (event.key.startsWith("Arrow")) move(event);
  });

  function trashFocused(): void {
    const cell = document.activeElement?.closest<HTMLElement>("[data-rows] > li");
    if (cell?.id) void trash(cell);
  }

  function move(event: KeyboardEvent): void {
    const links = all<HTMLAnchorElement>("[data-rows] > li > a");
    const index = links.indexOf(document.activeElement as HTMLAnchorElement);
    // Up and down scroll until an image has the focus.
    if (index < 0 && (event.key === "ArrowUp" || event.key === "ArrowDown")) return;
    const target = index < 0 ? links.find(link => link.getBoundingClientRect().bottom > 60)
      : event.key === "ArrowLeft" ? links[index - 1]
      : event.key === "ArrowRight" ? links[index + 1]
      : nearest(links, links[index]!, event.key === "ArrowUp" ? -1 : 1);
    if (!target) return;
    event.preventDefault();
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "nearest" });
  }

  async function trash(cell: HTMLElement): Promise<void> {
    const id = cell.id.slice(2);
    const [before, after] = [cell.previousElementSibling, cell.nextElementSibling];
    if (!await send("DELETE", `/api/v1/images/${id}`, () => void trash(cell))) return;
    focus(shown(after) ?? shown(before));
    shown(cell)?.remove();
    const restore = async (): Promise<void> => {
      if (!await send("POST", `/api/v1/images/${id}/restore`, () => void restore())) return;
      if (!shown(cell)) rows!.insertBefore(cell, shown(after));
      focus(shown(cell));
      toast(text("restored"));
    };
    toast(text("movedToTrash"), () => void restore());
  }

  function focus(cell: HTMLElement | null): void { cell?.querySelector("a")?.focus(); }
}

/** A cell as it is in the list now, which is kept up to date meanwhile (refresh.ts): another element, or none. */
const shown = (cell: Element | null): HTMLElement | null => cell && document.getElementById(cell.id);

/** The link in the next row up (-1) or down (1) whose middle is nearest. */
function nearest(links: HTMLAnchorElement[], from: HTMLAnchorElement, direction: 1 | -1): HTMLAnchorElement | undefined {
  const start = from.getBoundingClientRect();
  const middle = start.left + start.width / 2;
  let best: HTMLAnchorElement | undefined;
  let row: number | undefined;
  let distance = Infinity;
  for (let i = links.indexOf(from) + direction; links[i]; i += direction) {
    const box = links[i]!.getBoundingClientRect();
    if (Math.abs(box.top - start.top) < 4) continue;
    if (row !== undefined && Math.abs(box.top - row) > 4) break;
    row = box.top;
    const away = Math.abs(box.left + box.width / 2 - middle);
    if (away < distance) [best, distance] = [links[i], away];
  }
  return best;
}

/** Whether it was done; else it is said that it was not, and for a while it can be tried again. */
async function send(method: string, url: string, again: () => void): Promise<boolean> {
  let status = 0;
  try {
    const response = await fetch(url, { method });
    if (response.ok) return true;
    status = response.status;
  } catch {
    // Offline: told below, like every other failure.
  }
  toast(text(status === 503 ? "actionAway" : "actionFailed"), undefined, status === 0 || status >= 500 ? again : undefined);
  return false;
}
