/** The texts that the server put into the page, so that every translation is in one place: those of all pages, and those of this one. */
const texts: Record<string, string> = {};
for (const block of document.querySelectorAll("script[data-texts]")) Object.assign(texts, JSON.parse(block.textContent ?? "{}"));

/** The page's own. */
export const language = document.documentElement.lang || "en";

/** A text, its places {0}, {1} ... filled. */
export const text = (name: string, ...values: (string | number)[]): string =>
  (texts[name] ?? name).replace(/\{(\d)\}/g, (_, place: string) => {
    const value = values[Number(place)] ?? "";
    return typeof value === "number" ? value.toLocaleString(language) : value;
  });

const units = ["B", "kB", "MB", "GB", "TB"];

/** A size in decimal units, written as the server writes it (Phrase.Bytes). */
export function bytes(value: number): string {
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toLocaleString(language, { maximumFractionDigits: digits, useGrouping: false })}\u00a0${units[unit]}`;
}

const exact = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });

/** A time in the reader's own time zone. */
export const exactTime = (time: string): string => exact.format(new Date(time));

/** The exact times shown on hover. */
export function localTimes(root: ParentNode): void {
  for (const time of root.querySelectorAll("time")) time.title = exactTime(time.dateTime);
}
