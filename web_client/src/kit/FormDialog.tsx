// A dialog in which something is written: Cancel and the verb in its foot, and nobody leaves what they wrote by mistake.

import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Button } from "./Button.tsx";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import { Dialog } from "./Dialog.tsx";

export interface FormDialogProps {
  readonly title: string;
  readonly verb: string;
  /** Something was written: who leaves is asked first. */
  readonly dirty: boolean;
  /** What leaving it costs. */
  readonly leaveWhy: string;
  readonly busy?: boolean | undefined;
  /** In the foot: at the left, and before the button. */
  readonly note?: ComponentChildren;
  readonly hint?: ComponentChildren;
  readonly inline?: boolean | undefined;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function FormDialog(props: FormDialogProps): JSX.Element {
  const { title, verb, dirty, leaveWhy, busy, note, hint, inline = false, onSubmit, onClose } = props;
  const [asking, setAsking] = useState(false);
  const leave = (): void => (dirty ? setAsking(true) : onClose());
  // After the next drawing: the same key may have ended what was written in a field, which is part of it.
  const [asked, setAsked] = useState(0);
  const submit = (): void => setAsked((times) => times + 1);
  useLayoutEffect(() => {
    if (asked > 0) onSubmit();
  }, [asked]);
  const footer = (
    <>
      {note}
      <Button kind="quiet" onClick={leave}>
        {t("cancel")}
      </Button>
      {hint}
      <Button kind="primary" disabled={busy} onClick={submit}>
        {verb}
      </Button>
    </>
  );
  return (
    <>
      <Dialog size="form" title={title} footer={footer} onClose={leave} onSubmit={submit} inline={inline}>
        {props.children}
      </Dialog>
      {asking && (
        <ConfirmDialog
          title={t("newChat.leave")}
          verb={t("newChat.leaveVerb")}
          danger
          onConfirm={onClose}
          onCancel={() => setAsking(false)}
        >
          {leaveWhy}
        </ConfirmDialog>
      )}
    </>
  );
}
