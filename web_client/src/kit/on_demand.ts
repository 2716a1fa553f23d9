// Parts that are fetched when they are first wanted, or earlier, once the page has nothing to do: what opens at a press
// need not be there before, and is there when it is pressed. Refuses to know what is drawn, and where from.

import { type ReadonlySignal, signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useState } from "preact/hooks";

/** A component that is fetched. */
export interface Part<P> {
  /** Undefined until it is here. */
  readonly here: ReadonlySignal<ComponentType<P> | undefined>;
  /** Fetch it. Resolves to whether it is here; what can't be had can be asked for again. `ahead`: nobody waits for it. */
  readonly fetch: (ahead?: boolean) => Promise<boolean>;
}

const known = new Set<Part<never>["fetch"]>();

export function part<P>(load: () => Promise<ComponentType<P>>): Part<P> {
  const here = signal<ComponentType<P> | undefined>(undefined);
  let asked: Promise<boolean> | undefined;
  const fetch = (ahead = false): Promise<boolean> => {
    asked ??= load().then(
      (component) => {
        here.value = component;
        return true;
      },
      (problem) => {
        if (!ahead) console.warn("a part of the page could not be loaded", problem);
        asked = undefined;
        return false;
      },
    );
    return asked;
  };
  known.add(fetch);
  return { here, fetch };
}

/** Where a browser doesn't say when it has nothing to do. */
const QUIET_MS = 200;

/** Fetch every part, one by one, while the page has nothing to do. Stops at what can't be had: that is fetched when wanted. */
export async function fetchAhead(): Promise<void> {
  for (const fetch of known) {
    await new Promise<void>((resolve) => {
      if ("requestIdleCallback" in globalThis) requestIdleCallback(() => resolve());
      else setTimeout(resolve, QUIET_MS);
    });
    if (!(await fetch(true))) return;
  }
}

let unreachable = (_again: () => void): void => undefined;

/** How a page says that what was pressed for can't be had; `again` tries once more. */
export function sayUnreachable(say: (again: () => void) => void): void {
  unreachable = say;
}

type Press = MouseEvent & { readonly currentTarget: HTMLElement };

/** The part and the button that it belongs to while it is open, what a press on the button does, and what closes it. */
export function useOnDemand<P>(
  { here, fetch }: Part<P>,
  onOpen?: () => void,
): readonly [ComponentType<P> | undefined, HTMLElement | null, (event: Press) => void, () => void] {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const open = async (button: HTMLElement): Promise<void> => {
    onOpen?.();
    if (here.peek() !== undefined || (await fetch())) setAnchor(button);
    else unreachable(() => void open(button));
  };
  const close = (): void => setAnchor(null);
  return [here.value, anchor, (event) => (anchor ? close() : void open(event.currentTarget)), close];
}
