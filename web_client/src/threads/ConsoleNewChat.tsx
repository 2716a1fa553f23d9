// Starting a thread, fed from the desk: accounts by what is typed, and one key for all tries.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { AccountChoice } from "../accounts/models.ts";
import { noReader, readersOf } from "../accounts/reachable.ts";
import type { Desk } from "../console/desk.ts";
import { oneLine } from "../core/blank.ts";
import type { Account, Me, Template } from "../core/protocol.gen.ts";
import { go } from "../shell/router.ts";
import { templatesOf } from "../templates/listed.ts";
import { useBeginning } from "./begin.ts";
import type { NewChatDraft } from "./models.ts";
import { NewChatDialog } from "./NewChatDialog.tsx";

const ASK_AFTER_MS = 200;

export interface NewChatProps {
  readonly desk: Desk;
  /** Begin with it. */
  readonly template?: Template | undefined;
}

export function NewChat({ desk, template }: NewChatProps): JSX.Element | null {
  const { client } = desk;
  const [accounts, setAccounts] = useState<readonly AccountChoice[]>();
  const [reminder, setReminder] = useState<{ days: number; number: number }>();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const asked = useRef("");
  const query = (text: string): void => {
    asked.current = text;
    clearTimeout(timer.current);
    timer.current = setTimeout(
      () => {
        client.api.call("account.list", { search: oneLine(text), limit: 20 }).then(
          (page) => asked.current === text && setAccounts(page.accounts.map(choiceOf)),
          () => undefined, // the next letter asks again
        );
      },
      text === "" ? 0 : ASK_AFTER_MS,
    );
  };
  useEffect(() => client.keep("template"), []);
  useEffect(() => {
    query("");
    void firmDefault(desk).then(setReminder);
    return () => clearTimeout(timer.current);
  }, []);
  const close = (): void => {
    desk.newChat.value = undefined;
  };
  const { key, busy, problem, begin } = useBeginning(client, (threadId) => {
    close();
    go(desk.hrefOf(threadId));
  });
  const create = ({ accountId, tasks, templateId, ...draft }: NewChatDraft): Promise<void> =>
    begin({
      ...draft,
      account_id: accountId,
      ...(templateId ? { template_id: templateId } : {}),
      tasks: tasks.map((text, index) => ({ text, client_task_id: `${key.slice(0, 24)}-${index}` })),
    });
  if (reminder === undefined) return null;
  return (
    <NewChatDialog
      accounts={accounts}
      templates={templatesOf(client.state.value)}
      template={template}
      reminder={{ enabled: false, ...reminder }}
      busy={busy}
      problem={problem}
      onAccountQuery={query}
      onCreate={(draft) => void create(draft)}
      onClose={close}
    />
  );
}

function choiceOf(account: Account): AccountChoice {
  const readers = readersOf(account);
  const why = noReader(account);
  return {
    account: { id: account.id, name: account.name, shortId: account.short_id },
    readers: readers.map((link) => link.name),
    mailed: readers.filter((link) => link.notify).map((link) => link.name),
    ...(why ? { noReader: why } : {}),
  };
}

/** What the firm chose for new threads; those who may not read the settings get the product's default. */
async function firmDefault(desk: Desk): Promise<{ days: number; number: number }> {
  const role: Me["role"] = desk.me.value.role;
  if (role === "employee") return { days: 3, number: 1 };
  try {
    const { settings } = await desk.client.api.call("firm.read", {});
    return { days: settings.reminder_days ?? 3, number: settings.reminder_number ?? 1 };
  } catch {
    return { days: 3, number: 1 };
  }
}
