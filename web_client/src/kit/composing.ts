// Keys while an input method composes belong to it: Enter takes what it offers, Escape takes it back, arrows choose. They end here,
// before any handler of the page, ours or the editor's, can take them for its own.

/** The key that one browser still tells when a composition has just ended, and others while one begins. */
const PROCESSED = 229;

/** From now on no handler of this page hears such keys. What they write comes as input. */
export function leaveComposing(): void {
  addEventListener(
    "keydown",
    (event) => {
      if (event.isComposing || event.keyCode === PROCESSED) event.stopImmediatePropagation();
    },
    true,
  );
}
