import { DetailedError, Upload } from "tus-js-client";

/** How far a file is. */
export type Progress = { sent: number; total: number; perSecond: number };

/** What became of it; the reason is the name of a text. */
export type Result = { kind: "done"; id: string | undefined; already: boolean } | { kind: "busy"; seconds: number } | { kind: "failed"; reason: string };

const reasons: Record<string, string> = {
  "file-too-large": "errorTooLarge",
  "quota-exceeded": "errorQuota",
  "unsupported-format": "errorNotImage",
  "unreadable-image": "errorUnreadable",
  "sign-in-needed": "errorSignIn",
  "storage-full": "errorFull",
};

/** One file on its way to the server, by tus: after a dropped connection it goes on where it stopped. */
export class Transfer {
  readonly result: Promise<Result>;
  private readonly upload: Upload;
  private last = { time: performance.now(), sent: 0 };
  private speed = 0;

  /**
   * Begins to send.
   * @param url Where an earlier try has come to; it goes on there.
   * @param waits Called when the connection is lost, before it tries again.
   */
  constructor(file: File, visibility: string, url: string | undefined, progress: (progress: Progress) => void, waits: () => void) {
    let image: string | undefined;
    let resolve: (result: Result) => void;
    this.result = new Promise(done => { resolve = done; });
    this.upload = new Upload(file, {
      endpoint: "/api/v1/uploads",
      uploadUrl: url ?? null,
      metadata: { filename: file.name, visibility },
      storeFingerprintForResuming: false,
      retryDelays: [500, 1_000, 3_000, 5_000, 10_000, 20_000],
      // What the server has said about the file or the member stays as it is.
      onShouldRetry: error => {
        const status = statusOf(error);
        if (status === 0) waits();
        return status === 0 || status === 409 || status === 423 || status >= 500 && status !== 507;
      },
      onProgress: sent => {
        this.measure(sent);
        progress({ sent, total: file.size, perSecond: this.speed });
      },
      onAfterResponse: (_request, response) => { image = response.getHeader("Pixelcraft-Image") ?? image; },
      // A new image has the id of its upload; another one was there before.
      onSuccess: () => resolve({ kind: "done", id: image, already: image !== undefined && !this.url?.endsWith(`/${image}`) }),
      onError: error => resolve(answer(error)),
    });
    this.upload.start();
  }

  /** Where the server keeps what it has of the file; undefined until it has something. */
  get url(): string | undefined { return this.upload.url ?? undefined; }

  /** Gives the file up, on the server too. */
  abort(): void {
    // What could not be removed there goes by itself when its time is up.
    this.upload.abort(true).catch(() => undefined);
  }

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

function answer(error: Error | DetailedError): Result {
  const status = statusOf(error);
  const response = error instanceof DetailedError ? error.originalResponse : null;
  if (!response || status === 0) return { kind: "failed", reason: "errorConnection" };
  if (status === 429 || status === 503) {
    const seconds = Number(response.getHeader("retry-after"));
    return { kind: "busy", seconds: seconds > 0 && seconds <= 300 ? seconds : 5 };
  }
  const { code } = parse(response.getBody());
  return { kind: "failed", reason: reasons[code ?? ""] ?? (status === 413 ? "errorTooLarge" : status === 401 ? "errorSignIn" : "errorOther") };
}

/** The status of the answer; 0 when there was none. */
function statusOf(error: Error | DetailedError): number {
  return error instanceof DetailedError ? error.originalResponse?.getStatus() ?? 0 : 0;
}

function parse(json: string): { code?: string } {
  try {
    return JSON.parse(json) as { code?: string };
  } catch {
    // Not from the API: a load balancer's own page.
    return {};
  }
}
