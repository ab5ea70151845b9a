import { all, find, isTyping } from "./dom";

/** Presses again what was pressed before the handlers were there: to be called after all of them are. */
export function pressEarlyKeys(): void {
  for (const event of window.earlyKeys?.() ?? []) {
    const target = event.target instanceof Element && event.target.isConnected ? event.target : document.body;
    if (!event.defaultPrevented) target.dispatchEvent(new KeyboardEvent("keydown", event));
  }
}

/** The keys that work everywhere, and the dialog that shows all of them. */
export function initKeys(): void {
  const dialog = find<HTMLDialogElement>("#keys");
  const show = () => { find("#account-menu:popover-open")?.hidePopover(); dialog?.showModal(); };
  for (const button of all("[data-keys]")) {
    button.hidden = false;
    button.addEventListener("click", show);
  }
  dialog?.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
  document.addEventListener("keydown", event => {
    if (isTyping(event)) return;
    if (event.key === "?") show();
    else if (event.key === "/") focusSearch();
    else if (event.key === "u") find(".bar a[href='/upload']")?.click();
    else return;
    event.preventDefault();
  });
}

function focusSearch(): void {
  const field = find<HTMLInputElement>("[data-search] input[type=search]");
  field?.focus();
  field?.select();
}
