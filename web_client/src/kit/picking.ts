// Choosing from a list while a field keeps focus: the field is a combobox that points at one option of a listbox, the arrow
// keys move that one, Enter chooses it. Knows keys and ids; refuses to know what is chosen and how it is drawn.

import type { RefObject } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { nextIndex } from "./focus.ts";

export interface Combobox {
  readonly role: "combobox";
  readonly "aria-expanded": boolean;
  readonly "aria-controls": string | undefined;
  readonly "aria-activedescendant": string | undefined;
}

export interface Listbox {
  readonly id: string;
  readonly ref: RefObject<HTMLDivElement | null>;
}

export interface Picking<T> {
  /** What is typed. */
  readonly query: string;
  /** What can be chosen for it, in the order of the list. */
  readonly options: readonly T[];
  readonly type: (query: string) => void;
  /** Of the field. `listed`: there is a list, with options in it. */
  readonly combobox: (listed: boolean) => Combobox;
  /** Of the list. Options come first in it, in their order. */
  readonly listbox: Listbox;
  /** Of an option, by its place. */
  readonly option: (index: number) => {
    readonly id: string;
    readonly current: boolean;
    readonly onChoose: () => void;
    readonly onPoint: () => void;
  };
  /** A key in the field; whether it was the list's. */
  readonly press: (event: KeyboardEvent) => boolean;
}

/** `find` says what there is for what is typed, and is asked at each drawing. */
export function usePicking<T>(
  find: (query: string) => readonly T[],
  onChoose: (option: T) => void,
): Picking<T> {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const options = find(query);
  const current = Math.min(at, options.length - 1);
  const type = (text: string): void => {
    setQuery(text);
    setAt(0);
  };
  const choose = (option: T | undefined): void => {
    if (option === undefined) return;
    type("");
    onChoose(option);
  };
  const press = (event: KeyboardEvent): boolean => {
    const { key } = event;
    // With a modifier it is meant for what the list stands in: Ctrl+Enter sends.
    if (event.altKey || event.ctrlKey || event.metaKey) return false;
    // Home and End are the text's own.
    const next =
      key === "Home" || key === "End" ? undefined : nextIndex(key, current, options.length, "vertical");
    if (next === undefined && key !== "Enter") return false;
    event.preventDefault();
    if (next === undefined) choose(options[current]);
    else {
      setAt(next);
      list.current?.querySelectorAll("[role=option]")[next]?.scrollIntoView({ block: "nearest" });
    }
    return true;
  };
  return {
    query,
    options,
    type,
    press,
    combobox: (listed) => ({
      role: "combobox",
      "aria-expanded": listed,
      "aria-controls": listed ? `${id}-list` : undefined,
      "aria-activedescendant": listed && options.length > 0 ? `${id}-${current}` : undefined,
    }),
    listbox: { id: `${id}-list`, ref: list },
    option: (index) => ({
      id: `${id}-${index}`,
      current: index === current,
      onChoose: () => choose(options[index]),
      onPoint: () => setAt(index),
    }),
  };
}
