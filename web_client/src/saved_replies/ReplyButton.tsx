// Opens the list of saved replies beside what is written; the list is fetched.

import type { JSX } from "preact";
import type { Desk } from "../console/desk.ts";
import { t } from "../i18n/index.ts";
import { IconButton } from "../kit/IconButton.tsx";
import { TemplateIcon } from "../kit/icons.tsx";
import { part, useOnDemand } from "../kit/on_demand.ts";
import type { EditorHandle } from "../messages/writing/EditorField.tsx";
import { keepSelection } from "../messages/writing/EmojiButton.tsx";

const replyPicker = part(async () => (await import("./ReplyPicker.tsx")).ReplyPicker);

export interface ReplyButtonProps {
  readonly desk: Desk;
  readonly editor: { readonly current: EditorHandle | null };
}

export function ReplyButton({ desk, editor }: ReplyButtonProps): JSX.Element {
  const [Picker, anchor, toggle, close] = useOnDemand(replyPicker);
  return (
    <>
      <IconButton
        icon={TemplateIcon}
        label={t("replies.title")}
        tabIndex={-1}
        aria-haspopup="listbox"
        aria-expanded={anchor !== null}
        onPointerDown={keepSelection}
        onClick={toggle}
      />
      {anchor && Picker && (
        <Picker
          anchor={anchor}
          desk={desk}
          onPick={(reply) => {
            editor.current?.insertBody(reply.body);
            editor.current?.focus();
          }}
          onClose={close}
        />
      )}
    </>
  );
}
