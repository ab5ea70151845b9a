/** How far a file is. */
export type Progress = { sent: number; total: number; perSecond: number };

/** What became of it; the reason is the name of a text. */
export type Result = { kind: "done"; id: string | undefined } | { kind: "busy"; seconds: number } | { kind: "failed"; reason: string };

const reasons: Record<string, string> = {
  "file-too-large": "errorTooLarge",
  "quota-exceeded": "errorQuota",
  "unsupported-format": "errorNotImage",
  "unreadable-image": "errorUnreadable",
  "sign-in-needed": "errorSignIn",
  "storage-full": "errorFull",
};

/** One file on its way to the server. XMLHttpRequest, since fetch does not tell how much of a body has been sent. */
export class Transfer {
  readonly result: Promise<Result>;
  private readonly request = new XMLHttpRequest();
  private last = { time: performance.now(), sent: 0 };
  private speed = 0;

  constructor(file: File, visibility: string, progress: (progress: Progress) => void) {
    const { request } = this;
    this.result = new Promise(resolve => {
      request.addEventListener("load", () => resolve(answer(request)));
      request.addEventListener("error", () => resolve({ kind: "failed", reason: "errorConnection" }));
      request.addEventListener("timeout", () => resolve({ kind: "failed", reason: "errorConnection" }));
    });
    request.upload.addEventListener("progress", event => {
      this.measure(event.loaded);
      progress({ sent: event.loaded, total: event.total, perSecond: this.speed });
    });
    const form = new FormData();
    // Fields go before the file: the server reads the body once, as it comes.
    form.append("visibility", visibility);
    form.append("file", file, file.name);
    request.open("POST", "/api/v1/images");
    request.setRequestHeader("accept", "application/json");
    request.send(form);
  }

  abort(): void { this.request.abort(); }

  // Smoothed over some seconds: a number that jumps says nothing.
  private measure(sent: number): void {
    const now = performance.now();
    const seconds = (now - this.last.time) / 1_000;
    if (seconds < 0.2) return;
    const current = (sent - this.last.sent) / seconds;
    this.speed = this.speed === 0 ? current : this.speed * 0.7 + current * 0.3;
    this.last = { time: now, sent };
  }
}

function answer(request: XMLHttpRequest): Result {
  const body = parse(request.responseText);
  if (request.status >= 200 && request.status < 300) return { kind: "done", id: body.id };
  if (request.status === 429 || request.status === 503) {
    const seconds = Number(request.getResponseHeader("retry-after"));
    return { kind: "busy", seconds: seconds > 0 && seconds <= 300 ? seconds : 5 };
  }
  return { kind: "failed", reason: reasons[body.code ?? ""] ?? (request.status === 413 ? "errorTooLarge" : request.status === 401 ? "errorSignIn" : "errorOther") };
}

function parse(json: string): { id?: string; code?: string } {
  try {
    return JSON.parse(json) as { id?: string; code?: string };
  } catch {
    // Not from the API: a load balancer's own page.
    return {};
  }
}
