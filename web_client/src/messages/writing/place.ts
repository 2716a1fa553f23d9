// Where one writes on this page: a page has one such place at a time, and other parts lead to it.

import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import type { EditorHandle } from "./EditorField.tsx";

let place: (() => void) | undefined;

/** Put the caret where one writes, if there is such a place. */
export function write(): void {
  place?.();
}

/** This composer is the place while it is shown. Until its editor has come, a plain field stands in it. */
export function useWritingPlace(
  composer: RefObject<HTMLElement | null>,
  editor: RefObject<EditorHandle | null>,
): void {
  useLayoutEffect(() => {
    const focus = (): void =>
      (editor.current ?? composer.current?.querySelector<HTMLElement>("textarea"))?.focus();
    place = focus;
    return () => {
      if (place === focus) place = undefined;
    };
  }, []);
}
