// Whether somebody writes while there is little room: on a phone, whose keyboard takes half of it, or in a low window.

import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

const LITTLE_ROOM = "(max-width: 719px), (max-height: 560px)";

/** Not 0 from when focus goes into `field` (a selector) within `place`, until it goes elsewhere than to `beside`; another number
 *  each time that it comes. */
export function useWriting(place: RefObject<HTMLElement | null>, field: string, beside: string): number {
  const [writing, setWriting] = useState(0);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const isIn = (target: EventTarget | null, selector: string): boolean =>
      target instanceof Element && target.closest(selector) !== null;
    const came = (event: FocusEvent): void => {
      if (!isIn(event.target, field) || isIn(event.relatedTarget, field)) return;
      setWriting((times) => (matchMedia(LITTLE_ROOM).matches ? times + 1 : 0));
    };
    const went = (event: FocusEvent): void => {
      // What is opened beside what one writes stays open.
      if (!isIn(event.relatedTarget, `:is(${field}, ${beside})`)) setWriting(0);
    };
    element.addEventListener("focusin", came);
    element.addEventListener("focusout", went);
    return () => {
      element.removeEventListener("focusin", came);
      element.removeEventListener("focusout", went);
    };
  }, []);
  return writing;
}
