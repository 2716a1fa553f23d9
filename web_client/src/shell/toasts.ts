// One short word at a time about what was just done, and what to say when something was refused.

import { signal } from "@preact/signals";
import { problemOf } from "../core/problems.ts";
import type { Problem } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import type { ToastView } from "../ui/models.ts";

export const toast = signal<ToastView | undefined>(undefined);
let count = 0;

export function say(text: string, more: Pick<ToastView, "icon" | "action"> = {}): void {
  count += 1;
  toast.value = { key: String(count), text, ...more };
}

export function unsay(): void {
  toast.value = undefined;
}

/** Do it; when it is refused, say so in words. Returns whether it was done. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    say(problemText(problemOf(error)), { icon: "problem" });
    return false;
  }
}

/** A refusal in the reader's words. */
export function problemText(problem: Problem): string {
  switch (problem.code) {
    case "unavailable":
      return t("problem.away");
    case "rate_limited":
      return t("problem.tooMuch");
    case "forbidden":
    case "unauthenticated":
      return t("problem.forbidden");
    case "not_found":
      return t("problem.gone");
    case "conflict":
      return t("problem.conflict");
    default:
      return t(problem.reason === "too_long" ? "problem.tooLong" : "problem.other");
  }
}
