// The Scale Lab: what is changed goes into the address, and the server's answer for that address into the page. Nothing is calculated here.
import { all, fetchPage, find } from "./dom";
import { text } from "./texts";

const form = find<HTMLFormElement>("[data-lab]")!;
const result = find("#lab-result")!;
const said = find("[data-lab-said]")!;
const users = find<HTMLInputElement>("#users")!;
const slider = find<HTMLInputElement>("[data-lab-slider]")!;
const pause = 120;

let timer = 0;
let asking: AbortController | undefined;

/** The page's address for what the form holds: only what isn't as shipped. */
function address(): string {
  const query = new URLSearchParams();
  for (const field of all<HTMLInputElement | HTMLSelectElement>("input[name], select[name]", form)) {
    const value = field.value.trim();
    if (field.name === "users" || (value !== "" && value !== field.dataset.shipped)) query.set(field.name, value);
  }
  return `/scale-lab?${query}`;
}

function later(): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => void refresh(), pause);
}

async function refresh(): Promise<void> {
  clearTimeout(timer);
  asking?.abort();
  const ours = asking = new AbortController();
  const url = address();
  result.setAttribute("aria-busy", "true");
  try {
    const page = await fetchPage(url, ours.signal);
    // A later one is on its way.
    if (ours.signal.aborted) return;
    history.replaceState(null, "", url);
    take(page);
  } catch {
    if (ours.signal.aborted) return;
    said.textContent = text("labFailed");
  }
  result.removeAttribute("aria-busy");
}

/** Puts the answer into the page, and leaves the fields alone: somebody is typing there. */
function take(page: Document): void {
  const open = all<HTMLDetailsElement>("details[open]", result).length > 0;
  result.replaceChildren(...find("#lab-result", page)!.childNodes);
  if (open) for (const details of all<HTMLDetailsElement>("details", result)) details.open = true;
  find("[data-lab-mark]")!.replaceChildren(...find("[data-lab-mark]", page)!.childNodes);
  for (const field of all<HTMLInputElement>("input[name]", form)) {
    const theirs = page.getElementById(field.id);
    field.closest(".field")?.classList.toggle("wrong", theirs?.getAttribute("aria-invalid") === "true");
    if (theirs?.getAttribute("aria-invalid") === "true") field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
  }
  for (const link of all<HTMLAnchorElement>("[data-lab-size]")) {
    const theirs = find<HTMLAnchorElement>(`[data-lab-size="${link.dataset.labSize}"]`, page)!;
    link.setAttribute("href", theirs.getAttribute("href")!);
    link.toggleAttribute("aria-current", theirs.hasAttribute("aria-current"));
    if (theirs.hasAttribute("aria-current")) link.setAttribute("aria-current", "true");
  }
  said.textContent = (find("[data-lab-headline]", result) ?? find(".summary", result))?.textContent ?? "";
  begin();
}

/** What is in the answer, and needs a script. */
function begin(): void {
  const [png, svg, link] = [find("[data-lab-png]"), find<HTMLAnchorElement>("[data-lab-svg]"), find<HTMLAnchorElement>("[data-lab-link]")];
  if (png && svg) {
    png.hidden = false;
    png.addEventListener("click", () => void save(svg));
  }
  link?.addEventListener("click", async event => {
    event.preventDefault();
    await navigator.clipboard?.writeText(link.href).catch(() => { /* it is in the address bar as well */ });
    link.lastChild!.textContent = text("copied");
  });
}

/** The diagram's file, drawn at twice its size. */
async function save(svg: HTMLAnchorElement): Promise<void> {
  const image = new Image();
  image.src = svg.href;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth * 2, image.naturalHeight * 2];
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, "image/png"));
  if (!blob) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = svg.download.replace(/svg$/, "png");
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Two digits that count: nobody means 1,023,293 users. */
function rounded(value: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.round(value / step) * step;
}

function follow(): void {
  const count = Number(users.value.replaceAll(",", ""));
  // Where it is no number the server says so, and the slider stays where it was.
  if (!(count >= 1)) return;
  slider.value = String(Math.log10(count));
  slider.setAttribute("aria-valuetext", text("labUsers", count));
}

slider.hidden = false;
slider.addEventListener("input", () => {
  const count = rounded(10 ** Number(slider.value));
  users.value = String(count);
  slider.setAttribute("aria-valuetext", text("labUsers", count));
  later();
});
form.addEventListener("input", event => {
  if (event.target === slider) return;
  if (event.target === users) follow();
  later();
});
form.addEventListener("submit", event => { event.preventDefault(); void refresh(); });
for (const link of all<HTMLAnchorElement>("[data-lab-size]"))
  link.addEventListener("click", event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    users.value = link.dataset.labSize!;
    follow();
    void refresh();
  });
begin();
