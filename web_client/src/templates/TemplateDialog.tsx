// Writing a template: its name, and then the form of a new chat as the chat will begin (TP-1).

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Api } from "../core/api.ts";
import { oneLine, saysNothing } from "../core/blank.ts";
import type { Template } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { problemText } from "../i18n/problems.ts";
import { Button } from "../kit/Button.tsx";
import { isBlank, trimmed } from "../messages/body_text.ts";
import type { BodyDoc } from "../messages/models.ts";
import { useSaving } from "../shell/saving.ts";
import { Says } from "../shortcodes/Says.tsx";
import { NewChatForm } from "../threads/NewChatForm.tsx";
import { RemindersRow, SheetRow, SubjectRow, TasksRow } from "../threads/sheet.tsx";
import { MessageRow } from "../threads/staff_rows.tsx";
import { reminderOf } from "./listed.ts";

export interface TemplateDialogProps {
  readonly api: Api;
  /** Without an id: a new one, which begins with what is there. */
  readonly template: Partial<Template>;
  /** `use`: a chat is to begin with it. */
  readonly onSaved: (template: Template, use: boolean) => void;
  readonly onClose: () => void;
}

export function TemplateDialog({ api, template, onSaved, onClose }: TemplateDialogProps): JSX.Element {
  const [name, setName] = useState(template.name ?? "");
  const [subject, setSubject] = useState(template.subject ?? "");
  const [body, setBody] = useState<BodyDoc | null>(template.body ?? null);
  const [tasks, setTasks] = useState<readonly string[]>(template.tasks ?? []);
  const [reminder, setReminder] = useState(reminderOf(template));
  const [dirty, setDirty] = useState(template.id === undefined && template.name !== undefined);
  const saving = useSaving();
  const [tried, setTried] = useState(false);
  const says =
    <T,>(set: (value: T) => void) =>
    (value: T): void => {
      set(value);
      setDirty(true);
    };
  const missing = { name: saysNothing(name), subject: saysNothing(subject), body: isBlank(body) };
  const save = async (use: boolean): Promise<void> => {
    setTried(true);
    if (missing.name || missing.subject || missing.body) return;
    const said = {
      name: oneLine(name),
      subject: oneLine(subject),
      body: trimmed(body as BodyDoc),
      tasks,
      reminder,
    };
    const { id } = template;
    const saved = await saving.save((key) =>
      id
        ? api.call("template.update", { template_id: id, ...said })
        : api.call("template.create", { client_template_id: key, ...said }),
    );
    if (saved) onSaved(saved, use);
  };
  return (
    <NewChatForm
      class="sheet"
      title={template.id ? t("templates.edit", { name: template.name ?? "" }) : t("templates.new")}
      verb={t("templates.save")}
      dirty={dirty}
      busy={saving.busy}
      problem={saving.problem && problemText(saving.problem)}
      hint={
        <Button disabled={saving.busy} onClick={() => void save(true)}>
          {t("templates.saveAndUse")}
        </Button>
      }
      leaveWhy={t("templates.leaveWhy")}
      onCreate={() => void save(false)}
      onClose={onClose}
    >
      <SheetRow
        label={t("templates.name")}
        error={tried && missing.name ? t("templates.nameMissing") : undefined}
      >
        <input
          class="sheet__input"
          aria-label={t("templates.name")}
          placeholder={t("templates.namePlaceholder")}
          maxLength={80}
          data-autofocus=""
          value={name}
          onInput={(event) => says(setName)(event.currentTarget.value)}
        />
      </SheetRow>
      <SubjectRow
        subject={subject}
        error={tried && missing.subject ? t("newChat.subjectMissing") : undefined}
        onChange={says(setSubject)}
      />
      <Says text={{ subject, body, tasks }} resolved={undefined} />
      <MessageRow
        body={template.body ?? null}
        docKey="template"
        missing={tried && missing.body}
        onChange={says(setBody)}
        onSubmit={() => void save(false)}
      />
      <RemindersRow setting={reminder} onChange={says(setReminder)} />
      <TasksRow tasks={tasks} onChange={says(setTasks)} />
    </NewChatForm>
  );
}
