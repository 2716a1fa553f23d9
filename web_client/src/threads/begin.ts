// Beginning a thread from a form: one key for all tries, also those after a reload, so that a retry finds the thread that the first
// one made (P2). What is written stands in a draft that no other form has at the time (core/begun_chats.ts).

import { useEffect, useState } from "preact/hooks";
import { type BegunChat, BegunChats } from "../core/begun_chats.ts";
import type { Client } from "../core/client.ts";
import { problemOf } from "../core/problems.ts";
import type { ArgumentsOf, Id } from "../core/protocol.gen.ts";
import { problemText } from "../i18n/problems.ts";

export interface Beginning {
  readonly busy: boolean;
  /** Why the last try was refused, in the reader's words. */
  readonly problem: string | undefined;
  readonly begin: (thread: Omit<ArgumentsOf<"thread.create">, "client_message_id">) => Promise<void>;
}

/** The draft of a form: the last one that is kept, where `afresh` a new one, or one that nothing is kept of. Undefined until no
 *  other tab can have it. `accountId`: where the form can't choose another. */
export function useNewChat(
  client: Client,
  which: "last" | "afresh" | "unkept",
  accountId?: Id,
): BegunChat | undefined {
  const [draft, setDraft] = useState<BegunChat>();
  useEffect(() => {
    const storage = which === "unkept" ? null : client.storage;
    const chats = new BegunChats(storage, client.state.value.me?.person.id ?? "", accountId);
    let taken: BegunChat | undefined;
    let left = false;
    void (which === "last" ? chats.take() : chats.fresh()).then((mine) => {
      taken = mine;
      if (left) mine.close();
      else setDraft(mine);
    });
    return () => {
      left = true;
      taken?.close();
    };
  }, []);
  return draft;
}

/** `done` is called with the thread once it is there and in the lists; the draft is over then. */
export function useBeginning(client: Client, draft: BegunChat, done: (threadId: Id) => void): Beginning {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const begin: Beginning["begin"] = async (asked) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { thread } = await client.api.call("thread.create", { ...asked, client_message_id: draft.key });
      client.dispatch({ type: "rows", threads: [thread] });
      draft.end();
      done(thread.id);
    } catch (error) {
      const refused = problemOf(error);
      if (refused.reason === "key_reused") draft.renew();
      setProblem(problemText(refused));
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, begin };
}
