import type { Link, User } from "./link";
import { text } from "./texts";
import { toastLink } from "./toast";

type Kind = "ready" | "failed" | "changed" | "commented" | "mentioned";

/** What the page does with news about images. */
export type Watcher = {
  /** An image is another one than is shown, or all may be: the connection was away. */
  changed(image: string | null): void;
  /** Whether news come by themselves now. */
  told(isTold: boolean): void;
};

/** News about one's own images, told wherever one is. They are hints, and what is shown is read anew. */
export class Watch implements User {
  /** @param room The image whose own page this is: it shows by itself what is said about it. */
  constructor(private readonly link: Link, private readonly watcher: Watcher, private readonly room: string | undefined) {
    link.connection.on("news", (kind: Kind, image: string, actor: string | null) => void this.take(kind, image, actor));
  }

  async connected(): Promise<void> {
    try {
      await this.link.connection.invoke("Watch");
    } catch {
      // The connection broke, which is dealt with elsewhere; or it may not, and the page goes on asking.
      return;
    }
    this.watcher.told(true);
    // What has happened meanwhile was told to nobody.
    this.watcher.changed(null);
  }

  lost(): void { this.watcher.told(false); }

  private async take(kind: Kind, image: string, actor: string | null): Promise<void> {
    if (kind === "ready" || kind === "failed" || kind === "changed") this.watcher.changed(image);
    if (kind === "changed" || image === this.room) return;
    const title = await titleOf(image);
    const who = actor ?? text("newsSomebody");
    const message = kind === "ready" ? text("newsReady", title)
      : kind === "failed" ? text("newsFailed", title)
      : text(kind === "commented" ? "newsCommented" : "newsMentioned", who, title);
    toastLink(message, `/images/${image}`, text("newsShow"));
  }
}

async function titleOf(image: string): Promise<string> {
  try {
    const response = await fetch(`/api/v1/images/${image}`);
    const { title, fileName } = await response.json() as { title?: string; fileName?: string };
    return title || fileName || text("newsUntitled");
  } catch {
    return text("newsUntitled");
  }
}
