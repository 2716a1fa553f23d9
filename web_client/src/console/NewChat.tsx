// Starting a thread, fed from the desk: accounts by what is typed, and one key for all tries.

import { oneLine } from "../core/blank.ts";
import "../../styles/sheet.css";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { newKey } from "../core/keys.ts";
import { Refusal } from "../core/problems.ts";
import type { Account, Me } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { go } from "../shell/router.ts";
import { problemText } from "../shell/toasts.ts";
import type { AccountChoice, NewChatDraft } from "../ui/models.ts";
import { NewChatDialog } from "../ui/screens/NewChatDialog.tsx";
import { type Desk, hrefOf } from "./desk.ts";

const ASK_AFTER_MS = 200;

export function NewChat({ desk }: { readonly desk: Desk }): JSX.Element | null {
  const { client } = desk;
  const [accounts, setAccounts] = useState<readonly AccountChoice[]>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [reminder, setReminder] = useState<{ days: number; number: number }>();
  const key = useRef(newKey());
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
  useEffect(() => {
    query("");
    void firmDefault(desk).then(setReminder);
    return () => clearTimeout(timer.current);
  }, []);
  const close = (): void => {
    desk.newChat.value = false;
  };
  const create = async (draft: NewChatDraft): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { thread } = await client.api.call("thread.create", {
        account_id: draft.accountId,
        client_message_id: key.current,
        subject: draft.subject,
        body: draft.body,
        tasks: draft.tasks.map((text, index) => ({
          text,
          client_task_id: `${key.current.slice(0, 24)}-${index}`,
        })),
        reminder: draft.reminder,
      });
      client.dispatch({ type: "rows", threads: [thread] });
      close();
      go(hrefOf(thread.id));
    } catch (error) {
      setProblem(refusal(error, accounts, draft.accountId));
    } finally {
      setBusy(false);
    }
  };
  if (reminder === undefined) return null;
  return (
    <NewChatDialog
      accounts={accounts}
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
  const readers = account.links.filter((link) => link.login && link.activated);
  return {
    account: { id: account.id, name: account.name, shortId: account.short_id },
    readers: readers.map((link) => link.name),
    mailed: readers.filter((link) => link.notify).map((link) => link.name),
    canReceive: readers.length > 0,
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

function refusal(error: unknown, accounts: readonly AccountChoice[] | undefined, accountId: string): string {
  if (!(error instanceof Refusal)) return t("problem.other");
  const account = accounts?.find((choice) => choice.account.id === accountId)?.account.name;
  if (error.problem.reason === "account_not_activated" && account) return t("thread.noLogin", { account });
  return problemText(error.problem);
}
