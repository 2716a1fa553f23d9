// The list that a field points into, or what is said in its place: a listbox without options is none, and nobody would hear why.
// Knows which of the two there is; what an option is and when there are none says whoever offers them.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Listbox } from "./picking.ts";

export interface ChoicesProps {
  /** What the list is called. */
  readonly title: string;
  /** Why there is no option: said, and the list is no list. */
  readonly nothing: string | undefined;
  /** Of the list, such as how high it may grow. */
  readonly class?: string | undefined;
  /** Of the list, by which a field points at it. */
  readonly listbox: Pick<Listbox, "id"> & Partial<Listbox>;
  /** A press in the list leaves focus where it is. */
  readonly keepFocus?: boolean;
  readonly children: ComponentChildren;
}

export function Choices(props: ChoicesProps): JSX.Element {
  const { title, nothing, class: name, listbox, keepFocus = false, children } = props;
  // What is there from the beginning isn't read out, only what comes.
  const [said, setSaid] = useState("");
  useEffect(() => setSaid(nothing ?? ""), [nothing]);
  return (
    <div
      class="picker__list"
      {...(keepFocus && { onPointerDown: (event: PointerEvent) => event.preventDefault() })}
    >
      {nothing === undefined && (
        // What scrolls is the list itself: the field's keys move it.
        <div {...listbox} role="listbox" aria-label={title} class={name}>
          {children}
        </div>
      )}
      <p class="picker__said" role="status">
        {said}
      </p>
    </div>
  );
}
