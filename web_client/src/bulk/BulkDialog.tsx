// One message to many clients: from which template, subject, message, reminders; and who of them can't receive, before anything
// is sent (BK-1, BK-5). Documents and tasks come from a template alone (BK-4).

import "./bulk.css";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Desk } from "../console/desk.ts";
import { insist } from "../core/api.ts";
import { oneLine } from "../core/blank.ts";
import { newKey } from "../core/keys.ts";
import { problemOf } from "../core/problems.ts";
import type { AccountFilter, BulkPreviewed, Id, LeftOut, Template } from "../core/protocol.gen.ts";
import { useCustomFields } from "../custom_fields/kept.ts";
import { format, t } from "../i18n/index.ts";
import { problemText } from "../i18n/problems.ts";
import { bodyOf, isBlank, trimmed } from "../messages/body_text.ts";
import type { BodyDoc } from "../messages/models.ts";
import type { ReminderSetting } from "../reminders/RemindersPanel.tsx";
import { go } from "../shell/router.ts";
import { reminderOf, templatesOf } from "../templates/listed.ts";
import { NewChatForm } from "../threads/NewChatForm.tsx";
import { RemindersRow, SheetRow, SubjectRow } from "../threads/sheet.tsx";
import { MessageRow, TemplateRow } from "../threads/staff_rows.tsx";
import { runHref } from "./addresses.ts";
import { whyText } from "./words.ts";

/** For whom it is, as the commands say it. */
export type Chosen = { readonly account_ids: readonly Id[] } | { readonly matching: AccountFilter };

interface BulkDialogProps {
  readonly desk: Desk;
  readonly to: Chosen;
  readonly onClose: () => void;
}

export function BulkDialog({ desk, to, onClose }: BulkDialogProps): JSX.Element {
  const { client } = desk;
  const { api } = client;
  const key = useRef(newKey()).current;
  const [seen, setSeen] = useState<BulkPreviewed>();
  const [template, setTemplate] = useState<Template>();
  const [subject, setSubject] = useState("");
  const [body, setBody] = useState<BodyDoc | null>(null);
  const [reminder, setReminder] = useState<ReminderSetting>({ enabled: false, days: 3, number: 1 });
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const [problem, setProblem] = useState<string>();
  useEffect(() => client.keep("template"), []);
  useCustomFields(client);
  useEffect(() => {
    insist(() => api.call("bulk.preview", to)).then(setSeen, (error) =>
      setProblem(problemText(problemOf(error))),
    );
  }, []);
  const templates = templatesOf(client.state.value);
  const choose = (id: string): void => {
    const from = templates.find((one) => one.id === id);
    setTemplate(from);
    if (from === undefined) return;
    setSubject(from.subject);
    setBody(from.body);
    if (from.reminder) setReminder(reminderOf(from));
  };
  const blank = isBlank(body);
  const create = async (): Promise<void> => {
    setTried(true);
    if (busy || blank || seen === undefined || seen.ready === 0) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const run = await api.call("bulk.create", {
        ...to,
        client_bulk_id: key,
        subject: oneLine(subject),
        body: trimmed(body ?? bodyOf("")),
        reminder,
        ...(template ? { template_id: template.id } : {}),
      });
      onClose();
      go(runHref(run.id));
    } catch (error) {
      setProblem(problemText(problemOf(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <NewChatForm
      class="sheet"
      title={t("bulk.title")}
      verb={seen ? t("bulk.create", { n: seen.ready }) : t("bulk.counting")}
      dirty={subject !== "" || !blank}
      busy={busy || seen === undefined || seen.ready === 0}
      problem={problem}
      note={<p class="dialog__note">{t("bulk.eachAlone")}</p>}
      onCreate={() => void create()}
      onClose={onClose}
    >
      <SheetRow label={t("newChat.to")} top>
        {seen ? <Recipients seen={seen} /> : <span role="status">{t("bulk.counting")}</span>}
      </SheetRow>
      <TemplateRow templates={templates} chosen={template?.id} onChoose={choose} />
      <SubjectRow subject={subject} error={undefined} onChange={setSubject} />
      <MessageRow
        body={template?.body ?? null}
        docKey={template?.id ?? "new"}
        missing={tried && blank}
        onChange={setBody}
        onSubmit={() => void create()}
      />
      <RemindersRow setting={reminder} onChange={setReminder} />
      {template?.tasks && template.tasks.length > 0 && (
        <SheetRow label={t("newChat.tasks")}>{format.value.list(template.tasks)}</SheetRow>
      )}
    </NewChatForm>
  );
}

/** How many get a chat, and who doesn't and why. */
function Recipients({ seen }: { readonly seen: BulkPreviewed }): JSX.Element {
  const { total, ready, excluded = {}, left_out = [] } = seen;
  return (
    <div class="recipients">
      <p>{t("bulk.ready", { n: ready, total })}</p>
      <ul class="recipients__out">
        {Object.entries(excluded).map(([why, n]) => (
          <li key={why}>
            {whyText(why as LeftOut["why"])}: {named(left_out, why, n)}
          </li>
        ))}
      </ul>
    </div>
  );
}

const NAMES_MAX = 5;

function named(all: NonNullable<BulkPreviewed["left_out"]>, why: string, count: number): string {
  const names = all
    .filter((one) => one.why === why && one.account.name)
    .slice(0, NAMES_MAX)
    .map(({ account }) => account.name);
  const rest = count - names.length;
  return format.value.list(rest > 0 ? [...names, t("bulk.others", { n: rest })] : names);
}
