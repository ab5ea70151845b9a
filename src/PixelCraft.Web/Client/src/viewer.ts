import { find, isTyping, setCookie } from "./dom";
import { Zoom } from "./zoom";

/** The image page: zoom, neighbours by keys and swipe, details, keys. */
export function initViewer(): void {
  const viewer = find("[data-viewer]");
  if (!viewer) return;
  let zoom = Zoom.attach(viewer, go);
  // By scripts of their own, which only this page needs.
  const discussion = discuss(viewer);
  // Processing has ended: there is an image now.
  document.addEventListener("replaced", () => { zoom = Zoom.attach(viewer, go); bind(); void enterRoom(); });
  bind();
  addEventListener("load", () => { void enterRoom(); preloadNeighbours(); });
  viewer.addEventListener("show-spot", event => zoom?.show((event as CustomEvent<{ x: number; y: number }>).detail));
  viewer.addEventListener("show-comments", () => { openPanel(); choose("comments"); });
  for (const tab of document.querySelectorAll<HTMLInputElement>("[data-tab]"))
    tab.addEventListener("change", () => setCookie("tab", tab.value === "details" ? "details" : null));

  const narrow = matchMedia("(max-width: 899px)");

  function bind(): void {
    find("[data-details]")?.addEventListener("click", event => { if (!narrow.matches) { event.preventDefault(); toggleDetails(); } });
    find("[data-edit]")?.addEventListener("click", event => { event.preventDefault(); edit(); });
  }

  // Not before the image is there.
  async function enterRoom(): Promise<void> {
    const script = viewer!.dataset.live;
    if (!script || !find("[data-people]")) return;
    const live = await import(script) as typeof import("./live");
    live.enter(viewer!, await discussion);
  }

  function choose(tab: "comments" | "details"): void {
    const input = find<HTMLInputElement>(`[data-tab][value=${tab}]`);
    if (!input || input.checked) return;
    input.checked = true;
    input.dispatchEvent(new Event("change"));
  }

  function openPanel(): void { if (viewer!.dataset.panel === "closed" && !narrow.matches) toggleDetails(true); }

  function toggleDetails(open = viewer!.dataset.panel === "closed"): void {
    if (open) delete viewer!.dataset.panel; else viewer!.dataset.panel = "closed";
    setCookie("panel", open ? null : "closed");
    zoom?.fit();
  }

  function edit(): void {
    const form = find<HTMLDetailsElement>("#edit");
    if (!form) return;
    openPanel();
    choose("details");
    form.open = true;
    find<HTMLInputElement>("#edit-title")?.focus();
  }

  function comment(): boolean {
    const field = find<HTMLTextAreaElement>("[data-composer] textarea");
    if (!field) return false;
    openPanel();
    choose("comments");
    field.focus();
    return true;
  }

  function go(direction: "newer" | "older"): boolean {
    const link = find<HTMLAnchorElement>(`.go.${direction}`);
    if (!link) return false;
    // Looking through a list is one step back from it, not a hundred.
    location.replace(link.href);
    return true;
  }

  document.addEventListener("keydown", event => {
    if (event.key === "Escape" && event.target instanceof HTMLElement && event.target.closest("#edit")) {
      event.target.blur();
      return;
    }
    if (isTyping(event)) return;
    const press = (selector: string) => find(selector)?.click();
    switch (event.key) {
      case "ArrowLeft": if (zoom?.isZoomed) zoom.pan(80, 0); else go("newer"); break;
      case "ArrowRight": if (zoom?.isZoomed) zoom.pan(-80, 0); else go("older"); break;
      case "ArrowUp": if (!zoom?.isZoomed) return; zoom.pan(0, 80); break;
      case "ArrowDown": if (!zoom?.isZoomed) return; zoom.pan(0, -80); break;
      case "+": case "=": zoom?.by(1.5); break;
      case "-": zoom?.by(1 / 1.5); break;
      case "0": zoom?.fit(); break;
      case "i": narrow.matches ? find("#details")?.focus() : toggleDetails(); break;
      case "e": edit(); break;
      case "c": if (!comment()) return; break;
      case "p": void discussion.then(room => room?.place()); break;
      case "d": press("[data-download]"); break;
      // Among comments it could be meant for one of them.
      case "Delete": if (document.activeElement?.closest("[data-discussion], [data-pins]")) return; press("[data-delete]"); break;
      case "Escape": if (zoom?.isZoomed) zoom.fit(); else press("[data-close]"); break;
      default: return;
    }
    event.preventDefault();
  });

  for (const link of document.querySelectorAll<HTMLAnchorElement>(".go"))
    link.addEventListener("click", event => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      location.replace(link.href);
    });
}

async function discuss(viewer: HTMLElement): Promise<import("./discussion/index").Discussion | null> {
  const script = viewer.dataset.discussion;
  return script ? (await import(script) as typeof import("./discussion/index")).start(viewer) : null;
}

function preloadNeighbours(): void {
  // An image begins to load when its template is copied into the document, though it is shown nowhere.
  for (const template of document.querySelectorAll<HTMLTemplateElement>("[data-neighbour]")) document.importNode(template.content, true);
}
