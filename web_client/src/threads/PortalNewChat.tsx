// A client starts a chat.

import "./sheet.css";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { BegunChat } from "../core/begun_chats.ts";
import { useBegun } from "../documents/begun.ts";
import { hrefOf, type Visit } from "../portal/visit.ts";
import { go } from "../shell/router.ts";
import { useBeginning, useNewChat } from "./begin.ts";
import { ContactNewChat } from "./ContactNewChat.tsx";

interface NewChatProps {
  readonly visit: Visit;
}

export function NewChat({ visit }: NewChatProps): JSX.Element | null {
  // What was begun for another account stays there.
  const draft = useNewChat(visit.client, "last", visit.accountId.peek());
  return draft ? <Writing visit={visit} draft={draft} /> : null;
}

function Writing({ visit, draft }: NewChatProps & { readonly draft: BegunChat }): JSX.Element {
  const close = (): void => {
    visit.newChat.value = false;
  };
  const { busy, problem, begin } = useBeginning(visit.client, draft, (threadId) => {
    visit.toWrite = threadId;
    close();
    go(hrefOf(threadId));
  });
  const ready = useRef((): void => undefined);
  const files = useBegun(
    visit.attaching,
    () => visit.accountId.peek(),
    () => ready.current(),
    undefined,
    { kept: draft.kept?.files ?? [], keep: (kept) => draft.attach(kept) },
  );
  return (
    <ContactNewChat
      firmName={visit.me.value.firm.name}
      begun={draft.kept}
      busy={busy}
      problem={problem}
      files={files}
      onReady={(act) => {
        ready.current = act;
      }}
      onWritten={(subject, body) => draft.put({ subject, body, tasks: [] })}
      onCreate={(subject, body) => {
        const attachments = files?.documentIds ?? [];
        void begin({
          account_id: visit.accountId.value,
          subject,
          body,
          ...(attachments.length > 0 ? { attachments } : {}),
        });
      }}
      onClose={() => {
        files?.giveUp();
        draft.end();
        close();
      }}
    />
  );
}
