import { all, find, setCookie } from "./dom";
import { text } from "./texts";

/** What every page has: the theme, copying, being offline, the focus after a form was refused. */
export function initPage(): void {
  for (const button of all<HTMLButtonElement>(".theme button"))
    button.addEventListener("click", event => {
      event.preventDefault();
      const theme = button.value === "system" ? null : button.value;
      setCookie("theme", theme);
      if (theme) document.documentElement.dataset.theme = theme; else delete document.documentElement.dataset.theme;
      for (const other of all(".theme button")) other.setAttribute("aria-pressed", String(other === button));
    });

  for (const button of all("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy!) as HTMLInputElement;
      field.select();
      await navigator.clipboard.writeText(field.value);
      button.textContent = text("copied");
    });
  }

  find("[data-reload]")?.addEventListener("click", event => { event.preventDefault(); location.reload(); });
  find("[data-focus]")?.focus();

  const hint = find("#offline");
  const online = () => { if (hint) hint.hidden = navigator.onLine; };
  addEventListener("online", online);
  addEventListener("offline", online);
  online();
}

/** The image that was chosen grows into the image page, where the style sheet has given the image the same name. */
export function initTransitions(): void {
  // A transition that the browser gives up is no fault: the next page simply appears.
  addEventListener("unhandledrejection", event => {
    if (event.reason instanceof DOMException && event.reason.message.startsWith("Transition was")) event.preventDefault();
  });
  addEventListener("pageswap", event => {
    const transition = event.viewTransition;
    if (!transition) return;
    const url = event.activation?.entry.url;
    if (!url) return;
    const path = new URL(url).pathname;
    const image = path.startsWith("/images/") ? find(`[id="i-${path.slice(8)}"] img`) : null;
    if (!image) return;
    image.style.viewTransitionName = "image";
    const reset = () => { image.style.viewTransitionName = ""; };
    transition.finished.then(reset, reset);
  });
}
