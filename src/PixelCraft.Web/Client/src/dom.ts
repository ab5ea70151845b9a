/** The first element, typed; null when the page has none. */
export const find = <T extends HTMLElement = HTMLElement>(selector: string, root: ParentNode = document): T | null =>
  root.querySelector<T>(selector);

/** All elements, typed. */
export const all = <T extends HTMLElement = HTMLElement>(selector: string, root: ParentNode = document): T[] =>
  [...root.querySelectorAll<T>(selector)];

/** The page at an address, as the server renders it. Throws when it can't be had. */
export async function fetchPage(url: string, signal?: AbortSignal): Promise<Document> {
  const response = await fetch(url, { headers: { accept: "text/html" }, signal: signal ?? null });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** Remembers a choice for a year where the server can read it; null forgets it. */
export function setCookie(name: string, value: string | null): void {
  const secure = location.protocol === "https:" ? ";secure" : "";
  document.cookie = `${name}=${value ?? ""};path=/;samesite=lax;max-age=${value === null ? 0 : 31_536_000}${secure}`;
}

/** Whether a key press belongs to a field, a button that takes it, or a browser's own shortcut. */
export const isTyping = (event: KeyboardEvent): boolean =>
  event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented
  || (event.target instanceof Element && event.target.closest("input, textarea, select, dialog[open], [popover]:popover-open") !== null);
