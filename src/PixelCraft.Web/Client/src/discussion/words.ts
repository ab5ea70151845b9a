import { language } from "../texts";
import type { Mention } from "./api";

const link = /https?:\/\/[^\s<>"]+/g;

/** A text as nodes: addresses become links, mentions are set off, everything else stays text. */
export function words(text: string, mentions: Mention[], me: string | null): DocumentFragment {
  const all = document.createDocumentFragment();
  let end = 0;
  for (const match of text.matchAll(link)) {
    const address = trimmed(match[0]);
    if (!URL.canParse(address)) continue;
    all.append(names(text.slice(end, match.index), mentions, me));
    const a = document.createElement("a");
    Object.assign(a, { href: address, target: "_blank", rel: "nofollow noopener ugc", textContent: address });
    all.append(a);
    end = match.index + address.length;
  }
  all.append(names(text.slice(end), mentions, me));
  return all;
}

/** Without what belongs to the sentence around it: a full stop, a closing bracket that was not opened. */
function trimmed(address: string): string {
  for (;;) {
    const last = address.at(-1)!;
    const isOver = ".,;:!?'*".includes(last) || last === ")" && !address.includes("(") || last === "]" && !address.includes("[");
    if (!isOver) return address;
    address = address.slice(0, -1);
  }
}

function names(text: string, mentions: Mention[], me: string | null): DocumentFragment {
  const all = document.createDocumentFragment();
  // The longest first: "@Anna Maria" is not "@Anna".
  const known = mentions.flatMap(({ id, name }) => name ? [{ id, name: name.toLocaleLowerCase() }] : []).sort((a, b) => b.name.length - a.name.length);
  const lower = text.toLocaleLowerCase();
  let end = 0;
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const mention = known.find(({ name }) => lower.startsWith(name, at + 1));
    if (!mention) continue;
    const span = document.createElement("span");
    span.className = mention.id === me ? "mention me" : "mention";
    all.append(text.slice(end, at), span);
    end = at + 1 + mention.name.length;
    span.textContent = text.slice(at, end);
    at = end - 1;
  }
  all.append(text.slice(end));
  return all;
}

const relative = new Intl.RelativeTimeFormat(language);
const date = new Intl.DateTimeFormat(language, { dateStyle: "medium" });

/** How long ago, as Phrase.Ago of the server writes it. */
export function ago(time: string, justNow: string): string {
  const minutes = Math.floor((Date.now() - Date.parse(time)) / 60_000);
  if (minutes < 1) return justNow;
  if (minutes < 60) return relative.format(-minutes, "minute");
  if (minutes < 24 * 60) return relative.format(-Math.floor(minutes / 60), "hour");
  if (minutes < 31 * 24 * 60) return relative.format(-Math.floor(minutes / 60 / 24), "day");
  return date.format(new Date(time));
}
