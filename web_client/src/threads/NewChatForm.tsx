// The dialog in which a chat is begun, for staff and clients: what is to be said, and that nobody leaves it by mistake (TH-6).

import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import type { Id, Link } from "../core/protocol.gen.ts";
import type { DraftFiles } from "../documents/draft_files.ts";
import { AttachButton, Files, whyUnsent } from "../documents/Files.tsx";
import { t } from "../i18n/index.ts";
import { FieldNote } from "../kit/Field.tsx";
import { FormDialog } from "../kit/FormDialog.tsx";
import type { BodyDoc } from "../messages/models.ts";
import type { EditorHandle } from "../messages/writing/EditorField.tsx";
import { RichField } from "../messages/writing/RichField.tsx";

export interface NewChatFormProps {
  readonly title: string;
  /** On the button that creates it. */
  readonly verb: string;
  readonly dirty: boolean;
  readonly busy?: boolean | undefined;
  /** Why the last try was refused. */
  readonly problem?: string | undefined;
  /** Those that go with the first message. */
  readonly files?: DraftFiles | undefined;
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
  const { title, verb, dirty, busy, problem, files, note, hint, inline, onCreate, onClose } = props;
  const id = useId();
  const waits = files?.waiting.value ? t("attach.whenSaved") : undefined;
  const why = files && whyUnsent(files);
  return (
    <FormDialog
      title={title}
      verb={verb}
      dirty={dirty || Boolean(files?.all.value.length)}
      leaveWhy={props.leaveWhy ?? t("newChat.leaveWhy")}
      busy={busy}
      note={
        why || waits ? (
          <p class={why ? "dialog__note dialog__note--error" : "dialog__note"} role="status">
            {why ?? waits}
          </p>
        ) : (
          note
        )
      }
      hint={hint}
      inline={inline}
      onSubmit={onCreate}
      onClose={onClose}
    >
      <div class={props.class} {...(files ? { "data-drop": t("attach.drop") } : {})}>
        {problem && <FieldNote id={id} error text={problem} />}
        {props.children}
      </div>
    </FormDialog>
  );
}

export interface FirstMessageProps {
  readonly placeholder: string;
  /** What stands there, read anew when `docKey` changes. */
  readonly body?: BodyDoc | null;
  readonly docKey?: string;
  readonly error: string | undefined;
  /** Shortcodes show as chips. */
  readonly codes?: boolean;
  /** Further tools over the text, which act on it. */
  readonly tools?: (editor: { readonly current: EditorHandle | null }) => ComponentChildren;
  /** Those that go with it, once it is known in whose folders they are saved; and that account’s people. */
  readonly files?: DraftFiles | undefined;
  readonly linksOf?: ((accountId: Id) => readonly Link[] | undefined) | undefined;
  readonly onChange: (body: BodyDoc) => void;
  readonly onSubmit: () => void;
}

/** The message that a chat begins with. */
export function FirstMessage(props: FirstMessageProps): JSX.Element {
  const { placeholder, body = null, docKey = "new", error, files, linksOf, onChange, onSubmit } = props;
  return (
    <RichField
      label={t("newChat.message")}
      placeholder={placeholder}
      body={body}
      docKey={docKey}
      error={error}
      codes={props.codes}
      tools={(editor) => (
        <>
          {files && <AttachButton files={files} linksOf={linksOf} tabIndex={-1} />}
          {props.tools?.(editor)}
        </>
      )}
      onChange={onChange}
      onSubmit={onSubmit}
    >
      {files && <Files files={files} internal={false} linksOf={linksOf} />}
    </RichField>
  );
}
