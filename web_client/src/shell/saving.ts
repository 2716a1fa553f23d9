// What a dialog saves under a key of its own: once, tried until it isn't refused for the moment only, and why not.

import { useRef, useState } from "preact/hooks";
import { insist } from "../core/api.ts";
import { newKey } from "../core/keys.ts";
import { problemOf } from "../core/problems.ts";
import type { Problem } from "../core/protocol.gen.ts";

export interface Saving {
  readonly busy: boolean;
  /** Why the last try was refused. */
  readonly problem: Problem | undefined;
  /** Do it, unless it is being done. Undefined where it wasn't. */
  readonly save: <T>(act: (key: string) => Promise<T>) => Promise<T | undefined>;
  /** What was refused has been changed. */
  readonly forget: () => void;
}

export function useSaving(): Saving {
  const key = useRef(newKey());
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  return {
    busy,
    problem,
    save: async (act) => {
      if (busy) return undefined;
      setBusy(true);
      setProblem(undefined);
      try {
        return await insist(() => act(key.current));
      } catch (error) {
        // Changed since, it is something else: the next try has a key of its own.
        key.current = newKey();
        setProblem(problemOf(error));
        return undefined;
      } finally {
        setBusy(false);
      }
    },
    forget: () => setProblem(undefined),
  };
}
