// What a text would say with its values: asked of the server while somebody writes, and once more before it is created, so that
// nobody sends a gap unseen (SC-6).

import { useEffect, useRef, useState } from "preact/hooks";
import type { Id, ShortcodesResolved } from "../core/protocol.gen.ts";
import { plainText } from "../core/threads.ts";
import type { BodyDoc } from "../messages/models.ts";
import { shortcodesIn } from "./codes.ts";

const ASK_AFTER_MS = 300;

export interface Coded {
  readonly subject?: string;
  readonly body: BodyDoc | null;
  readonly tasks?: readonly string[];
}

/** Asks the server. */
export type Resolve = (accountId: Id, text: Coded) => Promise<ShortcodesResolved>;

/** The shortcodes of a text, each once: as they are written, and whether there are such. */
export function codesOf({ subject = "", body, tasks = [] }: Coded): ReadonlyMap<string, boolean> {
  const lines = [subject, ...(body ? [plainText(body)] : []), ...tasks];
  return new Map(
    lines.flatMap((line) => shortcodesIn(line).map(({ text, known }) => [text, known] as const)),
  );
}

export interface Resolving {
  /** What it says, as far as that is known. */
  readonly resolved: ShortcodesResolved | undefined;
  /** Whether it may be created: nothing is missing, or what is missing has been shown. Shows it otherwise. */
  readonly seen: () => Promise<boolean>;
}

export function useResolving(
  resolve: Resolve | undefined,
  accountId: Id | undefined,
  text: Coded,
): Resolving {
  const [answer, setAnswer] = useState<{ readonly asked: string; readonly said: ShortcodesResolved }>();
  const coded = codesOf(text).size > 0;
  const asked = coded && accountId !== undefined ? JSON.stringify([accountId, text]) : undefined;
  const latest = useRef(asked);
  latest.current = asked;
  const ask = async (): Promise<ShortcodesResolved | undefined> => {
    if (resolve === undefined || accountId === undefined || asked === undefined) return undefined;
    const said = await resolve(accountId, text);
    if (latest.current === asked) setAnswer({ asked, said });
    return said;
  };
  useEffect(() => {
    if (asked === undefined) {
      setAnswer(undefined);
      return;
    }
    const timer = setTimeout(() => {
      ask().catch(() => undefined); // the next letter asks again, and so does whoever creates it
    }, ASK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [asked]);
  const seen = async (): Promise<boolean> => {
    const shown = new Set(answer?.said.gaps?.map(({ token }) => token));
    const said = await ask();
    return (said?.gaps ?? []).every(({ token }) => shown.has(token));
  };
  return { resolved: asked === undefined ? undefined : answer?.said, seen };
}
