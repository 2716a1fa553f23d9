// A client starts a chat.

import "../../styles/sheet.css";
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { newKey } from "../core/keys.ts";
import { problemOf } from "../core/problems.ts";
import type { Body } from "../core/protocol.gen.ts";
import { go } from "../shell/router.ts";
import { problemText } from "../shell/toasts.ts";
import { ClientNewChat } from "../ui/screens/ClientNewChat.tsx";
import { hrefOf, type Visit } from "./visit.ts";

export function NewChat({ visit }: { readonly visit: Visit }): JSX.Element {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  // One key for all tries: a retry finds the thread that the first one made (P2).
  const key = useRef(newKey());
  const create = async (subject: string, body: Body): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      const account_id = visit.accountId.value;
      const made = { account_id, client_message_id: key.current, subject, body };
      const { thread } = await visit.client.api.call("thread.create", made);
      visit.client.dispatch({ type: "rows", threads: [thread] });
      visit.newChat.value = false;
      go(hrefOf(thread.id));
    } catch (error) {
      setProblem(problemText(problemOf(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <ClientNewChat
      firmName={visit.me.value.firm.name}
      busy={busy}
      problem={problem}
      onCreate={(subject, body) => void create(subject, body)}
      onClose={() => {
        visit.newChat.value = false;
      }}
    />
  );
}
