import { all, find, isTyping } from "./dom";
import { text } from "./texts";

/** How long a toast stays, and with it the way to undo, in milliseconds. */
const stay = 10_000;

/**
 * Says something, and offers to undo it, or to try it again.
 * @param left Called when it has left by itself.
 */
export function toast(message: string, undo?: () => void, again?: () => void, left?: () => void): void {
  const template = document.getElementById("toast-template") as HTMLTemplateElement;
  const element = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
  find("span", element)!.textContent = message;
  const button = find<HTMLButtonElement>("button", element)!;
  const action = undo ?? again;
  if (action) {
    button.hidden = false;
    if (!undo) {
      button.textContent = text("tryAgain");
      button.dataset.again = "";
    }
    button.addEventListener("click", () => { element.remove(); action(); });
  }
  find("#toasts")!.append(element);
  leave(element, left);
}

/** Says something that there is more to see of, on another page; in place of what was said about the same before. */
export function toastLink(message: string, href: string, label: string): void {
  for (const old of all<HTMLAnchorElement>("#toasts a")) if (old.getAttribute("href") === href) old.closest(".toast")?.remove();
  const template = document.getElementById("toast-template") as HTMLTemplateElement;
  const element = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
  find("span", element)!.textContent = message;
  const link = document.createElement("a");
  Object.assign(link, { className: "link", href, textContent: label });
  find("button", element)!.replaceWith(link);
  find("#toasts")!.append(element);
  leave(element);
}

/** The toasts that came with the page leave as well, and don't come back when the page is loaded again; "z" undoes. */
export function initToasts(): void {
  document.addEventListener("keydown", event => {
    if (event.key !== "z" || isTyping(event)) return;
    all("#toasts button.link:not([hidden], [data-again])").at(-1)?.click();
  });
  for (const element of all("[data-toast]")) leave(element);
  const url = new URL(location.href);
  if (!url.searchParams.has("notice")) return;
  url.searchParams.delete("notice");
  url.searchParams.delete("of");
  history.replaceState(history.state, "", url);
}

// Whoever points at it or has moved into it is given the time to finish.
function leave(element: HTMLElement, left?: () => void): void {
  setTimeout(() => {
    if (element.matches(":hover, :focus-within")) { leave(element, left); return; }
    element.remove();
    left?.();
  }, stay);
}
