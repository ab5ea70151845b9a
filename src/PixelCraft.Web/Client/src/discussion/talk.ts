import type { Candidate } from "./mentions";
import type { Store } from "./store";

/** What everything that shows the discussion needs. */
export type Talk = {
  readonly store: Store;
  /** Who looks at it; null for a visitor, who reads only. */
  readonly me: string | null;
  /** The image's owner or an administrator: may delete and resolve anything. */
  readonly isModerator: boolean;
  /** Whom one can mention. */
  readonly candidates: () => Candidate[];
  /** Marks a thread, in the list and on the image, and brings the other one of the two into sight. */
  readonly select: (thread: string, from: "list" | "image") => void;
  /** Marks a thread for a moment: somebody points at it. */
  readonly point: (thread: string | null) => void;
  /** Says something to whoever can't see it. */
  readonly announce: (words: string) => void;
};
