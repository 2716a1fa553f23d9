// The wait before the same is tried again: longer each time, and over at once when the network or the connection is back.

import type { ReadonlySignal } from "@preact/signals";
import { waitMs } from "../core/backoff.ts";

/** Resolves when attempt number `attempt` (1 is the first again) is worth making. `live`: whether the connection stands. */
export function pause(attempt: number, live: ReadonlySignal<boolean>): Promise<void> {
  return new Promise((resolve) => {
    let before = live.peek();
    const over = (): void => {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", over);
      stop();
      resolve();
    };
    const timer = setTimeout(over, waitMs(attempt, Math.random()));
    const stop = live.subscribe((now) => {
      // Not from within the subscription's first call: there is nothing to stop yet, and nothing has changed.
      if (now && !before) over();
      before = now;
    });
    globalThis.addEventListener?.("online", over);
  });
}
