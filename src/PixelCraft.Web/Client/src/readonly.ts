import { all } from "./dom";
import { text } from "./texts";
import { toast } from "./toast";

/** How often it is asked whether changes are taken again, in milliseconds; not while the page is hidden. */
const interval = 5_000;

/** Takes the banner away that says that nothing can be changed, once that is over; what was typed stays as it is. */
export function initReadOnly(): void {
  if (all("[data-read-only]").length === 0) return;
  const timer = setInterval(() => { if (!document.hidden) void look(); }, interval);

  async function look(): Promise<void> {
    try {
      const { writes } = await (await fetch("/api/v1/status")).json() as { writes?: { accounts: boolean; images: boolean } };
      if (!writes?.accounts || !writes.images) return;
    } catch {
      // The server is away for a moment: it is asked again.
      return;
    }
    // An answer may come after the next question was asked.
    const banners = all("[data-read-only]");
    clearInterval(timer);
    if (banners.length === 0) return;
    for (const banner of banners) banner.remove();
    toast(text("writableAgain"));
  }
}
