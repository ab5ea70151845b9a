/** A member who is spoken to in a comment; without a name when there is no such member any more. */
export type Mention = { id: string; name: string | null };

/** A comment as the API has it. A thread is a comment with its replies; with a spot it is a pin. */
export type Comment = {
  id: string;
  threadId: string;
  authorId: string | null;
  authorName: string | null;
  text: string;
  x: number | null;
  y: number | null;
  createdAt: string;
  editedAt: string | null;
  deletedAt: string | null;
  resolvedAt: string | null;
  likes: number;
  liked: boolean;
  mentions: Mention[];
  version: number;
  revision: number;
};

/** A part of the list, in order of the last change. */
export type CommentPage = { items: Comment[]; next: number; revision: number; likes: number; liked: boolean };

export type Likes = { likes: number; liked: boolean };

/** What a new comment says. */
export type NewComment = { text: string; threadId?: string; x?: number; y?: number; mentions?: string[] };

/** Why something was not done, by its status (0: no answer), and after how many seconds it is worth another try. */
export type Refusal = { status: number; code: string; seconds: number };

/** What came of a request. */
export type Result<T> = { done: true; value: T } | { done: false; refusal: Refusal };

/** The requests about one image. */
export class Api {
  private readonly root: string;

  constructor(image: string) { this.root = `/api/v1/images/${image}`; }

  list(after: number, limit: number): Promise<Result<CommentPage>> { return send("GET", `${this.root}/comments?after=${after}&limit=${limit}`); }

  add(comment: NewComment, key: string): Promise<Result<Comment>> {
    return send("POST", `${this.root}/comments`, comment, { "idempotency-key": key });
  }

  change(id: string, version: number, change: { text: string; mentions: string[] } | { resolved: boolean }): Promise<Result<Comment>> {
    return send("PATCH", `${this.root}/comments/${id}`, change, { "if-match": `"${version}"` });
  }

  /** Also while the page is going away. */
  remove(id: string): Promise<Result<undefined>> { return send("DELETE", `${this.root}/comments/${id}`, undefined, {}, true); }

  /** Of a comment, or of the image itself. */
  like(id: string | null, liked: boolean): Promise<Result<Likes>> {
    return send(liked ? "PUT" : "DELETE", id ? `${this.root}/comments/${id}/like` : `${this.root}/like`);
  }
}

async function send<T>(method: string, url: string, body?: unknown, headers: Record<string, string> = {}, keepalive = false): Promise<Result<T>> {
  try {
    const response = await fetch(url, {
      method,
      keepalive,
      headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (response.ok) return { done: true, value: (response.status === 204 ? undefined : await response.json()) as T };
    return { done: false, refusal: { status: response.status, code: await codeOf(response), seconds: Number(response.headers.get("retry-after")) || 0 } };
  } catch {
    return { done: false, refusal: { status: 0, code: "", seconds: 0 } };
  }
}

async function codeOf(response: Response): Promise<string> {
  try {
    return (await response.json() as { code?: string }).code ?? "";
  } catch {
    // Not from the API: a load balancer's own page.
    return "";
  }
}
