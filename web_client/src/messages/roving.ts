// The stream is one tab stop: arrows go from message to message, and into one, to what it offers. The stop is where somebody was
// last, until then the newest message. Knows entries and what can be pressed in them; refuses to know what that does.

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { moveFocus, nextIndex } from "../kit/focus.ts";

const ENTRY = "[data-entry]";
const OLDER = ".stream__older button";
const CONTROL = "a[href], button";
/** What opens over a message has tab stops of its own. */
const OVER = "dialog, .popover";

/** Keys of the stream, for whoever hears them. `shown`: whatever changes with its entries. */
export function useRoving(
  scroller: RefObject<HTMLElement | null>,
  shown: readonly unknown[],
): (event: KeyboardEvent & { currentTarget: HTMLElement }) => void {
  const stop = useRef<HTMLElement>(undefined);
  /** Somebody has been there; else it follows the newest message. */
  const held = useRef(false);
  const move = useRef((to: HTMLElement | undefined): void => {
    if (to === stop.current) return;
    if (stop.current) stop.current.tabIndex = -1;
    if (to) to.tabIndex = 0;
    stop.current = to;
  }).current;

  useLayoutEffect(() => {
    if (held.current && stop.current?.isConnected) return;
    held.current = false;
    const entries = [...(scroller.current?.querySelectorAll<HTMLElement>(ENTRY) ?? [])];
    move(entries.findLast((entry) => entry.localName === "article") ?? entries.at(-1));
  }, [...shown]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const came = ({ target }: FocusEvent): void => {
      const entry = entryAround(target);
      if (!entry) return;
      held.current = true;
      move(entry);
    };
    // Parts of a message come later, too, such as its documents.
    const observer = new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) if (node instanceof HTMLElement) noStops(node);
      }
    });
    noStops(element);
    observer.observe(element, { childList: true, subtree: true });
    element.addEventListener("focusin", came);
    return () => {
      observer.disconnect();
      element.removeEventListener("focusin", came);
    };
  }, []);

  return (event) => {
    const { target, key, altKey, ctrlKey, metaKey, shiftKey } = event;
    if (event.defaultPrevented || altKey || ctrlKey || metaKey || shiftKey) return;
    if (!(target instanceof HTMLElement) || target.closest(OVER)) return;
    moveFocus(event, `${ENTRY}, ${OLDER}`, "vertical");
    const entry = entryAround(target);
    if (event.defaultPrevented || !entry) return;
    const to = within(entry, target, key);
    if (!to) return;
    event.preventDefault();
    to.focus();
  };
}

function entryAround(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>(ENTRY) : null;
}

/** Where a key leads within an entry: from it to what it offers, from one to the next, and back to it. */
function within(entry: HTMLElement, from: HTMLElement, key: string): HTMLElement | undefined {
  if (key === "Escape") return from === entry ? undefined : entry;
  const places = [entry, ...controlsIn(entry)];
  // Such as a wide table, which its own arrows scroll.
  if (!places.includes(from)) return undefined;
  const asked = key === "Enter" && from === entry ? "ArrowRight" : key;
  if (asked !== "ArrowRight" && asked !== "ArrowLeft") return undefined;
  return places[nextIndex(asked, places.indexOf(from), places.length, "horizontal") ?? -1];
}

function controlsIn(entry: HTMLElement): HTMLElement[] {
  return [...entry.querySelectorAll<HTMLElement>(CONTROL)].filter(
    (control) => !control.closest(OVER) && control.getClientRects().length > 0,
  );
}

/** What can be pressed there is no tab stop by itself. */
function noStops(part: HTMLElement): void {
  const found = part.matches(CONTROL) ? [part] : [...part.querySelectorAll<HTMLElement>(CONTROL)];
  for (const control of found) {
    if (control.closest(`${ENTRY}, ${OLDER}`) && !control.closest(OVER)) control.tabIndex = -1;
  }
}
