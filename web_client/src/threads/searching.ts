// What is looked for in a list of chats: at once among what is here, and of the server, and in the address, once the typing
// has paused.

import { useEffect, useRef } from "preact/hooks";
import { ask } from "../shell/router.ts";
import type { Lists } from "./lists.ts";

const SEARCH_AFTER_MS = 250;

export function useSearch({ query }: Lists): (search: string) => void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (search) => {
    query.value = { ...query.value, search };
    clearTimeout(timer.current);
    timer.current = setTimeout(() => ask({ q: search }, { replace: true }), SEARCH_AFTER_MS);
  };
}
