// A client starts a chat.

import "./sheet.css";
import type { JSX } from "preact";
import { hrefOf, type Visit } from "../portal/visit.ts";
import { go } from "../shell/router.ts";
import { useBeginning } from "./begin.ts";
import { ContactNewChat } from "./ContactNewChat.tsx";

export function NewChat({ visit }: { readonly visit: Visit }): JSX.Element {
  const close = (): void => {
    visit.newChat.value = false;
  };
  const { busy, problem, begin } = useBeginning(visit.client, (threadId) => {
    close();
    go(hrefOf(threadId));
  });
  return (
    <ContactNewChat
      firmName={visit.me.value.firm.name}
      busy={busy}
      problem={problem}
      onCreate={(subject, body) => void begin({ account_id: visit.accountId.value, subject, body })}
      onClose={close}
    />
  );
}
