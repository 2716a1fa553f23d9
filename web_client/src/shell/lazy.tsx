// Parts of a page that are fetched when they are first shown. What can't be fetched says so and can be tried again.

import type { ComponentType, JSX } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { Failed } from "../kit/Failed.tsx";
import { part } from "../kit/on_demand.ts";

/** A component that stands for one that is fetched; `Meanwhile` is shown until it is here, also where it can't be had. */
export function lazy<P extends object>(
  load: () => Promise<ComponentType<P>>,
  Meanwhile?: ComponentType<P>,
): ComponentType<P> {
  const { here, fetch } = part(load);
  return function Lazy(props: P): JSX.Element | null {
    const [failed, setFailed] = useState(false);
    const ask = async (): Promise<void> => {
      setFailed(false);
      setFailed(!(await fetch()));
    };
    useLayoutEffect(() => {
      if (here.peek() === undefined) void ask();
    }, []);
    const Component = here.value;
    if (Component !== undefined) return <Component {...props} />;
    if (Meanwhile) return <Meanwhile {...props} />;
    return failed ? <Failed onRetry={() => void ask()} /> : null;
  };
}
