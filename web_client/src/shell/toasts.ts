// One short word at a time about what was just done, and what to say when something was refused.

import { signal } from "@preact/signals";
import { problemOf } from "../core/problems.ts";
import { problemText } from "../i18n/problems.ts";
import type { ToastView } from "../kit/models.ts";

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
