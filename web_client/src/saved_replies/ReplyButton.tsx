// Opens the list of saved replies beside what is written; the list is fetched.

import type { JSX } from "preact";
import type { Desk } from "../console/desk.ts";
import { t } from "../i18n/index.ts";
import { TemplateIcon } from "../kit/more_icons.tsx";
import { part } from "../kit/on_demand.ts";
import type { EditorHandle } from "../messages/writing/EditorField.tsx";
import { PopupTool } from "../messages/writing/PopupTool.tsx";

const replyPicker = part(async () => (await import("./ReplyPicker.tsx")).ReplyPicker);

export interface ReplyButtonProps {
  readonly desk: Desk;
  readonly editor: { readonly current: EditorHandle | null };
}

export function ReplyButton({ desk, editor }: ReplyButtonProps): JSX.Element {
  return (
    <PopupTool part={replyPicker} icon={TemplateIcon} label={t("replies.title")}>
      {(ReplyPicker, open) => (
        <ReplyPicker
          {...open}
          desk={desk}
          onPick={(reply) => {
            editor.current?.insertBody(reply.body);
            editor.current?.focus();
          }}
        />
      )}
    </PopupTool>
  );
}
