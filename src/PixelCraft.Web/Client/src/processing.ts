import { all, fetchPage } from "./dom";
import { showPlaceholders } from "./placeholders";

const shortest = 1_000;
const longest = 15_000;

/**
 * Replaces what is shown as processing once it no longer is, with what the server renders now. Asks again after one
 * second, then after ever longer times up to 15; not while the page is hidden.
 */
export function initProcessing(): void {
  let wait = shortest;
  let timer = 0;

  const waiting = () => all("[data-processing]").filter(element => element.id);

  async function look(): Promise<void> {
    wait = Math.min(wait * 1.5, longest);
    try {
      const page = await fetchPage(location.href);
      for (const old of waiting()) {
        const now = page.getElementById(old.id);
        if (!now || now.dataset.processing !== undefined) continue;
        showPlaceholders(now);
        old.replaceWith(document.adoptNode(now));
        wait = shortest;
        document.dispatchEvent(new CustomEvent("replaced", { detail: now }));
      }
    } catch {
      // The server is away for a moment: it is asked again.
    }
    plan();
  }

  function plan(): void {
    clearTimeout(timer);
    if (!document.hidden && waiting().length > 0) timer = window.setTimeout(() => void look(), wait);
  }

  document.addEventListener("visibilitychange", () => { wait = shortest; plan(); });
  addEventListener("pageshow", plan);
  plan();
}
