// Where the keyboard goes when a thread is opened and left: to its heading, so that whoever hears the page knows where they are, or to
// where one writes, where it was opened for that; and back to its row.

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Id } from "../core/protocol.gen.ts";
import { write } from "../messages/writing/place.ts";
import type { ThreadHeaderView } from "./models.ts";

export type OpenedFor = "reading" | "writing";

/** `why` is undefined where nobody has opened it here: the page has begun with it. The heading waits for its words, and for
 *  nobody who has gone elsewhere meanwhile. */
export function useOpening({ id, account }: ThreadHeaderView, why: OpenedFor | undefined): void {
  const known = account.id !== "";
  const opened = useRef<{ readonly id: Id; readonly from: Element | null }>(undefined);
  useLayoutEffect(() => {
    if (why === undefined) return;
    const { activeElement } = document;
    if (opened.current?.id !== id) {
      opened.current = { id, from: activeElement };
      if (why === "writing") write();
    }
    const stayed = activeElement === opened.current.from || activeElement === document.body;
    if (why === "reading" && known && stayed) document.getElementById("thread-subject")?.focus();
  }, [id, known]);
}

/** The thread that is open among the rows of a list. Once it is left, and what had focus in it is gone, its row has it. */
export function useReturning(openId: Id | null | undefined): void {
  const open = useRef(openId);
  // Once all that belongs to the thread is gone.
  useEffect(() => {
    const left = open.current;
    open.current = openId;
    if (openId || !left || document.activeElement !== document.body) return;
    const row = (which: string) => document.querySelector<HTMLElement>(`a[data-row${which}]`);
    (row(`="${left}"`) ?? row(""))?.focus();
  }, [openId]);
}
