// A client starts a thread: subject and message, nothing else (TH-10).

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { oneLine, saysNothing } from "../core/blank.ts";
import { t } from "../i18n/index.ts";
import { Field } from "../kit/Field.tsx";
import { isBlank, trimmed } from "../messages/body_text.ts";
import type { BodyDoc } from "../messages/models.ts";
import { FirstMessage, NewChatForm } from "./NewChatForm.tsx";

export interface ContactNewChatProps {
  readonly firmName: string;
  readonly busy?: boolean;
  readonly problem?: string | undefined;
  readonly inline?: boolean;
  readonly onCreate: (subject: string, body: BodyDoc) => void;
  readonly onClose: () => void;
}

export function ContactNewChat({
  firmName,
  busy,
  problem,
  inline = false,
  onCreate,
  onClose,
}: ContactNewChatProps): JSX.Element {
  const [subject, setSubject] = useState("");
  const [body, setBody] = useState<BodyDoc | null>(null);
  const [tried, setTried] = useState(false);
  const create = (): void => {
    setTried(true);
    if (busy || saysNothing(subject) || body === null || isBlank(body)) return;
    onCreate(oneLine(subject), trimmed(body));
  };
  return (
    <NewChatForm
      class="contact-new roomy"
      title={t("contactNew.title", { firm: firmName })}
      verb={t("send")}
      dirty={subject !== "" || !isBlank(body)}
      busy={busy}
      problem={problem}
      inline={inline}
      onCreate={create}
      onClose={onClose}
    >
      <Field
        label={t("newChat.subject")}
        value={subject}
        maxLength={200}
        onInput={setSubject}
        error={tried && saysNothing(subject) ? t("newChat.subjectMissing") : undefined}
      />
      <div class="field">
        <span class="field__label" aria-hidden="true">
          {t("newChat.message")}
        </span>
        <FirstMessage
          placeholder=""
          onChange={setBody}
          onSubmit={create}
          error={tried && isBlank(body) ? t("newChat.bodyMissing") : undefined}
        />
      </div>
    </NewChatForm>
  );
}
