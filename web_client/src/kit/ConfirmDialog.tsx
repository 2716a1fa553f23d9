// A question with one consequence, said in a sentence: title, body, Cancel and the verb.

import type { ComponentChildren, JSX } from "preact";
import { t } from "../i18n/index.ts";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";

export interface ConfirmDialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly verb: string;
  readonly danger?: boolean;
  readonly busy?: boolean;
  readonly inline?: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

export function ConfirmDialog(props: ConfirmDialogProps): JSX.Element {
  const { title, children, verb, danger, busy, inline = false, onConfirm, onCancel } = props;
  const footer = (
    <>
      <Button kind="quiet" onClick={onCancel} data-autofocus={danger ? "" : undefined}>
        {t("cancel")}
      </Button>
      <Button
        kind={danger ? "danger-filled" : "primary"}
        onClick={onConfirm}
        disabled={busy}
        data-autofocus={danger ? undefined : ""}
      >
        {verb}
      </Button>
    </>
  );
  return (
    <Dialog title={title} footer={footer} onClose={onCancel} inline={inline}>
      <p class="dialog__text">{children}</p>
    </Dialog>
  );
}
