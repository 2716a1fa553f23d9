// The moments at which a connection should be looked at: the network came or went, the page is shown again.

/** Call `look` at each of them. Returns a stop function. */
export function onWake(look: () => void): () => void {
  const shown = (): void => {
    if (document.visibilityState === "visible") look();
  };
  addEventListener("online", look);
  addEventListener("offline", look);
  addEventListener("pageshow", look);
  document.addEventListener("visibilitychange", shown);
  return () => {
    removeEventListener("online", look);
    removeEventListener("offline", look);
    removeEventListener("pageshow", look);
    document.removeEventListener("visibilitychange", shown);
  };
}
