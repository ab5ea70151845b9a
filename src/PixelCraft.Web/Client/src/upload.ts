import { fetchPage, find } from "./dom";
import { bytes, text } from "./texts";
import { Transfer, type Progress } from "./transfer";

/** Files on the way at once. */
const parallel = 3;

/** Times that a file is tried again by itself when the server is busy. */
const retries = 4;

/** What is wrong with the file itself: sending it again won't help. */
const lasting = new Set(["errorNotImage", "errorTooLarge", "errorUnreadable"]);

/** The uploader, and on other pages of a member the way to it: dropping or pasting files anywhere. */
export function initUpload(): void {
  let uploader = Uploader.attach();
  if (!uploader && !find(".bar a[href='/upload']")) return;

  async function take(files: File[]): Promise<void> {
    if (files.length === 0) return;
    if (!uploader) {
      const page = await fetchPage("/upload");
      find("main")!.replaceChildren(...find("main", page)!.childNodes);
      document.title = page.title;
      history.pushState(null, "", "/upload");
      addEventListener("popstate", () => location.reload());
      uploader = Uploader.attach();
    }
    uploader?.add(files);
  }

  let depth = 0;
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
  const show = (on: boolean) => document.body.classList.toggle("dropping", on);
  addEventListener("dragenter", event => { if (hasFiles(event)) { depth++; show(true); } });
  addEventListener("dragleave", event => { if (hasFiles(event) && --depth <= 0) { depth = 0; show(false); } });
  addEventListener("dragover", event => { if (hasFiles(event)) event.preventDefault(); });
  addEventListener("drop", event => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    show(false);
    void take([...event.dataTransfer!.files]);
  });
  addEventListener("paste", event => {
    const files = [...event.clipboardData?.files ?? []];
    if (files.length === 0) return;
    event.preventDefault();
    void take(files);
  });
}

class Uploader {
  private readonly items: Item[] = [];
  private announced = 0;

  private constructor(private readonly root: HTMLElement) {}

  static attach(): Uploader | undefined {
    const root = find("[data-uploader]");
    if (!root) return undefined;
    const uploader = new Uploader(root);
    uploader.listen();
    return uploader;
  }

  add(files: File[]): void {
    this.part("[data-queue]").hidden = false;
    this.root.classList.add("busy");
    const visibility = find<HTMLInputElement>("[name=visibility]:checked", this.root)?.value ?? "private";
    for (const file of files) {
      const item = new Item(file, visibility, this.template(), () => this.changed());
      this.items.push(item);
      this.part("[data-list]").append(item.row);
    }
    this.changed();
  }

  private listen(): void {
    this.root.classList.add("scripted");
    // Nothing is dropped or pasted with fingers: there the page's own words are right.
    if (matchMedia("(hover: hover)").matches) this.part("[data-drop-title]").textContent = text("dropTitle");
    const input = find<HTMLInputElement>("input[type=file]", this.root)!;
    input.addEventListener("change", () => { this.add([...input.files ?? []]); input.value = ""; });
    this.part("form").addEventListener("submit", event => event.preventDefault());
    this.part("[data-retry-all]").addEventListener("click", () => { for (const item of this.items) if (item.canRetry) item.retry(); });
    this.part("[data-cancel-all]").addEventListener("click", () => { for (const item of this.items) item.cancel(); });
    addEventListener("online", () => { for (const item of this.items) if (item.isCutOff) item.retry(); });
    addEventListener("beforeunload", event => { if (this.items.some(item => item.isOpen)) event.preventDefault(); });
  }

  /** Starts what may start, and says where everything stands. */
  private changed(): void {
    let free = parallel - this.items.filter(item => item.state === "sending").length;
    for (const item of this.items) {
      if (free <= 0) break;
      if (item.state !== "waiting") continue;
      free--;
      item.start();
    }
    const items = this.items.filter(item => item.state !== "cancelled");
    const done = items.filter(item => item.state === "done").length;
    const failed = items.filter(item => item.state === "failed").length;
    const open = items.length - done - failed;
    const total = find<HTMLProgressElement>("[data-total]", this.root)!;
    total.value = items.length === 0 ? 1 : items.reduce((sum, item) => sum + item.fraction, 0) / items.length;
    total.hidden = open === 0;
    const summary = open > 0 ? text("progress", done, items.length)
      : failed > 0 ? text("summaryFailed", done, failed)
      : text("summaryDone", done);
    // A live region: only when it says something new, and not for every file of many.
    const heading = this.part("[data-summary]");
    if (heading.textContent !== summary && (open === 0 || Date.now() - this.announced > 1_000)) {
      heading.textContent = summary;
      this.announced = Date.now();
    }
    this.part("[data-cancel-all]").hidden = open === 0;
    this.part("[data-retry-all]").hidden = open > 0 || !items.some(item => item.canRetry);
    this.part("[data-done]").hidden = open > 0 || done === 0;
  }

