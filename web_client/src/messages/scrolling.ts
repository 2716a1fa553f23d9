// Where the stream's reader is: at the end, which they stay at whatever grows or shrinks; or at an entry, which stays where it is
// whatever comes in above. Knows heights and entries' keys. Refuses to know what an entry says.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface Place {
  /** Key of the first unread entry: it opens at the line above that, if what is new is more than fits. */
  readonly unreadFrom?: string | undefined;
  /** Key of the entry at which it opens instead. */
  readonly startAt?: string | undefined;
  /** Key of the newest message that was written here and waits to be sent: its writer wants to see it. */
  readonly written?: string | undefined;
}

interface Anchor {
  readonly entry: HTMLElement;
  /** In px below the top of what is seen. */
  readonly top: number;
}

/** How things stood when they were last looked at or put in place, in px. */
interface Stood {
  readonly top: number;
  readonly height: number;
  readonly window: number;
}

/** So near to the end the reader counts as being there. */
const NEAR_PX = 48;
/** Instead of where it was put: the reader has moved, and the event that tells of it is still to come. */
const UNTOLD = -1;

type Scroller = { readonly current: HTMLDivElement | null };

/** Keeps the view where the reader wants it, and asks for older entries (`onOlder`) while less than a window of them is above.
 *  Says whether the reader is at the end. `shown`: whatever changes with what is drawn. */
export function useScrolling(
  scroller: Scroller,
  shown: readonly unknown[],
  firstKey: string | undefined,
  { unreadFrom, startAt, written }: Place,
  onOlder: (() => void) | undefined,
): boolean {
  const [atEnd, setAtEnd] = useState(true);
  const near = useRef(true);
  const anchor = useRef<Anchor>(undefined);
  const stood = useRef<Stood>(undefined);
  /** Where it was put from here, until the reader moves. */
  const put = useRef<number>(undefined);
  /** What it has opened at: that may be known later than the first messages. */
  const opened = useRef<string | undefined>(undefined);
  const seen = useRef<string | undefined>(undefined);
  /** The first entry before which older ones were asked for by itself. */
  const asked = useRef<string | undefined>(undefined);
  const older = useRef(onOlder);
  older.current = onOlder;

  const settle = useRef((element: HTMLElement): void => {
    // The reader may have moved since, and it isn't told yet: they are where they went to, as far as that was drawn then.
    const before = stood.current;
    const moved = before ? movedSince(element, before) : 0;
    if (before && moved) near.current = isNear(before, moved);
    if (near.current) element.scrollTop = element.scrollHeight;
    else if (anchor.current?.entry.isConnected)
      element.scrollTop += topIn(element, anchor.current.entry) + moved - anchor.current.top;
    else anchor.current = undefined;
    put.current = moved || put.current === UNTOLD ? UNTOLD : element.scrollTop;
    anchor.current = (!moved && anchor.current) || anchorOf(element);
    stood.current = standing(element);
    setAtEnd(near.current);
  }).current;
  const wish = useRef((element: HTMLElement): void => {
    if (element.scrollTop < element.clientHeight) older.current?.();
  }).current;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const start = startAt ?? unreadFrom;
    const place = start === undefined || start === opened.current ? null : placeOf(element, startAt);
    if (place !== null) {
      opened.current = start;
      near.current = element.scrollHeight - place <= element.clientHeight;
      element.scrollTop = place;
      anchor.current = stood.current = undefined;
    }
    if (written !== seen.current) {
      seen.current = written;
      if (written !== undefined) {
        near.current = true;
        stood.current = undefined;
      }
    }
    settle(element);
  }, [...shown, firstKey, unreadFrom, startAt, written]);

  useLayoutEffect(() => {
    // What has come may not fill the window. What has been asked for in vain is asked for by the reader only.
    const element = scroller.current;
    if (!element || firstKey === asked.current || onOlder === undefined) return;
    asked.current = firstKey;
    wish(element);
  }, [firstKey, onOlder === undefined]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = (): void => {
      // Told a moment later, when the window may have changed once more: it isn't the reader who has moved.
      if (element.scrollTop === put.current) return;
      put.current = undefined;
      stood.current = standing(element);
      near.current = isNear(stood.current);
      anchor.current = anchorOf(element);
      setAtEnd(near.current);
      wish(element);
    };
    // What writes may grow below, and what is shown may grow once it is fetched.
    const resized = new ResizeObserver(() => settle(element));
    resized.observe(element);
    for (const child of element.children) resized.observe(child);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
  return atEnd;
}

function standing({ scrollTop, scrollHeight, clientHeight }: HTMLElement): Stood {
  return { top: scrollTop, height: scrollHeight, window: clientHeight };
}

/** Whether the reader was near the end, `moved` px below where they stood. */
function isNear({ top, height, window }: Stood, moved = 0): boolean {
  return height - top - moved - window < NEAR_PX;
}

/** By how many px the reader has moved since; what has become shorter pulls them up, and isn't them. */
function movedSince({ scrollTop, scrollHeight, clientHeight }: HTMLElement, { top }: Stood): number {
  const pulled = scrollTop < top && scrollTop >= Math.floor(scrollHeight - clientHeight);
  return pulled ? 0 : scrollTop - top;
}

/** What the reader looks at: the first entry that begins within the window. Of the very first one the head goes when its author
 *  has written just above, so the next holds better where there is one. */
function anchorOf(element: HTMLElement): Anchor | undefined {
  const entries = element.querySelectorAll<HTMLElement>("[data-entry]");
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry && topIn(element, entry) >= 0) high = middle;
    else low = middle + 1;
  }
  const next = low === 0 ? entries[1] : undefined;
  const entry = next && topIn(element, next) < element.clientHeight ? next : entries[low];
  const held = entry ?? entries[entries.length - 1];
  return held && { entry: held, top: topIn(element, held) };
}

function topIn(element: HTMLElement, entry: HTMLElement): number {
  return entry.getBoundingClientRect().top - element.getBoundingClientRect().top;
}

/** From the top of what scrolls to an entry, or to the unread line; null where it isn't drawn. */
function placeOf(element: HTMLElement, key: string | undefined): number | null {
  const target =
    key === undefined ? element.querySelector<HTMLElement>(".day--unread") : entryOf(element, key);
  return target && topIn(element, target) + element.scrollTop;
}

/** An entry as it is drawn. */
export function entryOf(element: HTMLElement | null, key: string): HTMLElement | null {
  return element?.querySelector<HTMLElement>(`[data-entry="${CSS.escape(key)}"]`) ?? null;
}
