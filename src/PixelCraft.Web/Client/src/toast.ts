import { all, find, isTyping } from "./dom";

/** How long a toast stays, and with it the way to undo, in milliseconds. */
const stay = 10_000;

/** Says something, and offers to undo it. */
export function toast(message: string, undo?: () => void): void {
  const template = document.getElementById("toast-template") as HTMLTemplateElement;
  const element = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
  find("span", element)!.textContent = message;
  const button = find<HTMLButtonElement>("button", element)!;
  if (undo) {
    button.hidden = false;
    button.addEventListener("click", () => { element.remove(); undo(); });
  }
  find("#toasts")!.append(element);
  leave(element);
}

/** The toasts that came with the page leave as well, and don't come back when the page is loaded again; "z" undoes. */
export function initToasts(): void {
  document.addEventListener("keydown", event => {
    if (event.key !== "z" || isTyping(event)) return;
    all("#toasts .link:not([hidden])").at(-1)?.click();
  });
  all("[data-toast]").forEach(leave);
  const url = new URL(location.href);
  if (!url.searchParams.has("notice")) return;
  url.searchParams.delete("notice");
  url.searchParams.delete("of");
  history.replaceState(history.state, "", url);
}

// Whoever points at it or has moved into it is given the time to finish.
function leave(element: HTMLElement): void {
  setTimeout(() => {
    if (element.matches(":hover, :focus-within")) leave(element);
    else element.remove();
  }, stay);
}
