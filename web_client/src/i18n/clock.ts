// What time it is on the screen, to the minute: "today" turns into "yesterday" while a page stays open.
// Refuses to know why; tests and the gallery set it by hand.

import { signal } from "@preact/signals";

export const now = signal(Date.now());

/** Keep `now` within half a minute of the real time; right after a laptop wakes, too. Returns a stop function. */
export function startClock(): () => void {
  const tick = (): void => {
    now.value = Date.now();
  };
  const timer = setInterval(tick, 30_000);
  document.addEventListener("visibilitychange", tick);
  tick();
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", tick);
  };
}
