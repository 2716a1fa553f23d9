// Changing what waits to go: its words, its time, and whether it stays if the client writes first (SS-1).

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { type Api, insist } from "../core/api.ts";
import { problemOf } from "../core/problems.ts";
import type { Body, ScheduledSend } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { problemText } from "../i18n/problems.ts";
import { Checkbox } from "../kit/Checkbox.tsx";
import { FormDialog } from "../kit/FormDialog.tsx";
import { isBlank, trimmed } from "../messages/body_text.ts";
import type { BodyDoc } from "../messages/models.ts";
import { RichField } from "../messages/writing/RichField.tsx";
import { ShortcodeTool } from "../shortcodes/ShortcodeButton.tsx";
import { TimeFields } from "./TimeFields.tsx";

export interface EditDialogProps {
  readonly api: Pick<Api, "call">;
  readonly send: ScheduledSend;
  readonly zone: string;
  /** How far its author knows the thread now. */
  readonly seq: number;
  readonly onClose: () => void;
}

export function EditDialog({ api, send, zone, seq, onClose }: EditDialogProps): JSX.Element {
  const body = useRef<BodyDoc | null>(send.body);
  // A time that has passed is none that it can go at.
  const [at, setAt] = useState(send.stopped === undefined ? send.due_at : undefined);
  const [unlessAnswered, setUnlessAnswered] = useState(send.unless_answered ?? false);
  const [dirty, setDirty] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const save = async (): Promise<void> => {
    if (busy || at === undefined) return;
    if (isBlank(body.current) && !send.attachments?.length) {
      setProblem(t("composer.empty"));
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      await insist(() =>
        api.call("scheduled_send.update", {
          scheduled_send_id: send.id,
          due_at: at,
          body: trimmed(body.current as BodyDoc) as Body,
          unless_answered: unlessAnswered,
          seq,
        }),
      );
      onClose();
    } catch (error) {
      setProblem(problemText(problemOf(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <FormDialog
      title={t("later.edit")}
      verb={t("later.schedule")}
      dirty={dirty}
      leaveWhy={t("later.leaveWhy")}
      busy={busy || at === undefined}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <div class="later-edit">
        <RichField
          label={t("composer.label")}
          placeholder={t("composer.placeholder")}
          body={send.body}
          docKey={send.id}
          error={problem}
          codes
          tools={(editor) => <ShortcodeTool editor={editor} />}
          onChange={(next) => {
            body.current = next;
            setDirty(true);
            setProblem(undefined);
          }}
          onSubmit={() => void save()}
        />
        <TimeFields
          at={at}
          zone={zone}
          onChange={(next) => {
            setAt(next);
            setDirty(true);
          }}
        />
        <Checkbox
          checked={unlessAnswered}
          onChange={(next) => {
            setUnlessAnswered(next);
            setDirty(true);
          }}
        >
          {t("later.unlessAnswered")}
        </Checkbox>
      </div>
    </FormDialog>
  );
}
