import { text } from "../texts";
import type { Refusal } from "./api";

/** What happened, for whoever wanted something done. */
export function reason({ status, code, seconds }: Refusal): string {
  switch (status) {
    case 0: return text("discussionOffline");
    case 401: return text("discussionSignedOut");
    case 403: return text("discussionForbidden");
    case 404: return text("discussionGone");
    case 409: return text(code === "comments-full" ? "discussionFull" : "discussionRefused");
    case 412: return text("discussionStale");
    case 400: case 422: return text("discussionInvalid");
    case 429: return text("discussionTooMany", seconds || 60);
    case 503: case 507: return text("discussionAway");
    default: return text("discussionRefused");
  }
}

/** Whether it comes back by itself, so that it may be sent again without being asked. */
export const isPassing = ({ status }: Refusal): boolean => status === 0;
