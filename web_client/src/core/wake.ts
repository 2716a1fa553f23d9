// The moments at which a connection should be looked at: the network came or went, the page is shown again. And those
// after which nothing may come any more, as the page is hidden or goes.

/** Call `look` and `leave` at each of them, for as long as the page lives. */
export function onWake(look: () => void, leave: () => void = () => undefined): void {
  for (const moment of ["online", "offline", "pageshow"]) addEventListener(moment, look);
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () =>
    (document.visibilityState === "visible" ? look : leave)(),
  );
}
