// Choosing a saved reply while writing: a search field over a list, and the way to where they are managed. Focus stays in the
// field, the list follows the arrow keys.

import "../kit/field.css";
import "../kit/picker.css";
import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Desk } from "../console/desk.ts";
import { keptOf } from "../core/keeping.ts";
import type { SavedReply } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { nextIndex } from "../kit/focus.ts";
import { PersonIcon, SearchIcon, TemplateIcon } from "../kit/icons.tsx";
import { PickerOption } from "../kit/PickerOption.tsx";
import { Popover } from "../kit/Popover.tsx";
import { search } from "../kit/people_search.ts";
import { go } from "../shell/router.ts";

export interface ReplyPickerProps {
  readonly anchor: HTMLElement;
  readonly desk: Desk;
  readonly onPick: (reply: SavedReply) => void;
  readonly onClose: () => void;
}

export function ReplyPicker({ anchor, desk, onPick, onClose }: ReplyPickerProps): JSX.Element {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  useEffect(() => desk.client.keep("saved_reply"), []);
  useLayoutEffect(() => field.current?.focus(), []);
  const { kept } = desk.client.state.value;
  const all = keptOf(kept, "saved_reply").sort((a, b) => a.title.localeCompare(b.title));
  const found = search(all, query, ({ title }) => title);
  const current = Math.min(at, found.length - 1);
  const close = (restore: boolean): void => {
    onClose();
    if (restore) anchor.focus();
  };
  const choose = (reply: SavedReply | undefined): void => {
    if (reply === undefined) return;
    close(false);
    onPick(reply);
  };
  return (
    <Popover anchor={anchor} prefer="above" onClose={close} class="popover--picker">
      <div class="picker__search field__box">
        <SearchIcon size={16} />
        <input
          ref={field}
          class="field__input"
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={found.length > 0 ? `${id}-${current}` : undefined}
          aria-label={t("replies.search")}
          placeholder={t("replies.search")}
          autocomplete="off"
          value={query}
          onInput={(event) => {
            setQuery(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            const next =
              event.key === "Home" || event.key === "End"
                ? undefined
                : nextIndex(event.key, current, found.length, "vertical");
            if (next !== undefined) {
              event.preventDefault();
              setAt(next);
            } else if (event.key === "Enter") {
              event.preventDefault();
              choose(found[current]);
            }
          }}
        />
      </div>
      <div id={`${id}-list`} role="listbox" aria-label={t("replies.title")} class="picker__list">
        {found.map((reply, index) => (
          <PickerOption
            key={reply.id}
            id={`${id}-${index}`}
            current={index === current}
            avatar={reply.personal ? <PersonIcon size={18} /> : <TemplateIcon size={18} />}
            name={reply.title}
            note={reply.personal && <span class="picker__note">{t("replies.mineNote")}</span>}
            onChoose={() => choose(reply)}
            onPoint={() => setAt(index)}
          />
        ))}
        {found.length === 0 && (
          <p class="picker__heading">
            {t(!kept.saved_reply?.loaded ? "loading" : all.length > 0 ? "picker.none" : "replies.noneYet")}
          </p>
        )}
      </div>
      <div class="picker__list">
        <Button kind="quiet" onClick={() => go("/console/replies")}>
          {t("replies.manage")}
        </Button>
      </div>
    </Popover>
  );
}
