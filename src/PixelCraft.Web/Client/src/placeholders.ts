import { thumbHashToDataURL } from "thumbhash";

/** Shows ThumbHashes where images have not come yet; an image that has come is left alone. */
export function showPlaceholders(elements: Iterable<HTMLElement>): void {
  for (const element of elements) {
    const image = element instanceof HTMLImageElement ? element : element.querySelector("img");
    const hash = element.dataset.thumbhash;
    if (!image || !hash || image.complete && image.naturalWidth > 0) continue;
    element.style.backgroundImage = `url(${thumbHashToDataURL(Uint8Array.from(atob(hash), c => c.charCodeAt(0)))})`;
    // A transparent image must not show its placeholder through.
    const done = () => { element.classList.remove("fade"); setTimeout(() => { element.style.backgroundImage = ""; }, 250); };
    if (element !== image) element.classList.add("fade");
    image.addEventListener("load", done, { once: true });
    image.addEventListener("error", done, { once: true });
  }
}
