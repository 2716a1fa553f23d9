// Choosing a saved reply while writing: a search field over a list, and the way to where they are managed.

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Desk } from "../console/desk.ts";
import { keptOf } from "../core/keeping.ts";
import type { SavedReply } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { PersonIcon } from "../kit/icons.tsx";
import { TemplateIcon } from "../kit/more_icons.tsx";
import { Picker } from "../kit/Picker.tsx";
import { PickerOption } from "../kit/PickerOption.tsx";
import { search } from "../kit/people_search.ts";
import { go } from "../shell/router.ts";

export interface ReplyPickerProps {
  readonly anchor: HTMLElement;
  readonly desk: Desk;
  readonly onPick: (reply: SavedReply) => void;
  readonly onClose: () => void;
}

export function ReplyPicker({ anchor, desk, onPick, onClose }: ReplyPickerProps): JSX.Element {
  useEffect(() => desk.client.keep("saved_reply"), []);
  const { kept } = desk.client.state.value;
  const all = keptOf(kept, "saved_reply").sort((a, b) => a.title.localeCompare(b.title));
  return (
    <Picker
      anchor={anchor}
      prefer="above"
      search={t("replies.search")}
      title={t("replies.title")}
      find={(query) => search(all, query, ({ title }) => title)}
      onChoose={onPick}
      onClose={onClose}
      nothing={({ options }) => {
        if (options.length > 0) return undefined;
        return t(
          !kept.saved_reply?.loaded ? "loading" : all.length > 0 ? "picker.nothing" : "replies.noneYet",
        );
      }}
      foot={
        <Button kind="quiet" onClick={() => go("/console/replies")}>
          {t("replies.manage")}
        </Button>
      }
    >
      {({ options, option }) => (
        <>
          {options.map((reply, index) => (
            <PickerOption
              key={reply.id}
              {...option(index)}
              avatar={reply.personal ? <PersonIcon size={18} /> : <TemplateIcon size={18} />}
              name={reply.title}
              note={reply.personal && <span class="picker__note">{t("replies.mineNote")}</span>}
            />
          ))}
        </>
      )}
    </Picker>
  );
}
