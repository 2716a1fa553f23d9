// A client starts a thread: subject and message, nothing else (TH-10).

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { oneLine, saysNothing } from "../../core/blank.ts";
import { language, t } from "../../i18n/index.ts";
import { Button } from "../Button.tsx";
import { isBlank, trimmed } from "../body_text.ts";
import { ConfirmDialog } from "../ConfirmDialog.tsx";
import { Dialog } from "../Dialog.tsx";
import { EditorField, type EditorHandle, type ToolbarState } from "../EditorField.tsx";
import { Field, FieldNote } from "../Field.tsx";
import { FormatBar } from "../FormatBar.tsx";
import type { BodyDoc } from "../models.ts";

export interface ClientNewChatProps {
  readonly firmName: string;
  readonly busy?: boolean;
  readonly problem?: string | undefined;
  readonly inline?: boolean;
  readonly onCreate: (subject: string, body: BodyDoc) => void;
  readonly onClose: () => void;
}

export function ClientNewChat({
  firmName,
  busy,
  problem,
  inline = false,
  onCreate,
  onClose,
}: ClientNewChatProps): JSX.Element {
  const [subject, setSubject] = useState("");
  const [body, setBody] = useState<BodyDoc | null>(null);
  const [tried, setTried] = useState(false);
  const [asking, setAsking] = useState(false);
  const [toolbar, setToolbar] = useState<ToolbarState>();
  const editor = useRef<EditorHandle | null>(null);
  const leave = (): void => (subject !== "" || !isBlank(body) ? setAsking(true) : onClose());
  const create = (): void => {
    setTried(true);
    if (busy || saysNothing(subject) || body === null || isBlank(body)) return;
    onCreate(oneLine(subject), trimmed(body));
  };
  const footer = (
    <>
      <Button kind="quiet" onClick={leave}>
        {t("cancel")}
      </Button>
      <Button kind="primary" disabled={busy} onClick={create}>
        {t("send")}
      </Button>
    </>
  );
  return (
    <>
      <Dialog
        size="form"
        title={t("clientNew.title", { firm: firmName })}
        footer={footer}
        onClose={leave}
        onSubmit={create}
        inline={inline}
      >
        <div class="client-new client">
          {problem && <FieldNote id="client-new-problem" error text={problem} />}
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
            <div class="composer">
              <FormatBar editor={editor} state={toolbar} />
              <div class="composer__text composer__text--tall">
                <EditorField
                  body={null}
                  docKey="new"
                  label={t("newChat.message")}
                  placeholder=""
                  lang={language.value}
                  onReady={(handle) => {
                    editor.current = handle;
                  }}
                  onToolbar={setToolbar}
                  onChange={setBody}
                  onSubmit={create}
                />
              </div>
            </div>
            {tried && isBlank(body) && (
              <FieldNote id="client-new-body" error text={t("newChat.bodyMissing")} />
            )}
          </div>
        </div>
      </Dialog>
      {asking && (
        <ConfirmDialog
          title={t("newChat.leave")}
          verb={t("newChat.leaveVerb")}
          danger
          onConfirm={onClose}
          onCancel={() => setAsking(false)}
        >
          {t("newChat.leaveWhy")}
        </ConfirmDialog>
      )}
    </>
  );
}
