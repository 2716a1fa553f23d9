// Parts that are fetched when they are first wanted: what opens at a press need not be there before.

import type { ComponentType } from "preact";
import { useState } from "preact/hooks";

/** The part, once it is there, and a function that fetches it. What can't be had is said in the console; ask again. */
export function useOnDemand<P>(
  load: () => Promise<ComponentType<P>>,
): readonly [ComponentType<P> | undefined, () => Promise<void>] {
  const [part, setPart] = useState<{ readonly component: ComponentType<P> }>();
  const want = async (): Promise<void> => {
    if (part) return;
    try {
      setPart({ component: await load() });
    } catch (problem) {
      console.warn("a part of the page could not be loaded", problem);
    }
  };
  return [part?.component, want];
}