  private part(selector: string): HTMLElement { return find(selector, this.root)!; }

  private template(): HTMLElement {
    const template = find<HTMLTemplateElement & HTMLElement>("#upload-row", this.root)!;
    return (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
  }
}

/** A file and its row. */
class Item {
  state: "waiting" | "sending" | "done" | "failed" | "cancelled" = "waiting";
  fraction = 0;
  private transfer: Transfer | undefined;
  private tries = 0;
  /** Where the server keeps what it has of the file, once it has something. */
  private url: string | undefined;
  private reason = "";
  private timer = 0;

  constructor(
    private readonly file: File,
    private readonly visibility: string,
    readonly row: HTMLElement,
    private readonly changed: () => void,
  ) {
    this.part("[data-name]").textContent = file.name;
    this.say(text("waiting"));
    this.part("[data-cancel]").addEventListener("click", () => this.cancel());
    this.part("[data-retry]").addEventListener("click", () => this.retry());
    find("progress", row)!.setAttribute("aria-label", file.name);
    void this.thumbnail();
  }

  get canRetry(): boolean { return this.state === "failed" && !lasting.has(this.reason); }

  /** Whether only the connection was to blame: it is tried again when there is one. */
  get isCutOff(): boolean { return this.state === "failed" && this.reason === "errorConnection"; }

  get isOpen(): boolean { return this.state === "waiting" || this.state === "sending"; }

  start(): void {
    this.state = "sending";
    // A folder, or a text dropped by mistake, is not worth sending.
    if (this.file.type !== "" && !this.file.type.startsWith("image/")) return this.fail("errorNotImage");
    this.transfer = new Transfer(this.file, this.visibility, this.url, progress => this.progress(progress), () => this.say(text("reconnecting")));
    void this.transfer.result.then(result => {
      if (this.state !== "sending") return;
      this.url = this.transfer?.url;
      switch (result.kind) {
        case "done":
          this.state = "done";
          this.fraction = 1;
          if (result.id) (this.part("[data-name]") as HTMLAnchorElement).href = `/images/${result.id}?from=mine`;
          this.say(text(result.already ? "already" : "uploaded"));
          break;
        case "busy":
          if (++this.tries <= retries) return this.again(result.seconds);
          return this.fail("errorOther");
        default:
          return this.fail(result.reason);
      }
      this.show();
    });
    this.show();
  }

  cancel(): void {
    if (!this.isOpen) return;
    this.state = "cancelled";
    this.transfer?.abort();
    clearTimeout(this.timer);
    this.row.remove();
    this.changed();
  }

  retry(): void {
    this.state = "waiting";
    this.fraction = 0;
    this.tries = 0;
    this.say(text("waiting"));
    this.show();
  }

  private again(seconds: number): void {
    this.say(text("retryIn", seconds));
    this.timer = window.setTimeout(() => { this.state = "waiting"; this.show(); }, seconds * 1_000);
  }

  private fail(reason: string): void {
    this.state = "failed";
    this.reason = reason;
    this.fraction = 1;
    this.say(text(reason));
    this.show();
  }

  private progress({ sent, total, perSecond }: Progress): void {
    this.fraction = sent / total * 0.99;
    find<HTMLProgressElement>("progress", this.row)!.value = this.fraction;
    this.say(sent < total ? text("sending", bytes(sent), bytes(total), bytes(perSecond)) : text("saving"));
    this.changed();
  }

  private show(): void {
    this.row.classList.toggle("finished", this.state === "done");
    this.row.classList.toggle("failed", this.state === "failed");
    this.part("[data-cancel]").hidden = !this.isOpen;
    this.part("[data-retry]").hidden = !this.canRetry;
    this.part("[data-check]").hidden = this.state !== "done";
    this.changed();
  }

  private say(status: string): void { this.part("[data-status]").textContent = status; }

  private part(selector: string): HTMLElement { return find(selector, this.row)!; }

  // Decoded to the size that is shown, so that a hundred large files don't fill the memory.
  private async thumbnail(): Promise<void> {
    try {
      const bitmap = await createImageBitmap(this.file, { resizeWidth: 128, resizeQuality: "medium" });
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
      canvas.getContext("2d")!.drawImage(bitmap, 0, 0);
      bitmap.close();
      this.part("[data-thumb]").append(canvas);
    } catch {
      // A format that this browser does not know (HEIC, TIFF): the row stays without a thumbnail.
    }
  }
}
