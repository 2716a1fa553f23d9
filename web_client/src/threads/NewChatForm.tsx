// The dialog in which a chat is begun, for staff and clients: what is to be said, and that nobody leaves it by mistake (TH-6).

import "../messages/writing/composer.css";
import type { ComponentChildren, JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { language, t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { ConfirmDialog } from "../kit/ConfirmDialog.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { FieldNote } from "../kit/Field.tsx";
import type { BodyDoc } from "../messages/models.ts";
import { EditorField, type EditorHandle, type ToolbarState } from "../messages/writing/EditorField.tsx";
import { FormatBar } from "../messages/writing/FormatBar.tsx";

export interface NewChatFormProps {
  readonly title: string;
  /** On the button that creates it. */
  readonly verb: string;
  readonly dirty: boolean;
  readonly busy?: boolean | undefined;
  /** Why the last try was refused. */
  readonly problem?: string | undefined;
  /** In the foot: at the left, and before the button. */
  readonly note?: ComponentChildren;
  readonly hint?: ComponentChildren;
  /** What leaving it costs, where that isn't a message. */
  readonly leaveWhy?: string | undefined;
  readonly class: string;
  readonly inline?: boolean | undefined;
  readonly onCreate: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function NewChatForm(props: NewChatFormProps): JSX.Element {
  const { title, verb, dirty, busy, problem, note, hint, inline = false, onCreate, onClose } = props;
  const [asking, setAsking] = useState(false);
  const id = useId();
  const leave = (): void => (dirty ? setAsking(true) : onClose());
  const footer = (
    <>
      {note}
      <Button kind="quiet" onClick={leave}>
        {t("cancel")}
      </Button>
      {hint}
      <Button kind="primary" disabled={busy} onClick={onCreate}>
        {verb}
      </Button>
    </>
  );
  return (
    <>
      <Dialog size="form" title={title} footer={footer} onClose={leave} onSubmit={onCreate} inline={inline}>
        <div class={props.class}>
          {problem && <FieldNote id={id} error text={problem} />}
          {props.children}
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
          {props.leaveWhy ?? t("newChat.leaveWhy")}
        </ConfirmDialog>
      )}
    </>
  );
}

export interface FirstMessageProps {
  readonly placeholder: string;
  /** What stands there, read anew when `docKey` changes. */
  readonly body?: BodyDoc | null;
  readonly docKey?: string;
  readonly error: string | undefined;
  readonly onChange: (body: BodyDoc) => void;
  readonly onSubmit: () => void;
}

/** The message that a chat begins with. */
export function FirstMessage(props: FirstMessageProps): JSX.Element {
  const { placeholder, body = null, docKey = "new", error, onChange, onSubmit } = props;
  const id = useId();
  const editor = useRef<EditorHandle | null>(null);
  const [toolbar, setToolbar] = useState<ToolbarState>();
  return (
    <>
      <div class={error ? "composer composer--error" : "composer"}>
        <FormatBar editor={editor} state={toolbar} />
        <div class="composer__text composer__text--tall">
          <EditorField
            body={body}
            docKey={docKey}
            label={t("newChat.message")}
            placeholder={placeholder}
            lang={language.value}
            onReady={(handle) => {
              editor.current = handle;
            }}
            onToolbar={setToolbar}
            onChange={onChange}
            onSubmit={onSubmit}
          />
        </div>
      </div>
      {error && <FieldNote id={id} error text={error} />}
    </>
  );
}
