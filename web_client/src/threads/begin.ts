// Beginning a thread from a form: one key for all tries, so that a retry finds the thread that the first one made (P2).

import { useRef, useState } from "preact/hooks";
import type { Client } from "../core/client.ts";
import { newKey } from "../core/keys.ts";
import { problemOf } from "../core/problems.ts";
import type { ArgumentsOf, ClientKey, Id } from "../core/protocol.gen.ts";
import { problemText } from "../i18n/problems.ts";

export interface Beginning {
  readonly key: ClientKey;
  readonly busy: boolean;
  /** Why the last try was refused, in the reader's words. */
  readonly problem: string | undefined;
  readonly begin: (thread: Omit<ArgumentsOf<"thread.create">, "client_message_id">) => Promise<void>;
}

/** `done` is called with the thread once it is there and in the lists. */
export function useBeginning(client: Client, done: (threadId: Id) => void): Beginning {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const key = useRef(newKey()).current;
  const begin: Beginning["begin"] = async (asked) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { thread } = await client.api.call("thread.create", { ...asked, client_message_id: key });
      client.dispatch({ type: "rows", threads: [thread] });
      done(thread.id);
    } catch (error) {
      setProblem(problemText(problemOf(error)));
    } finally {
      setBusy(false);
    }
  };
  return { key, busy, problem, begin };
}
