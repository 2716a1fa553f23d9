// What a page's tab is called.

import { useEffect } from "preact/hooks";

/** The place and how much waits there, never what (design 8). */
export function useTitle(name: string, count: number): void {
  const title = count > 0 ? `(${count}) ${name}` : name;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
