// A contact whom a letter didn't reach, fed from the desk: opened from the inbox and from the Info tab.

import "../letters/letters.css";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ContactPlace, Desk } from "../console/desk.ts";
import { problemOf } from "../core/problems.ts";
import type { Problem } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { problemText } from "../i18n/problems.ts";
import { tryAgain } from "../letters/retry.ts";
import { attempt, say } from "../shell/toasts.ts";
import { contactRow, managesAccounts } from "../threads/panels.ts";
import { ContactDialog } from "./ContactDialog.tsx";

interface ContactProps extends ContactPlace {
  readonly desk: Desk;
}

export function Contact({ desk, accountId, contactId }: ContactProps): JSX.Element | null {
  const { client, directory } = desk;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const account = directory.account(accountId);
  const link = account?.links.find((one) => one.contact_id === contactId);
  useEffect(() => {
    void attempt(() => directory.loadAccount(accountId)).then((found) => found || close());
  }, [accountId]);
  const close = (): void => {
    desk.contact.value = undefined;
  };
  if (account === undefined || link === undefined) return null;
  const place = { account_id: accountId, contact_id: contactId };
  const save = async (email: string, invite: boolean): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      if (email !== link.email) await client.api.call("contact.update", { ...place, email });
      if (invite) {
        await client.api.call("invitation.send", place);
        say(t("toast.invited", { name: link.name }), { icon: "check" });
      }
      await directory.loadAccount(accountId);
      close();
    } catch (error) {
      setProblem(refusal(problemOf(error)));
    } finally {
      setBusy(false);
    }
  };
  const retry = async (letterIds: readonly string[]): Promise<void> => {
    if (!(await tryAgain(client.api, accountId, letterIds))) return;
    await desk.loadAccount(accountId);
    close();
  };
  const state = client.state.value;
  return (
    <ContactDialog
      contact={contactRow(link, state)}
      account={account.name}
      canManage={managesAccounts(state.me)}
      busy={busy}
      problem={problem}
      onSave={(email, invite) => void save(email, invite)}
      onRetry={(letters) => void retry(letters)}
      onClose={close}
    />
  );
}

function refusal(problem: Problem): string {
  return problem.code === "forbidden" ? t("contact.onlyLeads") : problemText(problem);
}
