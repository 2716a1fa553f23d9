// A dialog in which something is described that the firm knows: what stands in custom fields, and beside them what the kind has
// of its own. Saves once, says why it was refused, and refuses to know what is described.

import "./fields.css";
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { insist } from "../core/api.ts";
import { problemOf } from "../core/problems.ts";
import type { CustomField } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { problemText } from "../i18n/problems.ts";
import { FieldNote } from "../kit/Field.tsx";
import { FormDialog } from "../kit/FormDialog.tsx";
import { FieldInputs, type Saying } from "./FieldInputs.tsx";
import type { Said } from "./values.ts";

export interface DescribeDialogProps {
  readonly title: string;
  readonly why: string;
  readonly verb: string;
  readonly fields: readonly CustomField[];
  readonly saying: Saying;
  /** Something of its own was changed. */
  readonly dirty?: boolean;
  readonly class: string;
  /** Asked again while it is refused for the moment only. */
  readonly save: (custom: Said) => Promise<unknown>;
  readonly onClose: () => void;
  /** What stands before the custom fields. */
  readonly children?: ComponentChildren;
}

export function DescribeDialog(props: DescribeDialogProps): JSX.Element {
  const { fields, saying, onClose } = props;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const dirty = props.dirty || Object.keys(saying.changes).length > 0;
  const save = async (): Promise<void> => {
    const custom = saying.checked();
    if (busy || custom === undefined) return;
    setBusy(true);
    setProblem(undefined);
    try {
      if (dirty) await insist(() => props.save(custom));
      onClose();
    } catch (error) {
      const refusal = problemOf(error);
      if (!saying.refusedBy(refusal)) setProblem(problemText(refusal));
      setBusy(false);
    }
  };
  return (
    <FormDialog
      title={props.title}
      verb={props.verb}
      dirty={dirty}
      leaveWhy={t("replies.leaveWhy")}
      busy={busy}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <p class="dialog__text">{props.why}</p>
      {problem && <FieldNote id="describe-problem" error text={problem} />}
      <div class={props.class}>
        {props.children}
        <FieldInputs fields={fields} saying={saying} />
      </div>
    </FormDialog>
  );
}
