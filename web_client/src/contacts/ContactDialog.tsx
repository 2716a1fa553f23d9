// A contact whom a letter didn't reach: what became of it, the address to be put right, and trying again.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ContactRowView } from "../accounts/models.ts";
import { t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Field } from "../kit/Field.tsx";
import { refusalText, serverWords } from "../letters/refusals.ts";

export interface ContactDialogProps {
  readonly contact: ContactRowView;
  readonly account: string;
  readonly canManage: boolean;
  readonly busy: boolean;
  readonly problem?: string | undefined;
  /** Keep this address, where it is another, and send an invitation, where one makes sense. */
  readonly onSave: (email: string, invite: boolean) => void;
  readonly onRetry: (letterIds: readonly string[]) => void;
  readonly onClose: () => void;
  readonly inline?: boolean;
}

export function ContactDialog(props: ContactDialogProps): JSX.Element {
  const { contact, account, canManage, busy, problem, onSave, onRetry, onClose, inline } = props;
  const [email, setEmail] = useState(contact.email);
  const { mail, login, state } = contact;
  const said = mail?.state === "failed" ? mail.said : undefined;
  const letters = mail?.retry;
  const invites = login && state !== "activated";
  const changed = email.trim() !== contact.email;
  const save = (): void => {
    if (canManage && !busy && (changed || invites)) onSave(email.trim(), invites);
  };
  const footer = (
    <>
      <Button kind="quiet" onClick={onClose}>
        {t("cancel")}
      </Button>
      {letters !== undefined && !changed && (
        <Button disabled={busy} onClick={() => onRetry(letters)}>
          {t("retry")}
        </Button>
      )}
      {canManage && (
        <Button kind="primary" disabled={busy || !(changed || invites)} onClick={save}>
          {!invites ? t("contact.save") : t(changed ? "contact.saveAndInvite" : "info.inviteAgain")}
        </Button>
      )}
    </>
  );
  return (
    <Dialog
      title={t("contact.title", { name: contact.person.name })}
      footer={footer}
      onClose={onClose}
      onSubmit={save}
      inline={inline ?? false}
    >
      <p class="dialog__text">{account}</p>
      {said !== undefined && (
        <p class="dialog__text">
          {t("mail.refused", { why: refusalText(said) })}
          {"."}
        </p>
      )}
      {said !== undefined && serverWords(said) && (
        <p class="dialog__text letter__said">
          {t("contact.serverSaid")} {said}
        </p>
      )}
      {canManage ? (
        <Field
          type="email"
          label={t("contact.address")}
          value={email}
          onInput={setEmail}
          error={problem}
          maxLength={254}
        />
      ) : (
        <p class="dialog__text">{contact.email}</p>
      )}
    </Dialog>
  );
}
