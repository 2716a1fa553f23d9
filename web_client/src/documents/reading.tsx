// Reading a text or a table of values in the page: which files can be, how their words are had, and the window for it, which
// closes when the document isn't for the reader any more (DC-8). What is drawn in it is fetched.

import type { JSX } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import type { Document, Id } from "../core/protocol.gen.ts";
import { lazy } from "../shell/lazy.tsx";
import { canBeRead } from "./shown.ts";
import type { TextViewProps } from "./TextView.tsx";
import { wordsOf } from "./words.ts";

const TextView = lazy<TextViewProps>(async () => (await import("./TextView.tsx")).TextView);

/** Whether there is a button for it. */
export const isRead = ({ family, scan }: Document): boolean =>
  wordsOf() !== undefined && canBeRead(family) && scan !== "refused";

/** The window, if one of these is being read, and what opens it. */
export function useReading(
  documents: readonly Document[],
  onRead?: (document: Document) => void,
): readonly [JSX.Element | undefined, (id: Id) => void] {
  const [id, setId] = useState<Id>();
  const current = documents.find((one) => one.id === id);
  const gone = current === undefined;
  useLayoutEffect(() => {
    if (gone) setId(undefined);
  }, [gone]);
  const read = wordsOf();
  if (current === undefined || read === undefined) return [undefined, setId];
  const view = (
    <TextView
      key={current.id}
      document={current}
      read={read}
      onRead={() => onRead?.(current)}
      onClose={() => setId(undefined)}
    />
  );
  return [view, setId];
}
