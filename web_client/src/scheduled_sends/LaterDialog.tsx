// When what is written is to go, and whether it is to stay here if the client writes first (SS-1).

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { Checkbox } from "../kit/Checkbox.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { TimeFields } from "./TimeFields.tsx";

export interface LaterDialogProps {
  readonly zone: string;
  /** When it is to go as it stands. */
  readonly at?: number | undefined;
  /** There is nobody who could write first: it begins a chat. */
  readonly begins?: boolean;
  /** Whether it was taken: else the dialog stays. */
  readonly onChoose: (at: number, unlessAnswered: boolean) => Promise<boolean>;
  readonly onClose: () => void;
}

export function LaterDialog(props: LaterDialogProps): JSX.Element {
  const { zone, begins = false, onChoose, onClose } = props;
  const [at, setAt] = useState(props.at);
  const [unlessAnswered, setUnlessAnswered] = useState(false);
  const [busy, setBusy] = useState(false);
  const choose = async (): Promise<void> => {
    if (at === undefined || busy) return;
    setBusy(true);
    if (!(await onChoose(at, unlessAnswered))) setBusy(false);
  };
  return (
    <Dialog
      title={t(begins ? "laterChat.title" : "later.title")}
      onClose={onClose}
      onSubmit={() => void choose()}
      footer={
        <>
          <Button kind="quiet" onClick={onClose}>
            {t("cancel")}
          </Button>
          <Button kind="primary" disabled={at === undefined || busy} onClick={() => void choose()}>
            {t("later.schedule")}
          </Button>
        </>
      }
    >
      <TimeFields at={props.at} zone={zone} onChange={setAt} />
      {!begins && (
        <Checkbox checked={unlessAnswered} onChange={setUnlessAnswered}>
          {t("later.unlessAnswered")}
        </Checkbox>
      )}
    </Dialog>
  );
}
