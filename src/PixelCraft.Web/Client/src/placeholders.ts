import { thumbHashToDataURL } from "thumbhash";
import { all } from "./dom";

/** Shows ThumbHashes where images have not come yet, and takes placeholders away once they have. */
export function showPlaceholders(root: ParentNode): void {
  for (const placeholder of all("svg.placeholder", root)) {
    const image = placeholder.nextElementSibling?.querySelector("img");
    if (!image) continue;
    // A transparent image must not show its placeholder through.
    if (image.complete && image.naturalWidth > 0) { placeholder.remove(); continue; }
    const hash = placeholder.dataset.thumbhash;
    if (hash) {
      placeholder.style.backgroundImage = `url(${thumbHashToDataURL(Uint8Array.from(atob(hash), c => c.charCodeAt(0)))})`;
      placeholder.replaceChildren();
    }
    placeholder.classList.add("drawn");
    const done = () => { placeholder.classList.remove("drawn"); setTimeout(() => placeholder.remove(), 250); };
    image.addEventListener("load", done, { once: true });
    image.addEventListener("error", done, { once: true });
  }
}
