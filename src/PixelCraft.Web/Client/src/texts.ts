/** The texts that the server put into the page, so that every translation is in one place. */
const texts = JSON.parse(document.getElementById("texts")?.textContent ?? "{}") as Record<string, string>;

const language = document.documentElement.lang || "en";

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

/** The exact times shown on hover, in the reader's own time zone. */
export function localTimes(root: ParentNode): void {
  const format = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });
  for (const time of root.querySelectorAll("time")) time.title = format.format(new Date(time.dateTime));
}
