// A client starts a thread: subject and message, nothing else (TH-10).

import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { oneLine, saysNothing } from "../core/blank.ts";
import type { DraftFiles } from "../documents/draft_files.ts";
import { t } from "../i18n/index.ts";
import { Field } from "../kit/Field.tsx";
import { bodyOf, isBlank, trimmed } from "../messages/body_text.ts";
import type { BodyDoc } from "../messages/models.ts";
import { FirstMessage, NewChatForm } from "./NewChatForm.tsx";

export interface ContactNewChatProps {
  readonly firmName: string;
  readonly busy?: boolean;
  readonly problem?: string | undefined;
  readonly inline?: boolean;
  /** What stands there already. */
  readonly begun?: { readonly subject: string; readonly body: BodyDoc | null } | undefined;
  readonly onWritten?: (subject: string, body: BodyDoc | null) => void;
  /** Those that go with the first message. `onReady` is told what creates it, which is to be done once they are saved. */
  readonly files?: DraftFiles | undefined;
  readonly onReady?: (create: () => void) => void;
  readonly onCreate: (subject: string, body: BodyDoc) => void;
  readonly onClose: () => void;
}

export function ContactNewChat({
  firmName,
  busy,
  problem,
  inline = false,
  begun,
  onWritten,
  files,
  onReady,
  onCreate,
  onClose,
}: ContactNewChatProps): JSX.Element {
  const [subject, setSubject] = useState(begun?.subject ?? "");
  const [body, setBody] = useState<BodyDoc | null>(begun?.body ?? null);
  const [tried, setTried] = useState(false);
  const missing = isBlank(body) && !files?.all.value.length;
  const create = (): void => {
    setTried(true);
    if (busy || saysNothing(subject) || missing) return;
    if (files?.unsaved) files.sendWhenSaved(false);
    else onCreate(oneLine(subject), trimmed(body ?? bodyOf("")));
  };
  const latest = useRef(create);
  latest.current = create;
  useLayoutEffect(() => onReady?.(() => latest.current()), []);
  return (
    <NewChatForm
      class="contact-new roomy"
      title={t("contactNew.title", { firm: firmName })}
      verb={t("send")}
      dirty={subject !== "" || !isBlank(body)}
      busy={busy}
      problem={problem}
      files={files}
      inline={inline}
      onCreate={create}
      onClose={onClose}
    >
      <Field
        label={t("newChat.subject")}
        value={subject}
        maxLength={200}
        data-autofocus=""
        onInput={(next) => {
          setSubject(next);
          onWritten?.(next, body);
        }}
        error={tried && saysNothing(subject) ? t("newChat.subjectMissing") : undefined}
      />
      <div class="field">
        <span class="field__label" aria-hidden="true">
          {t("newChat.message")}
        </span>
        <FirstMessage
          placeholder=""
          body={begun?.body ?? null}
          onChange={(next) => {
            setBody(next);
            onWritten?.(subject, next);
          }}
          onSubmit={create}
          error={tried && missing ? t("newChat.bodyMissing") : undefined}
          files={files}
        />
      </div>
    </NewChatForm>
  );
}
