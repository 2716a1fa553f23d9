// Parts that are fetched when they are first wanted: what opens at a press need not be there before.

import type { ComponentType } from "preact";
import { useState } from "preact/hooks";

type Press = MouseEvent & { readonly currentTarget: HTMLElement };

/** The part and the button that it belongs to while it is open, what a press on the button does, and what closes it. What
 * can't be had is said in the console; ask again. */
export function useOnDemand<P>(
  load: () => Promise<ComponentType<P>>,
  onOpen?: () => void,
): readonly [ComponentType<P> | undefined, HTMLElement | null, (event: Press) => void, () => void] {
  const [part, setPart] = useState<{ readonly component: ComponentType<P> }>();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const close = (): void => setAnchor(null);
  const open = async (button: HTMLElement): Promise<void> => {
    onOpen?.();
    try {
      if (!part) setPart({ component: await load() });
    } catch (problem) {
      console.warn("a part of the page could not be loaded", problem);
    }
    setAnchor(button);
  };
  return [part?.component, anchor, (event) => (anchor ? close() : void open(event.currentTarget)), close];
}
